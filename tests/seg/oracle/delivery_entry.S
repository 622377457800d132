# The entry of the recording guest, its exception stubs, and the way into a case and out of it.
        .text
        .long 0x1badb002, 0, -0x1badb002

        .globl _start
_start: cli
        movl $loop_stack_top, %esp
        call record_all
1:      hlt
        jmp 1b

# void enter_case(frame *): leaves for CS:EIP, EFLAGS and, to an outer ring, SS:ESP of the frame.
# Comes back when the case has ended in an exception. EAX is 0: the handler divides by it.
        .globl enter_case
enter_case:
        pushal
        movl %esp, loop_esp
        movl 36(%esp), %esp
        xorl %eax, %eax
        iretl

# The exception stubs: vector, error code (0 where there is none), then the frame as pushed.
        .macro stub vector, has_code
        .balign 16
        .if !\has_code
        pushl $0
        .endif
        pushl $\vector
        jmp ended
        .endm

        .globl stubs
        .balign 16
stubs:
        .irp vector, 0,1,2,3,4,5,6,7
        stub \vector, 0
        .endr
        stub 8, 1
        stub 9, 0
        .irp vector, 10,11,12,13,14
        stub \vector, 1
        .endr

ended:  movl $0x10, %ebp
        movl %ebp, %ds
        movl %ebp, %es
        movw %ss, stack_selector
        movl %esp, ended_esp
        movl loop_esp, %esp
        popal
        ret

        .bss
        .balign 16
        .space 8192
loop_stack_top:
        .globl ended_esp, stack_selector
loop_esp:       .space 4
ended_esp:      .space 4
stack_selector: .space 4
