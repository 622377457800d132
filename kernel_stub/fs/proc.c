/* /proc: files whose bytes are made when they are read, in the kernel, and then copied to the
   program like any others. So far those about memory, of the process that reads. */
#include "abi/errno.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/proc_maps.h"
#include "mm/uaccess.h"
#include "task/task.h"

/* The part of a text that the reader has not had yet. */
static long read_text(struct open_file *open, void *to, word n,
                      size_t (*text)(const struct mm *mm, char *to, size_t size))
{
    size_t length = text(current->mm, NULL, 0);
    char *all = kmalloc(length + 1);
    if (!all)
        return -ENOMEM;
    text(current->mm, all, length + 1);
    word left = open->position < length ? length - open->position : 0, part = n < left ? n : left;
    word missing = copy_to_user(to, all + open->position, part);
    kfree(all);
    if (part > 0 && missing == part)
        return -EFAULT;
    open->position += part - missing;
    return (long)(part - missing);
}

static long maps_read(struct open_file *open, void *to, word n)
{
    return read_text(open, to, n, maps_text);
}

static long smaps_read(struct open_file *open, void *to, word n)
{
    return read_text(open, to, n, smaps_text);
}

/* Files of 8-byte entries: only whole ones are read, up to number `end`. */
static long read_entries(struct open_file *open, void *to, word n, word end,
                         uint64_t (*entry)(word number))
{
    if (open->position % 8 || n % 8)
        return -EINVAL;
    word done = 0;
    for (word number = open->position / 8; number < end && done < n; number++, done += 8) {
        uint64_t value = entry(number);
        if (copy_to_user((uint8_t *)to + done, &value, 8))
            break;
    }
    open->position += done;
    return done == 0 && n > 0 && open->position / 8 < end ? -EFAULT : (long)done;
}

static uint64_t page_at(word number)
{
    return pagemap_entry(current->mm, number * PAGE_SIZE);
}

static long pagemap_read(struct open_file *open, void *to, word n)
{
    return read_entries(open, to, n, TASK_SIZE / PAGE_SIZE, page_at);
}

static uint64_t mappings_of(word number)
{
    return (uint64_t)mem_map[number].mapcount;
}

static long kpagecount_read(struct open_file *open, void *to, word n)
{
    return read_entries(open, to, n, frames_total(), mappings_of);
}

static long clear_refs_write(struct open_file *open, const void *from, word n)
{
    char digit;
    (void)open;
    if (n == 0 || copy_from_user(&digit, from, 1))
        return n == 0 ? 0 : -EFAULT;
    int error = clear_refs(current->mm, (unsigned)(digit - '0'));
    return error ? error : (long)n;
}

static const struct file_operations maps = {.read = maps_read};
static const struct file_operations smaps = {.read = smaps_read};
static const struct file_operations pagemap = {.read = pagemap_read};
static const struct file_operations kpagecount = {.read = kpagecount_read};
static const struct file_operations clear_refs_operations = {.write = clear_refs_write};

void proc_init(void)
{
    device_register("/proc/self/maps", &maps);
    device_register("/proc/self/smaps", &smaps);
    device_register("/proc/self/pagemap", &pagemap);
    device_register("/proc/self/clear_refs", &clear_refs_operations);
    device_register("/proc/kpagecount", &kpagecount);
}
