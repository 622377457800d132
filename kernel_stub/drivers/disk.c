#include "drivers/disk.h"

#include "abi/ports.h"

bool disk_present(void)
{
    return inl(PORT_DISK_COMMAND) != DISK_NONE;
}

static bool command(uint32_t what, uint32_t slot, uint32_t frame)
{
    outl(PORT_DISK_SLOT, slot);
    outl(PORT_DISK_ADDRESS, frame);
    outl(PORT_DISK_COMMAND, what);
    return inl(PORT_DISK_COMMAND) == DISK_OK;
}

bool disk_read(uint32_t slot, uint32_t frame)
{
    return command(DISK_READ, slot, frame);
}

bool disk_write(uint32_t slot, uint32_t frame)
{
    return command(DISK_WRITE, slot, frame);
}
