/* The kernel in C begins here: read what the loader left, set up what everything else needs, run
   the program. */
#include "abi/boot.h"
#include "arch/i386/segments.h"
#include "boot/options.h"
#include "drivers/console.h"
#include "fs/file.h"
#include "split/split.h"
#include "trap/extable.h"
#include "trap/task.h"
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

extern const struct multiboot_information *boot_information; /* physical; head.S */
extern uint32_t boot_frames;

static char command_line[512], program_arguments[3072];
static struct file program;

static void copy_string(char *to, size_t size, uint32_t physical)
{
    if (physical)
        format(to, size, "%s", (const char *)POINTER(physical));
}

/* The loader's words lie somewhere in RAM that will soon be used for other things. */
static void read_boot_information(void)
{
    const struct multiboot_information *information = POINTER(boot_information);
    if (information->flags & HAS_CMDLINE)
        copy_string(command_line, sizeof command_line, information->cmdline);
    if (!(information->flags & HAS_MODULES) || information->mods_count == 0)
        panic("no program to run: the loader gave no module");

    const struct multiboot_module *modules = POINTER(information->mods_addr);
    for (unsigned i = 0; i < information->mods_count; i++)
        frames_reserve(modules[i].start, modules[i].end - modules[i].start);
    copy_string(program_arguments, sizeof program_arguments, modules[0].string);
    if (program_arguments[0] == 0 || program_arguments[0] == ' ')
        format(program_arguments, sizeof program_arguments, "program");

    char name[sizeof program.name] = "";
    const char *c = program_arguments;
    for (size_t i = 0; i + 1 < sizeof name && *c && *c != ' '; i++)
        name[i] = *c++;
    file_init(&program, name, modules[0].start, modules[0].end - modules[0].start);
}

/* No device interrupts yet: mask both interrupt controllers, as the loader may have left them
   open. */
static void mask_interrupts(void)
{
    outb(0x21, 0xFF);
    outb(0xA1, 0xFF);
}

static void start_program(void)
{
    exec_program(&program, program_arguments);
}

void kernel_main(void)
{
    read_boot_information();
    options_read(command_line);
    if (options.wp)
        write_cr0(read_cr0() | CR0_WP);
    if (options.pge)
        write_cr4(read_cr4() | CR4_PGE);
    mask_interrupts();
    split_init();
    descriptors_init(options.user_limit_3g);
    extable_init();
    frames_init(boot_frames);

    struct task *task = task_new(program.name);
    if (!task)
        panic("no memory for the first task");
    task_run(task, start_program);
}
