#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzes one target for so many seconds, with a new seed each time. What it learns
# is kept in BUILD/TARGET.corpus and, merged, in the target's corpus.
#
#   test/fuzz/long.sh BUILD TARGET [SECONDS]
set -eu
build=$1 target=$2 seconds=${3:-60}
corpus=test/fuzz/$target
work=$build/$target.corpus
mkdir -p "$work" "$build/found"
max=$(sed -n 's@^/\* MAX: \([0-9]*\) \*/@\1@p' "test/fuzz/${target}_fuzz.c")
dict=
[ ! -e "test/fuzz/$target.dict" ] || dict=-dict=test/fuzz/$target.dict
fixed=
setarch -R true 2>/dev/null && fixed="setarch -R"
export CMOCKA_TEST_ABORT=1
$fixed "$build/$target" -max_total_time="$seconds" -max_len="${max:-4096}" -timeout=60 \
	$dict -print_final_stats=1 -artifact_prefix="$build/found/$target-" \
	"$work" "$corpus"
echo "merge into $corpus: $build/$target -merge=1 $corpus $work"
