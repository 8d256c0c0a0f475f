#!/bin/sh
# SPDX-License-Identifier: MIT
# Counts ring 0: code lines (no blank lines, no comments) of kernel/,
# arch/x86_64/ and include/, and the kernel's text. Fails above the limits, or if what
# stays calls what is unmapped when boot is over.
set -eu
build=${1:-build}
limit_lines=10000
limit_text=65536
total=0
# The files of a folder; of include/ what the kernel includes.
sources() {
	[ "$1" != include ] || {
		gcc -MM -Iinclude -Iarch/x86_64 -Ikernel -I"$build" kernel/*.c arch/x86_64/*.[cS] |
			tr ' ' '\n' | grep '^include/' | sort -u
		return
	}
	find "$1" -name '*.[chS]'
}
# The address of a symbol, as objdump writes it.
address() { nm "$build/carrel.elf" | awk -v name="$1" '$3 == name { print $1 }'; }
printf '%-20s %8s\n' "ring 0" "code lines"
for dir in kernel arch/x86_64 include; do
	n=$(sources "$dir" | xargs cat | gcc -fpreprocessed -dD -E -P -xc - 2>/dev/null |
		grep -c '[^[:space:]]')
	printf '%-20s %8d\n' "$dir" "$n"
	total=$((total + n))
done
text=$(size -A "$build/carrel.elf" | awk '$1 == ".text" { print $2 }')
printf '%-20s %8d of %d\n' "together" "$total" "$limit_lines"
printf '%-20s %8d of %d bytes\n' "kernel text" "$text" "$limit_text"
init=$(size -A "$build/carrel.elf" | awk '$1 == ".init" { print $2 }')
printf '%-20s %8d bytes, unmapped when boot is over\n' "boot text" "$init"
# Calls and jumps out of .text by address, with the function that they are in; those named
# are boot's own.
lost=$(objdump -d -j .text "$build/carrel.elf" | awk -v start="$(address init_start)" -v end="$(address text_start)" '
	/^[0-9a-f]+ <.*>:$/ { function_ = substr($2, 2, length($2) - 3); next }
	NF > 2 && $(NF - 1) ~ /^ffffffff/ {
		seen++
		if ($(NF - 1) >= start && $(NF - 1) < end && function_ !~ /^(ap_prepare|console_init|kernel_start)$/)
			print function_ " calls " $NF ", which is unmapped when boot is over"
	}
	END { if (seen < 1000) print "no disassembly" }' | sort -u)
[ -z "$lost" ] || echo "$lost"
[ -z "$lost" ] && [ "$total" -le "$limit_lines" ] && [ "$text" -le "$limit_text" ]
