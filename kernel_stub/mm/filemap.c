/* The page cache, a hash of file and page number. A page's first owner is the cache; each page
   table entry that maps it is another. */
#include "mm/filemap.h"

#include "boot/options.h"
#include "fs/file.h"
#include "mm/reclaim.h"

#define BUCKETS 64

static struct page *buckets[BUCKETS];
static uint32_t entered;

uint32_t filemap_frames(void)
{
    return entered;
}

word file_pages(const struct file *file)
{
    return file->size / PAGE_SIZE + (file->size % PAGE_SIZE != 0);
}

static struct page **bucket_of(const struct file *file, uint32_t index)
{
    return &buckets[(file->number * 8 + index) % BUCKETS];
}

struct page *filemap_find(struct file *file, uint32_t index)
{
    struct page *page = *bucket_of(file, index);
    while (page && (page->file != file || page->index != index))
        page = page->next;
    return page;
}

static void enter(struct page *page)
{
    struct page **bucket = bucket_of(page->file, page->index);
    page->next = *bucket;
    *bucket = page;
    entered++;
}

static void leave(struct page *page)
{
    struct page **link = bucket_of(page->file, page->index);
    while (*link != page)
        link = &(*link)->next;
    *link = page->next;
    entered--;
    page->file = NULL;
    page->flags &= ~PG_DIRTY;
}

/* Without a count for the caller. The page is entered when its bytes are there: nobody finds half
   of it. */
static struct page *find_or_read(struct file *file, uint32_t index, bool *major)
{
    struct page *page = filemap_find(file, index);
    *major = !page;
    if (page)
        return page;
    page = alloc_pages(GFP_USER, 0);
    if (!page)
        return NULL;
    page->file = file;
    page->index = index;
    if (!file->pages->read(file, page)) {
        page->file = NULL;
        put_page(page);
        return NULL;
    }
    enter(page);
    return page;
}

struct page *filemap_get(struct file *file, uint32_t index, bool *major)
{
    struct page *page = find_or_read(file, index, major);
    if (page)
        get_page(page);
    return page;
}

bool filemap_write(struct page *page)
{
    if (!page->file->pages->write || !page->file->pages->write(page->file, page))
        return false;
    page->flags &= ~PG_DIRTY;
    return true;
}

void filemap_remove(struct page *page)
{
    leave(page);
    put_page(page);
}

/* One after the other, from where the last search ended. */
bool filemap_shrink(void)
{
    static unsigned hand;
    for (unsigned tried = 0; tried < BUCKETS; tried++) {
        hand = (hand + 1) % BUCKETS;
        for (struct page *page = buckets[hand]; page; page = page->next) {
            if (page->count > 1 || (page->flags & PG_DIRTY && !filemap_write(page)))
                continue;
            filemap_remove(page);
            return true;
        }
    }
    return false;
}

/* Those who mapped the pages lose them: their next access is behind the end of the file. A copy
   that a private VMA made is its own and stays. The rest of the last page is zero from now on. */
void filemap_truncate(struct file *file)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        struct page *next;
        for (struct page *page = buckets[i]; page; page = next) {
            next = page->next;
            if (page->file != file || page->index < file_pages(file))
                continue;
            unmap_everywhere(page);
            filemap_remove(page);
        }
    }
    word end = file->size % PAGE_SIZE;
    struct page *last = end ? filemap_find(file, file->size / PAGE_SIZE) : NULL;
    if (last)
        memset((uint8_t *)page_address(last) + end, 0, PAGE_SIZE - end);
}

/* Copy bytes of the file to kernel memory; false if the file has not so many, or memory is out. */
bool file_read(struct file *file, word offset, void *to, word n)
{
    if (offset > file->size || n > file->size - offset)
        return false;
    while (n > 0) {
        bool major;
        const struct page *page = find_or_read(file, offset / PAGE_SIZE, &major);
        if (!page)
            return false;
        word in_page = offset % PAGE_SIZE;
        word part = PAGE_SIZE - in_page < n ? PAGE_SIZE - in_page : n;
        memcpy(to, (uint8_t *)page_address(page) + in_page, part);
        to = (uint8_t *)to + part;
        offset += part;
        n -= part;
    }
    return true;
}

/* A disk that has moved its head to a page has the next ones cheaply. Nobody has asked for them, so nobody is told if one cannot be
   had. */
static void read_ahead(struct file *file, uint32_t index)
{
    bool major;
    for (uint32_t i = 1; i < options.readahead && index + i < file_pages(file); i++)
        if (!find_or_read(file, index + i, &major))
            return;
}

/* Faults cost more than entries: a fault for reading maps the pages beside it as well, those that are in the page cache and where
   the process has nothing yet. The window begins at a multiple of its size, or with the VMA, and ends with the VMA at the latest. */
static void map_pages_around(struct vma *vma, word address)
{
    word window = options.fault_around * PAGE_SIZE, start = address - address % window;
    if (start < vma->start)
        start = vma->start;
    word end = vma->end - start > window ? start + window : vma->end;
    for (word at = start; at < end; at += PAGE_SIZE) {
        pte_t *pte = pte_find(vma->mm, at);
        struct page *page = pte && *pte == 0 ? filemap_find(vma->file, vma_pgoff(vma, at)) : NULL;
        if (!page)
            continue;
        get_page(page);
        map_page(vma->mm, pte, page, (vm_page_prot(vma->flags) & ~(pte_t)PTE_W) | PTE_A);
    }
}

/* The page for a fault. Behind the end of the file there is none, however long the VMA is. */
static enum fault_result filemap_fault(struct vma *vma, struct vm_fault *fault)
{
    if (fault->pgoff >= file_pages(vma->file))
        return FAULT_SIGBUS;
    fault->how = TP_FILE;
    fault->page = filemap_get(vma->file, fault->pgoff, &fault->major);
    if (fault->page && fault->major)
        read_ahead(vma->file, fault->pgoff);
    return fault->page ? FAULT_DONE : FAULT_NO_MEMORY;
}

const struct vm_operations filemap_vm_operations = {.fault = filemap_fault, .map_pages = map_pages_around};
