/* The disk: slots of one page each, read and written at once. */
#ifndef DRIVERS_DISK_H
#define DRIVERS_DISK_H

#include "cpu.h"

bool disk_present(void);
bool disk_read(uint32_t slot, uint32_t frame); /* false: the disk says that it could not */
bool disk_write(uint32_t slot, uint32_t frame);

#endif
