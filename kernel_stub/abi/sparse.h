/* A file with holes as a module: the loader leaves out what is zero, or a file of 100 MB would not fit into RAM, which stands for
   the disk here. A module that begins with SPARSE_MAGIC is such an image: the header, `extents` times an extent, the bytes of
   the extents one after the other. What lies in no extent is zero, and has no room to be written to. */
#ifndef RINGSIDE_ABI_SPARSE_H
#define RINGSIDE_ABI_SPARSE_H

#include <stdint.h>

#define SPARSE_MAGIC "RSSPARSE" /* 8 bytes, without a 0 */
#define SPARSE_PAGE 4096u

struct sparse_header {
    char magic[8];
    uint32_t size; /* of the file, in bytes */
    uint32_t extents;
};

struct sparse_extent {
    uint32_t page, pages; /* of the file; the last page of the last extent is whole, with zeros behind the file's end */
    uint32_t offset;      /* of its bytes in the image */
};

#endif
