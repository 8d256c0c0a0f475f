#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs each fuzz target as often as its RUNS: line says, from its corpus and a
# fixed seed; a line each. What they find they leave in BUILD/found.
#
#   test/fuzz/run.sh BUILD TARGET...
set -u
build=$1
shift
mkdir -p "$build/found"

# Nothing may depend on the clock: so the corpus is not read again every second, nor
# freed memory given back. Addresses that differ from run to run would make the runs
# differ, and Clang 14's ASan stumbles over some of them; not everywhere may they be
# fixed.
fixed=
setarch -R true 2>/dev/null && fixed="setarch -R"

one() {
	target=$1
	log=$build/$target.log
	number() { sed -n "s@^/\* $1: \([0-9]*\) \*/@\1@p" "test/fuzz/${target}_fuzz.c"; }
	new=$build/$target.new
	rm -rf "$new"
	mkdir -p "$new"
	dict=
	[ ! -e "test/fuzz/$target.dict" ] || dict=-dict=test/fuzz/$target.dict
	max=$(number MAX)
	status=0
	CMOCKA_TEST_ABORT=1 $fixed "$build/$target" -seed=1 -runs="$(number RUNS)" \
		-reload=0 -purge_allocator_interval=-1 -max_len="${max:-4096}" -timeout=60 $dict -print_final_stats=1 \
		-artifact_prefix="$build/found/$target-" \
		"$new" "test/fuzz/$target" >"$log" 2>&1 || status=$?
	if [ $status -eq 0 ]; then
		sed -n 's/^#[0-9]*[[:space:]]*DONE *cov: \([0-9]*\) ft: [0-9]* corp: \([0-9]*\).*/\1 edges, \2 inputs/p' \
			"$log" | sed "s/^/PASS $target: /"
	else
		tail -n 60 "$log" | sed 's/^/    /'
		echo "FAIL $target (status $status); see $log and $build/found"
	fi
	rm -rf "$new"
	return $status
}

if [ "${ONE:-}" ]; then
	one "$1"
	exit
fi
for target; do echo "$target"; done | ONE=1 xargs -P "$(nproc)" -n 1 sh "$0" "$build"
