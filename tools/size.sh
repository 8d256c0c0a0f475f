#!/bin/sh
# SPDX-License-Identifier: MIT
# Counts ring 0: code lines (no blank lines, no comments) of kernel/,
# arch/x86_64/ and include/, and the kernel's text. Fails above the limits.
set -eu
build=${1:-build}
limit_lines=10000
limit_text=65536
total=0
printf '%-20s %8s\n' "ring 0" "code lines"
for dir in kernel arch/x86_64 include; do
	n=$(find "$dir" -name '*.[chS]' -exec cat {} + | gcc -fpreprocessed -dD -E -P -xc - 2>/dev/null |
		grep -c '[^[:space:]]')
	printf '%-20s %8d\n' "$dir" "$n"
	total=$((total + n))
done
text=$(size -A "$build/carrel.elf" | awk '$1 == ".text" { print $2 }')
printf '%-20s %8d of %d\n' "together" "$total" "$limit_lines"
printf '%-20s %8d of %d bytes\n' "kernel text" "$text" "$limit_text"
[ "$total" -le "$limit_lines" ] && [ "$text" -le "$limit_text" ]
