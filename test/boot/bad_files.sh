#!/bin/sh
# SPDX-License-Identifier: MIT
# Files that are no good reach only their own monitor: truncated and corrupt
# kernels, an initrd that does not fit beside its kernel, a file whose module is
# missing at boot. One clear line each, and the other guests start.
. test/boot/lib.sh
vmlinuz=$build/guest/vmlinuz
head -c 4000000 "$vmlinuz" >"$work/short"
# setup_sects, and the protocol's version: Linux Documentation/arch/x86/boot.rst "Details of Header Fields".
cp "$vmlinuz" "$work/sects" && printf '\377' | dd of="$work/sects" bs=1 seek=497 conv=notrunc 2>/dev/null
cp "$vmlinuz" "$work/old" && printf '\005\001' | dd of="$work/old" bs=1 seek=518 conv=notrunc 2>/dev/null
head -c 100 "$build/test/guest/cpuid.elf" >"$work/elf"
head -c 130000000 /dev/zero >"$work/zeroes"

guest() { # guest NAME KERNEL MEMORY [LINE]
	printf '[vm %s]\nkernel = %s\nmemory = %s\ndebug-exit = yes\n%s\n\n' "$1" "$2" "$3" "${4:-}"
}
{
	guest short short 128M
	guest sects sects 128M
	guest elf elf 16M
	guest lives "$build/test/guest/heartbeat.elf" 8M 'cmdline = beats=20 ms=50'
} >"$work/bad.conf"
boot log 1 --timeout 150 "$work/bad.conf"
for name in short sects elf; do
	ended $name 'killed bad-kernel'
	has kernel.log "vm $name: killed: .*kernel"
done
has lives.log '^beat 20'
ended lives poweroff
has kernel.log 'init: memory balance zero'

# What the tool can see is refused before anything boots.
{
	guest initrd "$vmlinuz" 128M 'initrd = zeroes'
	guest old old 128M
} >"$work/refused.conf"
if "$build/carrel" check "$work/refused.conf" 2>"$work/refused"; then
	fail "an initrd larger than memory and an old kernel were accepted"
fi
grep -q 'refused.conf:3: `memory`: expected at least' "$work/refused" || fail "initrd: no clear line"
grep -q 'refused.conf:8: `kernel`: .*old is no kernel that can be loaded' "$work/refused" ||
	fail "old kernel: no clear line"

# The same plan, but GRUB lost one file.
{
	guest lost "$build/test/guest/cpuid.elf" 16M
	guest lives "$build/test/guest/heartbeat.elf" 8M 'cmdline = beats=20 ms=50'
} >"$work/lost.conf"
"$build/carrel" plan --output "$work/plan" "$work/lost.conf"
set -- --root-task "$build/bin/init" --module "$work/plan"
for file in vmm serial power; do set -- "$@" --module "$build/bin/$file"; done
"$build/carrel" plan "$work/lost.conf" >"$work/names"
name=$(sed -n 's/.*heartbeat\.elf .* as \(.*\)/\1/p' "$work/names")
cp "$build/test/guest/heartbeat.elf" "$work/$name"
boot lost 0 --timeout 60 "$@" --module "$work/$name"
has kernel.log 'vm lost: killed: .*cpuid\.elf.* was not loaded'
has com1.log 'beat 20'
has kernel.log 'vm lives: powered off'
