#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Proves one module free of run-time errors with Frama-C's Eva, and believes it
# only if nothing at all is left open.
#
#   tools/prove.sh DRIVER.c OUTDIR      writes OUTDIR/NAME.{log,csv,ok}
#
# The driver says what it is about:
#   /* PROVE: path path */              the sources it proves
#   /* EVA: option option */            how precisely
#   /* UNREACHED: function n why */     n statements that no input reaches (a line each)
#   /* REFUSED: words */                a planted error: must be found (a line each)
#
# A run counts only if Frama-C ended well and said nothing by way of a warning,
# each property is proven (a contract without a body is taken, and only that) or is
# of code that nothing reaches (which the last point finds),
# every loop and function can end, and every statement of every function was
# reached, but for those that UNREACHED names, to the number.
set -u
driver=$1 out=$2
name=$(basename "$driver" .c)
log=$out/$name.log csv=$out/$name.csv
mkdir -p "$out"
rm -f "$out/$name.ok" "$csv"

# A line that is not one any more, as after a reformatting, is no silent loss.
lines=$(grep -cE '(EVA|UNREACHED|REFUSED):' "$driver")
[ "$lines" -eq "$(grep -cE '^/\* (EVA|UNREACHED|REFUSED): .* \*/$' "$driver")" ] || {
	echo "FAIL prove $name: each EVA:, UNREACHED: and REFUSED: needs a line of its own"
	exit 1
}
said() { sed -n "s@^/\* $1: \(.*\) \*/@\1@p" "$driver"; }

start=$(date +%s)
# shellcheck disable=SC2046 # lists of words on purpose
timeout "${PROVE_LIMIT:-900}" frama-c -machdep gcc_x86_64 -c11 \
	-cpp-extra-args="-iquote . -iquote include -iquote arch/x86_64 -iquote kernel -iquote vmm-user -include test/prove/prelude.h" \
	"$driver" $(said PROVE) -warn-invalid-pointer \
	-eva -eva-no-show-progress -eva-msg-key=-final-states,-initial-state \
	-eva-split-limit 5000 -kernel-warn-key asm:clobber=inactive $(said EVA) \
	-nonterm -metrics -metrics-eva-cover -then -report -report-csv "$csv" >"$log" 2>&1
status=$?
took=$(($(date +%s) - start))

# What speaks against the run, a line each.
against() {
	[ $status -eq 0 ] || echo "frama-c ended with status $status (124: too slow)"
	grep -A2 -E 'Warning:|User Error|Failure|non-terminating|is recursive' "$log"
	[ -s "$csv" ] || echo "no report"
	awk -F '\t' 'NR > 1 && $6 != "Valid" && $6 != "Dead" &&
		!($6 == "Considered valid" && $5 ~ /^(assigns clause|from clause|postcondition|termination clause)$/ &&
			($1 ~ /^FRAMAC_SHARE/ || $1 "/" $2 ~ /^(include\/lib\/string|test\/prove\/[a-z]*)\.h$/)) {
		print $1 "/" $2 ":" $3 ": " $4 ": " $5 " is " $6 ": " $7 }' "$csv"
	# What a header defines and nobody here calls is of no interest.
	ours=$(sed -n 's@^#include "\(.*\.c\)"$@\1@p' "$driver" | xargs cat "$driver" |
		sed -n 's/^[a-z].*[ *]\([a-z_0-9]*\)(.*/\1/p')
	said UNREACHED | awk -v names="$ours" '
		BEGIN { n = split(names, word); for (i = 1; i <= n; i++) ours[word[i]] = 1 }
		FILENAME == "-" { allowed[$1] = $2; next }
		/^\[metrics\] Defined functions/ { functions = 1; next }
		functions && /^  Specified-only functions/ { functions = 0 }
		functions { # "   name (1 call); name (address taken) (0 call);"
			n = split($0, part, ";")
			for (i = 1; i < n; i++) { split(part[i], word, " "); defined[word[1]] = 1 }
		}
		/^  [A-Za-z_0-9]+: [0-9]+ stmts out of [0-9]+ / {
			sub(":", "", $1)
			reached[$1] = $2
			if ($6 - $2 != allowed[$1] + 0)
				print $1 ": " $2 " of " $6 " statements reached"
		}
		END {
			for (f in defined) {
				some = 1
				if (!(f in reached) && f in ours) print f ": never reached"
			}
			if (!some) print "no function was analysed"
		}' - "$log"
}
against >"$out/$name.against"

planted=$(said REFUSED)
if [ -n "$planted" ]; then
	said REFUSED | while read -r words; do
		grep -qF "$words" "$out/$name.against" || echo "  not found: $words"
	done >"$out/$name.missed"
	if [ -s "$out/$name.missed" ]; then
		echo "FAIL prove $name: a planted error passes"
		cat "$out/$name.missed"
		exit 1
	fi
	echo "PASS prove $name ($(echo "$planted" | wc -l) planted errors found)"
elif [ -s "$out/$name.against" ]; then
	echo "FAIL prove $name ($took s), see $log"
	cat "$out/$name.against"
	exit 1
else
	echo "PASS prove $name ($took s, $(grep -c 'stmts out of' "$log") functions)"
fi
touch "$out/$name.ok"
