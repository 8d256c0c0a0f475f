#!/bin/sh
# SPDX-License-Identifier: MIT
# The threads of a guest's further virtual CPUs (INIT_VCPU), by a program that stands
# in for the monitor (vcpus_probe.c): on their CPUs, once each, with the plan's budget;
# a fault of one kills its guest and nobody else's, and can be followed by a restart.
# On a kernel that uses one CPU all of them are on it; nothing here depends on that.
. test/boot/lib.sh

# A build whose monitor is the probe.
probe=$work/probe
mkdir -p "$probe"
cp -R "$build/carrel.elf" "$build/bin" "$probe/"
rm "$probe/bin/vmm"
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -Iinclude -Ivmm-user -ffreestanding -fno-stack-protector \
	-fno-pie -fcf-protection=none -fno-asynchronous-unwind-tables -mno-red-zone \
	-mgeneral-regs-only -c -o "$work/probe.o" test/boot/vcpus_probe.c
gcc -nostdlib -static -no-pie -Wl,--build-id=none,--gc-sections,-z,noexecstack \
	-Wl,-T,vmm-user/rt/user.ld -Wl,-z,max-page-size=4096 -o "$probe/bin/vmm" \
	"$work/probe.o" "$build"/vmm-user/rt/*.o
export CARREL_BUILD="$probe"

guest() { # guest NAME WORD LINE...
	printf '[vm %s]\nkernel = %s\nmemory = 8M\nvcpus = 4\ncmdline = %s\n' \
		"$1" "$build/test/guest/spin.elf" "$2"
	shift 2
	for line; do echo "$line"; done
	echo
}
ok() { # ok NAME: its threads were as they must be
	has "$1.monitor.log" '^probe: ok$'
	has_not "$1.monitor.log" 'expected'
}
{
	guest ends end
	guest listed end 'cpus = 0-1'
	guest faults fault
	guest share share 'cpus = 0' 'budget = 2ms' 'priority = 25'
} >"$work/vcpus.conf"
boot vcpus 1 --timeout 120 "$work/vcpus.conf"
for name in ends listed share; do
	ok $name
	ended $name poweroff
done
ended faults 'killed vmm-fault'
has kernel.log 'vm faults: killed: the monitor of virtual CPU 2 faulted \(page fault at 0x1230,'
has kernel.log 'init: memory balance zero'
# Two percent of the share, which is a fifth; where a tick is an instruction.
[ "$machine" != vmx-bochs ] || awk '/^probe: share/ { p = $3 / $5; print p; good = p > 0.196 && p < 0.204 } END { exit !good }' \
	"$log/share.monitor.log" >"$log/share" || fail "the share is $(cat "$log/share") instead of 0.2"

guest again fault 'on-crash = restart' >"$work/again.conf"
boot again 1 --timeout 120 "$work/again.conf"
grep -q '"name": "again", "end": "killed vmm-fault", "restarts": 5' "$log/summary.json" ||
	fail "summary.json does not count five restarts"
has_not again.monitor.log 'expected'
has kernel.log 'init: memory balance zero'
