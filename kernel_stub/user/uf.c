/* The kernel's store of objects. */
#include "call.h"

long uf_obj_add(unsigned long id, const void *bytes, unsigned long length, unsigned mode)
{
    return system_call(SYS_uf_obj_add, (long)id, (long)bytes, (long)UF_LENGTH_AND_MODE(length, mode));
}

long uf_obj_get(unsigned long id, void *to, unsigned long room)
{
    return system_call(SYS_uf_obj_get, (long)id, (long)to, (long)room);
}

long uf_obj_del(unsigned long id)
{
    return system_call(SYS_uf_obj_del, (long)id, 0, 0);
}
