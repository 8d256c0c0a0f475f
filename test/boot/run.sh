#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the whole-machine tests of test/boot/list, or those named, on their machines,
# two at a time; prints a line each and a count. A test that prints why it failed and
# ends with a status is a failure; so is one that says nothing and does not end: each
# has a time limit.
#   run.sh [BUILD [TEST...]]    MACHINE=NAME in the environment: on that one only,
#                               whether or not the list has it switched on
set -u
. test/boot/machines.sh
build=${1:-build}
[ $# -eq 0 ] || shift
export BUILD="$build"
results=$build/test/boot-results
list=test/boot/list

# rows: the list's tests with each machine of theirs, one a line.
rows() {
	awk '/^#/ || NF == 0 || $1 == "on" { next }
		{ for (i = 2; i <= NF; i++) print $1, $i }' $list
}

# wanted TEST MACHINE: is it switched on, or asked for?
wanted() {
	[ -z "${MACHINE:-}" ] || { [ "$MACHINE" = "$2" ]; return; }
	[ "$2" = itself ] || grep -qE "^on .*\\b$2\\b" $list
}

one() {
	title=$(machine_title "$2")
	out=$results/$1-$2
	start=$(date +%s)
	if MACHINE=$2 timeout 600 sh "test/boot/$1.sh" >"$out.out" 2>&1; then
		verdict=PASS
	else
		verdict=FAIL
	fi
	echo $verdict >"$out.verdict"
	# The tests inside guests have lines of their own.
	[ $verdict = FAIL ] || grep -E '^(PASS|SKIP) guest/' "$out.out"
	echo "$verdict boot/$1${title:+ ($title)} ($(($(date +%s) - start)) s)"
	[ $verdict = PASS ] || sed 's/^/    /' "$out.out"
}

# The list and the files are the same tests, and the machines are ones that are known.
check_list() {
	for file in test/boot/*.sh; do
		name=$(basename "$file" .sh)
		case $name in lib | run | machines) continue ;; esac
		rows | grep -q "^$name " || { echo "$list does not name $name"; return 1; }
	done
	rows | while read -r name machine; do
		[ -e "test/boot/$name.sh" ] || { echo "$list: no test/boot/$name.sh"; return 1; }
		case " $machine_names itself " in
		*" $machine "*) ;;
		*) echo "$list: no machine is named $machine"; return 1 ;;
		esac
	done
}

if [ "${ONE:-}" ]; then
	unset ONE
	one "$1" "$2"
	exit 0
fi
check_list || exit 1
rm -rf "$results"
mkdir -p "$results"
: >"$results/tasks"
off=0
rows >"$results/rows"
while read -r name machine; do
	if [ $# -gt 0 ]; then
		case " $* " in *" $name "* | *" test/boot/$name.sh "*) ;; *) continue ;; esac
	fi
	if wanted "$name" "$machine"; then
		echo "$name $machine" >>"$results/tasks"
	else
		off=$((off + 1))
	fi
done <"$results/rows"
ONE=1 xargs -r -P "$(nproc)" -n 2 sh "$0" "$build" <"$results/tasks"
passed=$(cat "$results"/*.verdict 2>/dev/null | grep -c PASS)
failed=$(($(wc -l <"$results/tasks") - passed))
not_run="$off not run: $list has their machines switched off"
echo "$passed passed, $failed failed$([ $off -eq 0 ] || echo "; $not_run")"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
