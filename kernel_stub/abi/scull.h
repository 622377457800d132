/* ioctls of /dev/scull0 to scull3: the size of a quantum, by the four ways of passing a number (Linux Device Drivers).
   Encoded as Linux does: direction in bits 30-31, size in bits 16-29, 'k' in bits 8-15, number. To set is root's. */
#ifndef RINGSIDE_ABI_SCULL_H
#define RINGSIDE_ABI_SCULL_H

#define SCULL_IOCRESET 0x00006B00u    /* back to the size it had at boot */
#define SCULL_IOCSQUANTUM 0x40046B01u /* Set: the argument points to the value */
#define SCULL_IOCTQUANTUM 0x00006B03u /* Tell: the argument is the value */
#define SCULL_IOCGQUANTUM 0x80046B05u /* Get: the answer goes to where the argument points */
#define SCULL_IOCQQUANTUM 0x00006B07u /* Query: the answer is the result */

#define SCULL_QUANTUM 4000u /* bytes; one read or write moves no more than the rest of one */
#define SCULL_QSET 1000u    /* quanta of one set */
#define SCULL_LARGEST_QUANTUM 65000u

#endif
