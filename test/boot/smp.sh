#!/bin/sh
# SPDX-License-Identifier: MIT
# Several CPUs work against each other (test/smp), in both emulators, with the
# kernel that checks the order of its locks; and any number of them comes up.
. test/boot/lib.sh
mkdir -p "$work/debug"
cp "$build/carrel" "$work/debug/carrel"
cp "$build/carrel-debug.elf" "$work/debug/carrel.elf"
ln -s "$build/bin" "$work/debug/bin"

# smp EMULATOR CPUS TESTS [OPTION...]
smp() {
	log=$work/$1-$2 emulator=$1 cpus=$2 tests=$3
	shift 3
	timeout 150 "$work/debug/carrel" run --headless --log "$log" --emulator "$emulator" --cpus "$cpus" \
		--timeout 120 "$@" --root-task "$build/test/smp.elf" >"$log.out" 2>&1 </dev/null || true
	has kernel.log "cpu: $cpus of $cpus are up"
	has_not kernel.log 'PANIC'
	has_not kernel.log 'smp: failed'
	has kernel.log "smp: done, $tests"
}
# A CPU without SMAP, too: it hides one mistake.
smp bochs 2 7 --cpu corei7_haswell_4770
smp bochs 4 7
smp qemu 2 7
smp qemu 8 7
# AMD-V. Neither emulator keeps a guest's translations over an exit: svm_round_test.
smp bochs 2 7 --cpu ryzen
