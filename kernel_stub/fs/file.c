/* The page cache: every page of a file that was ever read from its "disk" has one frame here,
   shared by all who map it. A frame is found through a hash of file and page number. Nothing is
   ever thrown out. */
#include "fs/file.h"

#define BUCKETS 64

static struct page *buckets[BUCKETS];

void file_init(struct file *file, const char *name, word physical, word size)
{
    size_t n = strlen(name);
    if (n >= sizeof file->name)
        n = sizeof file->name - 1;
    memset(file, 0, sizeof *file);
    memcpy(file->name, name, n);
    file->disk = POINTER(physical);
    file->size = size;
}

uint32_t file_pages(const struct file *file)
{
    return file->size / PAGE_SIZE + (file->size % PAGE_SIZE != 0);
}

static struct page **bucket_of(const struct file *file, uint32_t index)
{
    return &buckets[((word)file / sizeof(struct file) + index) % BUCKETS];
}

/* The frame of a page of the file, read from disk if it is not here; NULL if there is no memory.
   What lies behind the end of the file in its last page is zero. */
struct page *file_page(struct file *file, uint32_t index, bool *read_from_disk)
{
    struct page **bucket = bucket_of(file, index);
    *read_from_disk = false;
    for (struct page *page = *bucket; page; page = page->next)
        if (page->file == file && page->index == index)
            return page;

    uint32_t frame = user_frame_alloc();
    if (!frame)
        return NULL;
    word offset = index * PAGE_SIZE;
    word n = file->size - offset < PAGE_SIZE ? file->size - offset : PAGE_SIZE;
    memcpy(POINTER(frame), file->disk + offset, n);
    struct page *page = page_of(frame);
    page->file = file;
    page->index = index;
    page->next = *bucket;
    *bucket = page;
    *read_from_disk = true;
    return page;
}

/* Copy bytes of the file to kernel memory; false if the file has not so many, or memory is out. */
bool file_read(struct file *file, word offset, void *to, word n)
{
    if (offset > file->size || n > file->size - offset)
        return false;
    while (n > 0) {
        bool ignored;
        struct page *page = file_page(file, offset / PAGE_SIZE, &ignored);
        if (!page)
            return false;
        word in_page = offset % PAGE_SIZE;
        word part = PAGE_SIZE - in_page < n ? PAGE_SIZE - in_page : n;
        memcpy(to, (uint8_t *)POINTER(frame_of(page)) + in_page, part);
        to = (uint8_t *)to + part;
        offset += part;
        n -= part;
    }
    return true;
}
