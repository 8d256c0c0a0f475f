#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a command that may take long and shows what is done and for how many
# seconds it has been.
#
#   tools/step.sh TEXT COMMAND [ARGUMENT...]
#
# On a terminal the seconds count up in place; elsewhere one line is printed at
# the end. The command's output is kept back and shown only if it fails. The
# exit status is the command's.
set -u

if [ $# -lt 2 ]; then
	echo "usage: step.sh TEXT COMMAND [ARGUMENT...]" >&2
	exit 2
fi
text=$1
shift
log=$(mktemp)
start=$(date +%s)
ticker=

# The command runs in the foreground, so that Ctrl-C reaches it; the counter
# beside it is ours to stop.
if [ -t 2 ]; then
	(
		while sleep 1; do
			printf '\r%s ... %d s ' "$text" $(($(date +%s) - start)) >&2
		done
	) &
	ticker=$!
	printf '%s ... ' "$text" >&2
fi
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$ticker" ] || kill "$ticker" 2>/dev/null
	rm -f "$log"
}
trap cleanup EXIT
trap 'echo >&2; exit 130' INT
trap 'exit 143' TERM

"$@" >"$log" 2>&1
status=$?
seconds=$(($(date +%s) - start))
[ -z "$ticker" ] || printf '\r' >&2
if [ $status = 0 ]; then
	echo "$text: $seconds s      " >&2
else
	echo "$text: failed after $seconds s" >&2
	tail -n 20 "$log" >&2
fi
exit $status
