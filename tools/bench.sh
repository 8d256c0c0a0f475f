#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmark task in Bochs, prints its table, writes build/bench.csv, and
# fails if a row is missing or above its stored limits (test/bench/limits.csv).
#
# The task brackets one run of each operation with a mark at which Bochs' debugger
# stops (XCHG BX, BX), and the debugger is told to trace from one mark to the next.
# So the expensive instructions of each operation are counted one by one: those
# between the two RDTSC of ring 3 that measure it.
set -eu
build=${1:-build}
out=$build/bench
mkdir -p "$out/bin"
out=$(cd "$out" && pwd)
# carrel calls this in Bochs' stead, in the folder with its configuration.
cat >"$out/bin/bochs" <<EOF
#!/bin/sh
printf 'magic_break: enabled=1\ndebugger_log: $out/trace\n' >>bochsrc
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
	printf 'c\ntrace on\nc\ntrace off\n'
done >go
echo c >>go
PATH=$PATH exec bochs "\$@"
EOF
chmod +x "$out/bin/bochs"
rm -f "$out/trace" "$out/kernel.log"
PATH=$out/bin:$PATH "$build/carrel" run --headless --timeout 120 --log "$out" --emulator bochs \
	--root-task "$build/test/bench.elf" >"$out/run.log" 2>&1 || true
echo "operation,min,median" >"$build/bench.csv"
sed -n 's/.*bench: \([a-z0-9_]*,[0-9]*,[0-9]*\).*/\1/p' "$out/kernel.log" >>"$build/bench.csv"
if ! grep -q 'bench: done' "$out/kernel.log"; then
	echo "bench: the benchmark task did not finish:" >&2
	tail -n 5 "$out/kernel.log" "$out/run.log" >&2
	exit 1
fi
# operation,instructions,vmcs,msr,cr3,iret: the trace's operations are in the order
# in which the task names them.
{
	sed -n 's/.*bench: trace \([a-z0-9_]*\).*/\1/p' "$out/kernel.log"
	cat "$out/trace"
} | awk '
	/^[a-z0-9_]*$/ { name[++names] = $0; next }
	/Magic breakpoint/ { if (++marks % 2) { op++; clocks = 0 } next }
	marks % 2 && /^\([0-9]+\)\.\[/ {
		if (/ 0033:.*: rdtsc /) { clocks++; next }
		if (clocks != 1) next
		n[op]++
		vmcs[op] += /: vm(read|write) /; msr[op] += /: wrmsr /
		cr3[op] += /: mov cr3, /; iret[op] += /: iret/
	}
	END { for (i = 1; i <= op; i++)
		printf "%s,%d,%d,%d,%d,%d\n", name[i], n[i], vmcs[i], msr[i], cr3[i], iret[i] }
' >"$out/expensive.csv"
rm -f "$out/trace" # large
awk -F, -v expensive="$out/expensive.csv" -v limits=test/bench/limits.csv '
	FILENAME == limits { if (FNR > 1) { line[$1] = $0; order[++n] = $1 } next }
	FILENAME == expensive { for (i = 2; i <= 6; i++) count[$1, i - 1] = $i; next }
	FNR > 1 { min[$1] = $2; median[$1] = $3 }
	END {
		form = "%-20s %6s %6s %6s %6s   %4s %4s %4s %4s %s\n"
		printf form, "instructions", "min", "median", "target", "limit", "vmcs", "msr", "cr3", "iret", ""
		for (i = 1; i <= n; i++) {
			op = order[i]
			split(line[op], limit, ",")
			verdict = ""
			if (!(op in median) || !((op, 1) in count)) verdict = "MISSING"
			else if (median[op] > limit[2] + 0) verdict = "ABOVE ITS LIMIT"
			# What is traced is what is measured, but for reading the clock.
			else if (count[op, 1] < min[op] || count[op, 1] > min[op] + 16) verdict = "TRACED " count[op, 1]
			for (k = 2; k <= 5; k++)
				if (count[op, k] > limit[k + 2] + 0) verdict = "ABOVE ITS LIMITS"
			if (verdict != "") bad = 1
			printf form, op, min[op], median[op], limit[3], limit[2], count[op, 2], count[op, 3], count[op, 4], count[op, 5], verdict
		}
		exit bad
	}' test/bench/limits.csv "$out/expensive.csv" "$build/bench.csv"
