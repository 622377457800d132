/* The loader's modules stand for the files of a disk. The "disk" is the RAM where the loader put them, and it is a disk: programs
   see its bytes only through the page cache. A file with holes lies there without them (abi/sparse.h); any other is one extent. */
#include "abi/sparse.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/filemap.h"

struct disk {
    const uint8_t *image;
    const struct sparse_extent *extents;
    uint32_t count;
    struct sparse_extent whole; /* of a file without holes */
};

/* How many bytes of a page belong to the file; behind its end the page is zero. */
static word bytes_in(const struct file *file, const struct page *page)
{
    word offset = page->index * PAGE_SIZE;
    word left = file->size > offset ? file->size - offset : 0;
    return left < PAGE_SIZE ? left : PAGE_SIZE;
}

/* Where the disk has a page of the file; NULL: in a hole. */
static uint8_t *place_of(const struct file *file, uint32_t index)
{
    const struct disk *disk = file->private;
    for (uint32_t i = 0; i < disk->count; i++) {
        const struct sparse_extent *extent = &disk->extents[i];
        if (index - extent->page < extent->pages)
            return (uint8_t *)disk->image + extent->offset + (index - extent->page) * PAGE_SIZE;
    }
    return NULL;
}

/* A new page is zero already. */
static bool read_page(struct file *file, struct page *page)
{
    const uint8_t *place = place_of(file, page->index);
    if (place)
        memcpy(page_address(page), place, bytes_in(file, page));
    return true;
}

static bool write_page(struct file *file, struct page *page)
{
    uint8_t *place = place_of(file, page->index);
    if (place)
        memcpy(place, page_address(page), bytes_in(file, page));
    return place;
}

static void cut(struct file *file, word size)
{
    while (size < file->size) {
        word room = PAGE_SIZE - size % PAGE_SIZE, left = file->size - size;
        word part = room < left ? room : left;
        uint8_t *place = place_of(file, size / PAGE_SIZE);
        if (place)
            memset(place + size % PAGE_SIZE, 0, part);
        size += part;
    }
}

static const struct page_operations module_pages = {read_page, write_page, cut, NULL};

/* Does every number of the image make sense? Its page count cannot pass 2^20: a file is smaller than 4 GB. */
static bool is_sound(const struct sparse_header *header, word size)
{
    const struct sparse_extent *extents = (const struct sparse_extent *)(header + 1);
    if (header->extents > (size - sizeof *header) / sizeof *extents)
        return false;
    for (uint32_t i = 0; i < header->extents; i++)
        if (extents[i].offset > size || extents[i].pages > (size - extents[i].offset) / SPARSE_PAGE)
            return false;
    return true;
}

struct file *module_file(const char *name, uint32_t physical, word size)
{
    const struct sparse_header *header = POINTER(physical);
    bool sparse = size >= sizeof *header && memcmp(header->magic, SPARSE_MAGIC, sizeof header->magic) == 0 &&
                  is_sound(header, size);
    struct disk *disk = kmalloc(sizeof *disk);
    struct file *file = disk ? file_new(name, sparse ? header->size : size, &module_pages) : NULL;
    if (!file) {
        kfree(disk);
        return NULL;
    }
    disk->image = POINTER(physical);
    disk->whole = (struct sparse_extent){0, size / PAGE_SIZE + (size % PAGE_SIZE != 0), 0};
    disk->extents = sparse ? (const struct sparse_extent *)(header + 1) : &disk->whole;
    disk->count = sparse ? header->extents : 1;
    file->private = disk;
    file->operations = &regular_file_operations;
    return file;
}
