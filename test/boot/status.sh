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
# lines FILE REGEX COUNT: whether the log's file has so many of them.
lines() {
	[ "$(grep -cE "$2" "$log/$1" 2>/dev/null)" -ge "$3" ]
}

# patient COMMAND...: tries until it holds, for half a minute.
patient() {
	tries=60
	until "$@" || [ $tries = 0 ]; do
		sleep 0.5
		tries=$((tries - 1))
	done
}

# typed LOG KEYS REGEX COUNT [OPTION...]: types KEYS once a guest runs, and Ctrl-] q once
# status.log has COUNT lines like that.
typed() {
	log=$work/$1 keys=$2 regex=$3 count=$4
	shift 4
	status=0
	# shellcheck disable=SC2046
	{
		patient lines beats.log . 1
		sleep 3
		printf '%b' "$keys"
		patient lines status.log "$regex" "$count"
		printf '\035q'
	} | timeout 90 "$build/carrel" run $(machine_options "$machine") --log "$log" "$@" \
		"$work/status.conf" >"$log.out" 2>&1 || status=$?
	[ $status = 1 ] || fail "carrel ended with $status"
	ran_on_machine
}

typed log '' '^short  ended|^busy  running' 6 --status 3
has status.log '^beats  (running|idle)  [0-9]+\.[0-9] s  [0-9,]+ exits/s: .*(hlt|wrmsr|signal) [1-9]'
has status.log '^busy  running  [0-9]+\.[0-9] s  [0-9]+,[0-9]{3} exits/s: io [0-9]+,[0-9]{3}'
has status.log '^short  ended: poweroff$'
has_not status.log 'no answer|no known state|other'
# Time goes on from line to line.
sed -n 's/^busy  running  \([0-9.]*\) s.*/\1/p' "$log/status.log" >"$work/times"
[ "$(wc -l <"$work/times")" -ge 2 ] || fail "fewer than two lines of busy"
sort -n -u "$work/times" | cmp -s - "$work/times" || fail "uptimes do not grow"

# Typed, and with no terminal to draw on: the lines are in what carrel prints.
typed key '\035s' '^busy  running' 1
grep -qE '^carrel: busy  running  [0-9.]+ s  [0-9,]+ exits/s: io' "$log.out" ||
	fail "Ctrl-] s showed nothing"
