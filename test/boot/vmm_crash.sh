#!/bin/sh
# SPDX-License-Identifier: MIT
# A monitor faults while another guest's heart beats: only its own guest dies.
# With on-crash = restart it is started again, five times, then given up; all
# memory comes back each time.
. test/boot/lib.sh
guest() { # guest NAME IMAGE CMDLINE [LINE]
	printf '[vm %s]\nkernel = %s\nmemory = 8M\ndebug-exit = yes\ncmdline = %s\n%s\n\n' \
		"$1" "$build/test/guest/$2.elf" "$3" "${4:-}"
}
{
	guest dies vmmcrash beats=3
	guest lives heartbeat 'beats=40 ms=50'
} >"$work/crash.conf"
boot crash 1 --timeout 120 "$work/crash.conf"
has dies.log '^beat 3'
has_not dies.log 'still here'
has kernel.log 'vm dies: killed: the monitor faulted'
ended dies 'killed vmm-fault'
has lives.log '^beat 40'
ended lives poweroff
has kernel.log 'init: memory balance zero'

{
	guest again vmmcrash beats=1 'on-crash = restart'
	guest lives heartbeat 'beats=60 ms=50'
} >"$work/restart.conf"
boot restart 1 --timeout 120 "$work/restart.conf"
[ "$(grep -c '^beat 1' "$log/again.log")" -eq 6 ] || fail "the guest did not run six times"
grep -q '"name": "again", "end": "killed vmm-fault", "restarts": 5' "$log/summary.json" ||
	fail "summary.json does not count five restarts"
has lives.log '^beat 60'
ended lives poweroff
has kernel.log 'init: memory balance zero'
