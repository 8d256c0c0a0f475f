#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmark task in Bochs, prints its table, writes build/bench.csv, and
# fails if a row is missing or above its stored limit (test/bench/limits.csv).
set -eu
build=${1:-build}
out=$build/bench
mkdir -p "$out"
"$build/carrel" run --headless --timeout 120 --log "$out" --emulator bochs \
	--root-task "$build/test/bench.elf" >"$out/run.log" 2>&1 || true
echo "operation,min,median" >"$build/bench.csv"
sed -n 's/.*bench: \([a-z0-9_]*,[0-9]*,[0-9]*\).*/\1/p' "$out/kernel.log" >>"$build/bench.csv"
if ! grep -q 'bench: done' "$out/kernel.log"; then
	echo "bench: the benchmark task did not finish:" >&2
	tail -n 5 "$out/kernel.log" "$out/run.log" >&2
	exit 1
fi
awk -F, -v OFS='\t' '
	NR == FNR { if (FNR > 1) { limit[$1] = $2; target[$1] = $3; order[++n] = $1 } next }
	FNR > 1 { min[$1] = $2; median[$1] = $3 }
	END {
		printf "%-22s %8s %8s %8s %8s\n", "instructions", "min", "median", "target", "limit"
		for (i = 1; i <= n; i++) {
			op = order[i]
			verdict = ""
			if (!(op in median)) { verdict = "MISSING"; bad = 1 }
			else if (median[op] + 0 > limit[op] + 0) { verdict = "ABOVE ITS LIMIT"; bad = 1 }
			printf "%-22s %8s %8s %8s %8s %s\n", op, min[op], median[op], target[op], limit[op], verdict
		}
		exit bad
	}' test/bench/limits.csv "$build/bench.csv"
