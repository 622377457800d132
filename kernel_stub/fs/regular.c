/* Files with bytes in them: read and write go through the page cache, where mmap finds the same
   pages. A file grows as far as its disk has room: what a module takes up in RAM, or, of memfd_create's, 256 MB. */
#include "abi/errno.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/filemap.h"
#include "mm/uaccess.h"

/* How much of n bytes at the position lies in its page. */
static word in_this_page(word position, word n)
{
    word room = PAGE_SIZE - position % PAGE_SIZE;
    return room < n ? room : n;
}

/* Move at most a page's part of n bytes; the result is what arrived. The page is held: the copy may
   wait for one of the program's, and reclaim must not take this one for it. */
static word read_part(struct page *page, word offset, void *to, word n)
{
    return n - copy_to_user(to, (uint8_t *)page_address(page) + offset, n);
}

/* The bytes come by way of a page of the kernel's: copy_from_user fills with zeros what did not
   arrive, and the file must keep what it has there. */
static word write_part(struct page *page, word offset, const void *from, word n)
{
    struct page *bounce = alloc_pages(GFP_KERNEL, 0);
    if (!bounce)
        return 0;
    word arrived = n - copy_from_user(page_address(bounce), from, n);
    memcpy((uint8_t *)page_address(page) + offset, page_address(bounce), arrived);
    page->flags |= PG_DIRTY;
    put_page(bounce);
    return arrived;
}

static long regular_read(struct open_file *open, void *to, word n)
{
    word done = 0, room = open->position < open->file->size ? open->file->size - open->position : 0;
    word wanted = n < room ? n : room, part = 0, moved = 0;
    for (; done < wanted && moved == part; done += moved) {
        bool major;
        struct page *page = filemap_get(open->file, open->position / PAGE_SIZE, &major);
        if (!page)
            return done ? (long)done : -ENOMEM;
        part = in_this_page(open->position, wanted - done);
        moved = read_part(page, open->position % PAGE_SIZE, (uint8_t *)to + done, part);
        open->position += moved;
        put_page(page);
    }
    return done || wanted == 0 ? (long)done : -EFAULT;
}

static long regular_write(struct open_file *open, const void *from, word n)
{
    word done = 0, end = open->file->capacity;
    word room = open->position < end ? end - open->position : 0;
    word wanted = n < room ? n : room, part = 0, moved = 0;
    if (n > 0 && room == 0)
        return -ENOSPC;
    for (; done < wanted && moved == part; done += moved) {
        bool major;
        struct page *page = filemap_get(open->file, open->position / PAGE_SIZE, &major);
        if (!page)
            return done ? (long)done : -ENOMEM;
        part = in_this_page(open->position, wanted - done);
        moved = write_part(page, open->position % PAGE_SIZE, (const uint8_t *)from + done, part);
        open->position += moved;
        if (open->file->size < open->position)
            open->file->size = open->position;
        put_page(page);
    }
    return done || wanted == 0 ? (long)done : -EFAULT;
}

/* The VMA has the file's operations already; its pages come by faults. */
static int regular_mmap(struct open_file *open, struct vma *vma)
{
    (void)open;
    (void)vma;
    return 0;
}

const struct file_operations regular_file_operations = {
    .read = regular_read, .write = regular_write, .mmap = regular_mmap};
