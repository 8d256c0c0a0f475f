#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the whole-machine tests, or those named, two at a time; prints a line each
# and a count. A test that prints why it failed and ends with a status is a
# failure; so is one that says nothing and does not end: each has a time limit.
set -u
build=${1:-build}
[ $# -eq 0 ] || shift
export BUILD="$build"
results=$build/test/boot-results
[ "${ONE:-}" ] || rm -rf "$results"
mkdir -p "$results"
[ $# -gt 0 ] || set -- $(ls test/boot/*.sh | grep -vE 'boot/(lib|run)\.sh$')

one() {
	name=$(basename "$(dirname "$1")")/$(basename "$1" .sh)
	start=$(date +%s)
	if timeout 600 sh "$1" >"$results/$(echo "$name" | tr / -).out" 2>&1; then
		verdict=PASS
	else
		verdict=FAIL
	fi
	echo "$verdict" >"$results/$(echo "$name" | tr / -).verdict"
	echo "$verdict $name ($(($(date +%s) - start)) s)"
	[ $verdict = PASS ] || sed 's/^/    /' "$results/$(echo "$name" | tr / -).out"
}

if [ "${ONE:-}" ]; then
	one "$1"
	exit 0
fi
for test; do echo "$test"; done | ONE=1 xargs -P "$(nproc)" -n 1 sh "$0" "$build"
passed=$(cat "$results"/*.verdict 2>/dev/null | grep -c PASS)
failed=$(($# - passed))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
