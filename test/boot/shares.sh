#!/bin/sh
# SPDX-License-Identifier: MIT
# Three guests that never give way, on one CPU: 20 % and 30 % by budget, and one of a
# lower priority without limit that gets what is left. What each got, in ticks, is
# within 2 % of that. Then two of equal priority, which share equally; and a small
# budget of a guest that is alone, while the rest of the CPU idles.
. test/boot/lib.sh
guest() { # guest NAME WORDS LINE...
	printf '[vm %s]\nkernel = %s\nmemory = 8M\ndebug-exit = yes\ncpus = 0\ncmdline = %s\n' \
		"$1" "$build/test/guest/share.elf" "$2"
	shift 2
	for line; do echo "$line"; done
	echo
}
# got NAME SHARE: the guest said so, within 2 % of it.
got() {
	ended "$1" 'debug-exit 0'
	awk -v want="$2" '
		/^share [0-9]+ of [0-9]+/ { share = $2 / $4 }
		END { print share; exit !(share > want * 0.98 && share < want * 1.02) }' \
		"$log/$1.log" >"$work/got" || fail "$1 got $(cat "$work/got") instead of $2"
	echo "    $test_name: $1 got $(cat "$work/got") of $2"
}

# The others spin before, while and after the one without limit is measured.
{
	guest fifth 'skip=600 ms=1000 stay=1500' 'budget = 20%'
	guest third 'skip=600 ms=1000 stay=1500' 'budget = 3ms' 'priority = 25'
	guest rest 'skip=600 ms=1000' 'priority = 10'
} >"$work/three.conf"
boot three 0 --timeout 200 "$work/three.conf"
got fifth 0.20
got third 0.30
got rest 0.50

{
	guest one 'skip=300 ms=1000 stay=800'
	guest two 'skip=300 ms=1000 stay=800'
} >"$work/equal.conf"
boot equal 0 --timeout 200 "$work/equal.conf"
got one 0.5
got two 0.5

guest alone 'skip=100 ms=1000' 'budget = 500us' 'period = 2ms' >"$work/alone.conf"
boot alone 0 --timeout 200 "$work/alone.conf"
got alone 0.25
