#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the unit tests given as arguments: a line each, all output of those that
# fail, and a count of cases. A program that ends well but ran no case failed.
set -u
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for test; do
	status=0
	timeout 120 "$test" >"$log" 2>&1 || status=$?
	good=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s)\..*/\1/p' "$log" | tail -n 1)
	bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$log" | tail -n 1)
	passed=$((passed + ${good:-0}))
	if [ "$status" -eq 0 ] && [ "${good:-0}" -gt 0 ]; then
		echo "PASS $(basename "$test") ($good)"
		grep -E '^\[  SKIPPED' "$log" || true
	else
		failed=$((failed + ${bad:-1}))
		cat "$log"
		echo "FAIL $(basename "$test") (status $status)"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
