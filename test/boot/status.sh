#!/bin/sh
# SPDX-License-Identifier: MIT
# What `carrel run --status` says of guests while they run: one that only waits, one
# that exits all the time, one with two virtual CPUs that ends before the others; and
# Ctrl-] s the same, typed. The numbers come from the guests' monitors.
. test/boot/lib.sh
guest() { # guest NAME IMAGE WORDS [LINE]
	printf '[vm %s]\nkernel = %s\nmemory = 8M\ndebug-exit = yes\ncmdline = %s\n%s\n\n' \
		"$1" "$build/test/guest/$2.elf" "$3" "${4:-}"
}
{
	guest beats heartbeat 'beats=1000 ms=50'
	guest busy floodio forever
	guest short heartbeat 'beats=1 ms=1' 'vcpus = 2'
} >"$work/status.conf"
boot log 124 --timeout 40 --status 5 "$work/status.conf"
has status.log '^beats  (running|idle)  [0-9]+\.[0-9] s  [0-9,]+ exits/s: .*(hlt|wrmsr|signal) [1-9]'
has status.log '^busy  running  [0-9]+\.[0-9] s  [0-9]+,[0-9]{3} exits/s: io [0-9]+,[0-9]{3}'
has status.log '^short  ended: poweroff$'
has_not status.log 'no answer|no known state|other'
# Time goes on from line to line.
sed -n 's/^busy  running  \([0-9.]*\) s.*/\1/p' "$log/status.log" >"$work/times"
[ "$(wc -l <"$work/times")" -ge 2 ] || fail "fewer than two lines of busy"
sort -n -u "$work/times" | cmp -s - "$work/times" || fail "uptimes do not grow"

# Typed, and with no terminal to draw on: the lines are in what carrel prints.
status=0
# shellcheck disable=SC2046
{
	sleep 15
	printf '\035s'
	sleep 10
	printf '\035q'
	sleep 20
} | timeout 60 "$build/carrel" run $(machine_options "$machine") --log "$work/key" \
	"$work/status.conf" >"$work/key.out" 2>&1 || status=$?
[ $status = 1 ] || fail "carrel ended with $status"
grep -qE '^carrel: busy  running  [0-9.]+ s  [0-9,]+ exits/s: io' "$work/key.out" || {
	cat "$work/key/status.log" >&2
	fail "Ctrl-] s showed nothing"
}
