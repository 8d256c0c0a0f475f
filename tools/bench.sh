#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmark task on VT-x in Bochs and on AMD-V in QEMU (TCG, which counts
# instructions for its TSC), prints its table, writes build/bench.csv and
# build/bench-svm.csv, and fails if a row is missing or above its stored limits
# (test/bench/limits.csv). Then boots the example guest on both and prints its exits.
#
# In Bochs the task brackets one run of each operation with a mark at which the
# debugger stops (XCHG BX, BX), and the debugger is told to trace from one mark to the
# next. So the expensive instructions of each operation are counted one by one: those
# between the two RDTSC of ring 3 that measure it.
set -eu
build=${1:-build}
mkdir -p "$build/bench"
out=$(cd "$build/bench" && pwd)

# measure NAME EMULATOR CSV: carrel finds $out/NAME.bin/PROGRAM in the emulator's stead.
measure() {
	rm -f "$out/$1/kernel.log"
	PATH=$out/$1.bin:$PATH "$build/carrel" run --headless --timeout 120 --log "$out/$1" \
		--emulator "$2" --root-task "$build/test/bench.elf" >"$out/$1.log" 2>&1 || true
	echo "operation,min,median" >"$3"
	sed -n 's/.*bench: \([a-z0-9_]*,[0-9]*,[0-9]*\).*/\1/p' "$out/$1/kernel.log" >>"$3"
	grep -q 'bench: done' "$out/$1/kernel.log" && return
	echo "bench: the benchmark task did not finish in $2:" >&2
	tail -n 5 "$out/$1/kernel.log" "$out/$1.log" >&2
	exit 1
}

# wrapper NAME PROGRAM: what follows in its stead, from standard input.
wrapper() {
	mkdir -p "$out/$1.bin"
	{
		echo '#!/bin/sh'
		echo "PATH=$PATH"
		cat
	} >"$out/$1.bin/$2"
	chmod +x "$out/$1.bin/$2"
}

# In the folder with its configuration.
wrapper vmx bochs <<EOF2
printf 'magic_break: enabled=1\ndebugger_log: $out/trace\n' >>bochsrc
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
	printf 'c\ntrace on\nc\ntrace off\n'
done >go
echo c >>go
exec bochs "\$@"
EOF2
wrapper svm qemu-system-x86_64 <<'EOF2'
exec qemu-system-x86_64 "$@" -icount shift=0,sleep=off
EOF2
rm -f "$out/trace"
measure vmx bochs "$build/bench.csv"
measure svm qemu "$build/bench-svm.csv"

# operation,instructions,vmcs,msr,cr3,iret: the trace's operations are in the order
# in which the task names them.
{
	sed -n 's/.*bench: trace \([a-z0-9_]*\).*/\1/p' "$out/vmx/kernel.log"
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
table=0
awk -F, '
	FILENAME ~ /limits.csv$/ { if (FNR > 1) { line[$1] = $0; order[++n] = $1 } next }
	FILENAME ~ /expensive.csv$/ { for (i = 2; i <= 6; i++) count[$1, i - 1] = $i; next }
	FILENAME ~ /bench-svm.csv$/ { svm[$1] = $3; next }
	FNR > 1 { min[$1] = $2; median[$1] = $3 }
	END {
		form = "%-20s %6s %6s %6s   %6s %6s   %6s   %4s %4s %4s %4s %s\n"
		printf form, "instructions", "VT-x", "median", "limit", "AMD-V", "limit", "target", "vmcs", "msr", "cr3", "iret", ""
		for (i = 1; i <= n; i++) {
			op = order[i]
			split(line[op], limit, ",")
			verdict = ""
			if (!(op in median) || !(op in svm) || !((op, 1) in count)) verdict = "MISSING"
			else if (median[op] > limit[2] + 0 || svm[op] > limit[3] + 0) verdict = "ABOVE ITS LIMIT"
			# What is traced is what is measured, but for reading the clock.
			else if (count[op, 1] < min[op] || count[op, 1] > min[op] + 16) verdict = "TRACED " count[op, 1]
			for (k = 2; k <= 5; k++)
				if (count[op, k] > limit[k + 3] + 0) verdict = "ABOVE ITS LIMITS"
			if (verdict != "") bad = 1
			printf form, op, min[op], median[op], limit[2], svm[op], limit[3], limit[4], count[op, 2], count[op, 3], count[op, 4], count[op, 5], verdict
		}
		exit bad
	}' test/bench/limits.csv "$out/expensive.csv" "$build/bench-svm.csv" "$build/bench.csv" || table=1

# boot NAME EMULATOR: how often Linux leaves until its shell and to power off, by kind.
boot() {
	rm -f "$out/$1.boot/hello.monitor.log"
	echo poweroff | "$build/carrel" run --timeout 200 --log "$out/$1.boot" --emulator "$2" \
		examples/hello.conf >"$out/$1.boot.log" 2>&1 || true
	exits=$(tr -d '\r' <"$out/$1.boot/hello.monitor.log" | sed -n 's/.*exits: //p')
	[ "$exits" ] || { echo "bench: no Linux boot in $2:" >&2; tail -n 5 "$out/$1.boot.log" >&2; exit 1; }
	echo "exits of a Linux guest in $2: $exits"
}
boot vmx bochs
boot svm qemu
exit $table
