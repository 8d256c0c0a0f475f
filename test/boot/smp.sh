#!/bin/sh
# SPDX-License-Identifier: MIT
# Several CPUs work against each other (test/smp), in both emulators, with the
# kernel that checks the order of its locks; and any number of them comes up.
. test/boot/lib.sh
mkdir -p "$work/debug"
cp "$build/carrel" "$work/debug/carrel"
cp "$build/carrel-debug.elf" "$work/debug/carrel.elf"
ln -s "$build/bin" "$work/debug/bin"

# smp EMULATOR CPUS TESTS
smp() {
	log=$work/$1-$2
	timeout 150 "$work/debug/carrel" run --headless --log "$log" --emulator "$1" --cpus "$2" \
		--timeout 120 --root-task "$build/test/smp.elf" >"$log.out" 2>&1 </dev/null || true
	has kernel.log "cpu: $2 of $2 are up"
	has_not kernel.log 'PANIC'
	has_not kernel.log 'smp: failed'
	has kernel.log "smp: done, $3"
}
smp bochs 2 6
smp bochs 4 6
smp qemu 2 4
smp qemu 8 4
