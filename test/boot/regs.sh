#!/bin/sh
# SPDX-License-Identifier: MIT
# Every register on every way into ring 0 and out again (test/regs), in both
# emulators, whose instructions for that are not the same.
. test/boot/lib.sh
for emulator in bochs qemu; do
	log=$work/$emulator
	"$build/carrel" run --headless --log "$log" --emulator $emulator --timeout 60 \
		--root-task "$build/test/regs.elf" >"$log.out" 2>&1 </dev/null || true
	has_not kernel.log 'PANIC|regs: failed'
	has kernel.log 'regs: done'
done
