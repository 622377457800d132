/* The devices that a program can open by name: each enters its file when the kernel boots. */
#ifndef DRIVERS_DEVICES_H
#define DRIVERS_DEVICES_H

void console_file_init(void); /* /dev/console */
void mem_init(void);          /* /dev/mem, /dev/null, /dev/zero */
void scull_init(void);        /* /dev/scull0 to scull3 */
void uf_init(void);           /* /dev/uf0 */
void dma_init(void);          /* /dev/dma0 */

#endif
