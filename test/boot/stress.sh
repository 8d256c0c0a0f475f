#!/bin/sh
# SPDX-License-Identifier: MIT
# The stress task (test/stress): a million random system calls of a domain without
# rights from every CPU, creation without end, ten thousand guests; beside them the
# heartbeat of a neighbour. In Bochs, where a tick is an instruction, not one beat may be
# missed and the last guests must cost what the first did. In QEMU the host may take the
# emulator off the CPU: there it must get through.
. test/boot/lib.sh

stress() {
	name=$1
	shift
	log=$work/$name
	timeout 560 "$build/carrel" run --headless --log "$log" --timeout 540 \
		--root-task "$build/test/stress.elf" "$@" >"$log.out" 2>&1 </dev/null || true
	has_not kernel.log 'stress: failed|panic'
	has kernel.log 'stress: hostile: calls=1[0-9]{6} '
	has kernel.log 'stress: exhaust: notification: created=[1-9]'
	has kernel.log '^stress: done on [1-9]'
}

stress qemu --emulator qemu --cpus 2
stress bochs --emulator bochs --cpus 2
has_not kernel.log 'stress: heart [0-9]*: .*missed=[1-9]'
beats() { sed -n "s/^stress: heart $1: beats=\([0-9]*\) .*/\1/p" "$log/kernel.log"; }
[ $(($(beats 0) - $(beats 1))) -le 2 ] && [ $(($(beats 1) - $(beats 0))) -le 2 ] ||
	fail "$(beats 0) heartbeats on CPU 0, $(beats 1) on CPU 1"
sed -n 's/^stress: machines: 10000, ticks each: first=\([0-9]*\) last=\([0-9]*\).*/\1 \2/p' \
	"$log/kernel.log" >"$work/ticks"
read -r first last <"$work/ticks" || fail "the guests were not run"
[ $((last * 100)) -le $((first * 102)) ] || fail "guests become slower: $first, then $last ticks"
