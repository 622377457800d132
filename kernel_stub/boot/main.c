/* The kernel in C begins here: read what the loader left, set up what everything else needs, run
   the program. */
#include "abi/boot.h"
#include "protections.h"
#include "segments.h"
#include "boot/options.h"
#include "drivers/console.h"
#include "drivers/devices.h"
#include "drivers/pic.h"
#include "fs/file.h"
#include "fs/files.h"
#include "mm/check.h"
#include "mm/mm.h"
#include "split/split.h"
#include "trap/extable.h"
#include "task/sched.h"
#include "task/timer.h"
#include "trap/trap.h"

/* Multiboot 0.6.96, section 3.3: the fields we read. */
struct multiboot_information {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
};
struct multiboot_module {
    uint32_t start, end, string, reserved;
};
#define HAS_CMDLINE 0x04u
#define HAS_MODULES 0x08u
#define MAX_MODULES 32

extern const struct multiboot_information *boot_information; /* physical; head.S */
extern uint32_t boot_frames;

static char command_line[512], program_arguments[3072];
static struct file *program;

/* What the loader said about its modules. */
static struct {
    uint32_t start, size;
    char name[sizeof program->name];
} modules[MAX_MODULES];
static unsigned module_count;

static void copy_string(char *to, size_t size, uint32_t physical)
{
    if (physical)
        format(to, size, "%s", (const char *)POINTER(physical));
}

/* The string up to the first blank. */
static void copy_name(char *to, size_t size, const char *string)
{
    size_t n = 0;
    for (; n + 1 < size && string[n] && string[n] != ' '; n++)
        to[n] = string[n];
    to[n] = 0;
}

/* The loader's words lie somewhere in RAM that will soon be used for other things. */
static void read_boot_information(void)
{
    const struct multiboot_information *information = POINTER(boot_information);
    if (information->flags & HAS_CMDLINE)
        copy_string(command_line, sizeof command_line, information->cmdline);
    if (!(information->flags & HAS_MODULES) || information->mods_count == 0)
        panic("no program to run: the loader gave no module");
    if (information->mods_count > MAX_MODULES)
        panic("%u modules, and there is room for %u", information->mods_count, MAX_MODULES);

    const struct multiboot_module *module = POINTER(information->mods_addr);
    copy_string(program_arguments, sizeof program_arguments, module->string);
    if (program_arguments[0] == 0 || program_arguments[0] == ' ')
        format(program_arguments, sizeof program_arguments, "program");
    for (; module_count < information->mods_count; module_count++, module++) {
        modules[module_count].start = module->start;
        modules[module_count].size = module->end - module->start;
        const char *string = module->string ? POINTER(module->string) : "";
        copy_name(modules[module_count].name, sizeof modules->name,
                  module_count == 0 ? program_arguments : string);
        frames_reserve(module->start, module->end - module->start);
    }
}

/* The modules are the files; the first one is the program. The others come first in the list, so
   that a file may have the program's name. */
static void register_files(void)
{
    for (unsigned i = 0; i < module_count; i++) {
        struct file *file = module_file(modules[i].name, modules[i].start, modules[i].size);
        if (!file)
            panic("no memory for the files");
        file_register(file);
        if (i == 0)
            program = file;
    }
}

/* Of the test kernels only. */
void test_driver_init(void) __attribute__((weak));

static void start_program(void)
{
    exec_first_program(program, program_arguments);
}

void kernel_main(void)
{
    read_boot_information();
    options_read(command_line);
    protections_init();
    pic_init();
    timer_init();
    split_init();
    user_access_init();
    descriptors_init(options.user_limit_3g);
    extable_init();
    frames_init(boot_frames);
    register_files();
    proc_init();
    console_file_init();
    mem_init();
    scull_init();
    uf_init();
    dma_init();
    if (test_driver_init)
        test_driver_init();
    if (options.check)
        check_system_calls();

    struct task *task = task_new();
    if (!task || !(task->mm = mm_new()) || !(task->files = files_new()) ||
        !(task->sighand = sighand_copy(NULL)))
        panic("no memory for the first task");
    task->mm->pid = task->pid;
    format(task->name, sizeof task->name, "%s", program->name);
    trace_process(task, false);
    task_begin_at(task, start_program);
    start_first_task();
}
