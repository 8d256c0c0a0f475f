#!/bin/sh
# SPDX-License-Identifier: MIT
# CPUs that a plan names: the tool makes them or refuses, init uses those that are
# there and says what is not. On a kernel that uses one CPU, CPU 1 is missing; on one
# that uses all it is there, and every guest runs where it shall. Which of the two it
# is shows in kernel.log; SMP=1 or SMP=0 says which it must be.
. test/boot/lib.sh
guest() { # guest NAME LINE...
	printf '[vm %s]\nkernel = %s\nmemory = 8M\ncmdline = beats=5 ms=20\n' \
		"$1" "$build/test/guest/heartbeat.elf"
	shift
	for line; do echo "$line"; done
	echo
}
{
	guest listed 'cpus = 0-1'
	guest far 'cpus = 1'
	guest not0 'cpus = all,^0'
	guest any
} >"$work/cpus.conf"
status=0
# shellcheck disable=SC2046
"$build/carrel" run --headless $(machine_options "$machine") --timeout 120 --log "$work/two" "$work/cpus.conf" \
	>"$work/two.out" 2>&1 </dev/null || status=$?
log=$work/two
[ "$(machine_ran "$log")" = "$(machine_title "$machine")" ] || fail "it ran on $(machine_ran "$log")"
grep -q 'cpus.conf names CPU 1, so the machine gets 2 CPUs' "$work/two.out" || fail "carrel chose in silence"
has kernel.log '^acpi: .* 2 cpus'
smp=0
! grep -q '^vm any: runs on CPU' "$log/kernel.log" || smp=1
[ "${SMP:-$smp}" = $smp ] || fail "SMP is $SMP, but init found $((smp + 1)) CPUs"
if [ $smp = 1 ]; then
	[ $status = 0 ] || fail "carrel ended with $status"
	has kernel.log '^vm listed: runs on CPU 0$'
	has kernel.log '^vm far: runs on CPU 1$'
	has kernel.log '^vm not0: runs on CPU 1$'
	has kernel.log '^vm any: runs on CPU 0$'
	ended far poweroff
	ended not0 poweroff
	has far.log '^beat 5'
else
	[ $status = 1 ] || fail "carrel ended with $status"
	has kernel.log '^vm listed: the machine has no CPU 1; it runs on CPU 0$'
	has kernel.log '^vm far: killed: the machine has none of its CPUs \(1\), only CPU 0$'
	has kernel.log '^vm not0: killed: the machine has none of its CPUs \(1-31\), only CPU 0$'
	ended far 'killed no-cpu'
	ended not0 'killed no-cpu'
fi
ended listed poweroff
ended any poweroff
has kernel.log 'init: memory balance zero'

# A machine that is told to be too small: refused, in words, before anything boots.
boot small 2 --cpus 1 "$work/cpus.conf"
for line in 'cpus.conf:11: `cpus`: expected at least one that the machine has, got 1: it has 0' \
	'cpus.conf:5: warning: `cpus`: the machine has no CPU 1, only 0: \[vm listed\] runs on 0'; do
	grep -q "$line" "$log.out" || fail "carrel did not say: $line"
done

# The same plan on a machine that nobody checked it against.
"$build/carrel" plan --output "$work/plan" "$work/cpus.conf"
set -- --root-task "$build/bin/init" --module "$work/plan"
for file in vmm serial power; do set -- "$@" --module "$build/bin/$file"; done
name=$("$build/carrel" plan "$work/cpus.conf" | sed -n 's/.*heartbeat\.elf .* as \(.*\)/\1/p' | head -n 1)
cp "$build/test/guest/heartbeat.elf" "$work/$name"
boot one 0 --emulator bochs --timeout 60 "$@" --module "$work/$name" --cpus 1
has kernel.log '^vm far: killed: the machine has none of its CPUs \(1\), only CPU 0$'
has kernel.log '^vm listed: the machine has no CPU 1; it runs on CPU 0$'
has kernel.log '^vm listed: powered off$'
has kernel.log 'init: memory balance zero'
