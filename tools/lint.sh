#!/bin/sh
# SPDX-License-Identifier: MIT
# House rules that a script can check. Prints each breach; fails if there is one.
set -eu
bad=0
say() { echo "lint: $*"; bad=1; }

tools/arrows.sh || bad=1
for file in $(git ls-files '*.[chS]'); do
	[ -e "$file" ] || continue
	head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || say "$file: no SPDX line"
	lines=$(wc -l <"$file")
	[ "$lines" -le 400 ] || say "$file: $lines lines, 400 at most"
	case $file in
	test/* | tools/*) continue ;;
	esac
	! grep -nE '^[[:space:]]*#[[:space:]]*if' "$file" /dev/null | grep -v '_H$' | grep '\.c:' ||
		say "$file: conditional compilation in a .c file"
done
# A function's body begins with { and ends with } in the first column.
for file in $(git ls-files 'kernel/*.c' 'arch/*.c' 'vmm-user/*.c' 'drivers/*.c' 'tools/*.c'); do
	[ -e "$file" ] || continue
	awk -v file="$file" '
		/^{/ { start = NR }
		/^}/ { if (start && NR - start - 1 > 60) {
				print "lint: " file ":" start ": a function of " NR - start - 1 " lines, 60 at most"
				bad = 1 }
			start = 0 }
		END { exit bad }' "$file" || bad=1
done
exit $bad
