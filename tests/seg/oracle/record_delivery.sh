#!/bin/sh
# Records interrupt delivery on QEMU into tests/data/seg/delivery.txt. Needs clang, lld and
# qemu-system-i386; run it from the top of the tree after a change of the guest.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clang --target=i386-unknown-none -O1 -ffreestanding -fno-pic -mno-sse -nostdlib -static -fuse-ld=lld \
      -Wl,--image-base=0x100000 -Wl,--build-id=none -Wl,-z,norelro \
      -o "$work/guest" "$here/delivery_entry.S" "$here/delivery_guest.c"
qemu-system-i386 -kernel "$work/guest" -display none -no-reboot -m 16 \
                 -debugcon "file:$work/log" -device isa-debug-exit,iobase=0xf4 || true
{
    cat <<'HEAD'
# Interrupt delivery as QEMU does it, recorded by tests/seg/oracle/record_delivery.sh. Hexadecimal:
# event cpl flags gate code stack ss1 ss2 | vector error eip cs eflags ss esp five-words-at-esp
HEAD
    cat "$work/log"
} > "$here/../../data/seg/delivery.txt"
wc -l "$here/../../data/seg/delivery.txt"
