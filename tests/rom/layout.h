/* Where the monitor keeps what, in low RAM; cases.py has the same numbers. */
#ifndef LAYOUT_H
#define LAYOUT_H

#define TRAMPOLINE 0x600
#define MONITOR_STACK 0x8000 /* top; the monitor's variables lie from 0x2000 */
#define HANDLER_STACK 0x8c00 /* top: ESP0 of the TSS */
#define GDT 0x9000
#define IDT 0xa000
#define TSS 0xb000
#define STRAY_TSS 0xb400
#define LDT 0xb800
#define STRAY_STACK 0xbf00
#define CASE_CODE 0x10000
#define CASE_DATA 0x20000
#define CASE_STACK 0x30000
#define CASE_EXTRA 0x40000

#define FLAT_CODE 0x08
#define FLAT_DATA 0x10
#define CODE_16 0x18 /* base 0xf0000: on the way to real mode */
#define DATA_16 0x20 /* base 0, 64 KiB */
#define TASK 0x28
#define STRAY_TASK 0x38 /* what #DF is delivered to */
#define LOCAL 0x30
/* The case's own segments, made anew for each. */
#define CASE_CS 0x40
#define CASE_DS 0x48
#define CASE_SS 0x50
#define CASE_ES 0x58
#define CASE_FS 0x60
#define CASE_GS 0x68
#define GDT_LIMIT 0xff

#endif
