#!/bin/sh
# SPDX-License-Identifier: MIT
# `carrel run` against a stand-in for the kernel (fake_kernel.S) that ends in every
# way there is: exit status, summary.json, logs, for both emulators.
. test/boot/lib.sh

# A build of which only the kernel is looked at.
fake=$work/fake
mkdir -p "$fake/bin"
gcc -m32 -nostdlib -static -no-pie -Wl,-Ttext=0x100000,--build-id=none,-z,noexecstack \
	-o "$fake/carrel.elf" test/boot/fake_kernel.S
programs=$(cd "$build/bin" && echo *)
for program in $programs; do
	echo "$program" >"$fake/bin/$program"
done
export CARREL_BUILD="$fake"
files=$PWD/test/unit/config/files
echo "[vm web]
kernel = $files/kernel.elf" >"$work/one.conf"
echo "[vm web]
kernel = $files/kernel.elf
[vm vault]
kernel = $files/kernel.elf" >"$work/two.conf"

# try NAME STATUS HOW LETTERS EMULATOR [OPTION...] CONFIG
try() {
	name=$1 status_wanted=$2 how=$3 letters=$4 emulator=$5
	shift 5
	boot "$name" "$status_wanted" --emulator "$emulator" --timeout 120 --kernel-args "do=$letters" "$@"
	has summary.json "\"status\": $status_wanted,"
	has summary.json "\"machine\": \"$how\","
	has summary.json "\"emulator\": \"$emulator\","
}
last_lines() {
	grep -qF -- "$1" "$log.out" || {
		cat "$log.out" >&2
		fail "carrel did not say: $1"
	}
}
one=$work/one.conf
two=$work/two.conf

try good 0 off clgnoeDs qemu "$one"
ended web poweroff
last_lines "carrel: guest web powered itself off"
[ "$(cat "$log/web.log")" = "hello at 42 # " ] || fail "web.log holds something else"
[ "$(cat "$log/kernel.log")" = "fake: a line of the log" ] || fail "kernel.log holds something else"
[ "$(cat "$log/com1.log")" = "carrel: a line on the console" ] || fail "com1.log holds something else"
has summary.json '"ticks": null,'

try good_bochs 0 off clgnoeDs bochs "$one"
ended web poweroff
[ "$(cat "$log/web.log")" = "hello at 42 # " ] || fail "web.log holds something else"
has summary.json '"ticks": [0-9]{9,},'
ticks=$(sed -n 's/.*"ticks": //p' "$log/summary.json")
try again_bochs 0 off clgnoeDs bochs "$one"
[ "$ticks" = "$(sed -n 's/.*"ticks": //p' "$log/summary.json")" ] || fail "the tick counts differ"

try uefi 0 off clgnoeDs qemu --bios uefi "$one"
[ "$(cat "$log/web.log")" = "hello at 42 # " ] || fail "web.log holds what the firmware said"

try debug0 0 off nozDs qemu "$one"
ended web "debug-exit 0"
try debug3 1 off nodDs qemu "$one"
ended web "debug-exit 3"
try killed 1 off nokDs qemu "$one"
ended web "killed vmm-fault"
last_lines "carrel: guest web was killed: its monitor made a fault"
try restarted 0 off norneDs qemu "$one"
grep -qF '"end": "poweroff", "restarts": 1, "restarted_after": "killed vmm-fault"' "$log/summary.json" ||
	fail "the restart is not in summary.json"

try both 0 off neEDs qemu "$two"
ended web poweroff
ended vault poweroff
try one_left 1 off nes qemu "$two"
ended vault running

# The machine fails: a panic, a triple fault.
try panic 3 panic lnop qemu "$one"
last_lines "carrel: the machine failed: Carrel's kernel panicked"
last_lines "fake: the line after it"
try panic_late 3 panic noeDp qemu "$one"
try triple 3 failed not qemu "$one"
last_lines "carrel: qemu says: triple fault"
try triple_bochs 3 failed not bochs "$one"
last_lines "carrel: bochs says: exception(): 3rd (13) exception with no resolution"

# It does not switch itself off, or nothing ever happens.
try stuck 0 stopped noeDh qemu "$one"
ended web poweroff
status_before=$(date +%s)
boot timeout 124 --emulator qemu --timeout 4 --kernel-args do=noh "$one"
[ $(($(date +%s) - status_before)) -lt 30 ] || fail "the time limit came late"
ended web running
has summary.json '"machine": "timeout",'
last_lines "carrel: the time limit was reached"

# Ended by a signal, and by Ctrl-] q; both leave nothing behind.
export TMPDIR="$work/tmp"
mkdir -p "$TMPDIR"
"$build/carrel" run --headless --emulator qemu --kernel-args do=lnoh "$one" >"$work/term.out" 2>&1 &
run=$!
sleep 4
kill -TERM $run
status=0
wait $run || status=$?
[ $status = 143 ] || fail "carrel ended with $status on SIGTERM"
status=0
{
	sleep 4
	printf 'x\035q'
	sleep 20
} | timeout 30 "$build/carrel" run --emulator qemu --log "$work/quit" --kernel-args do=lcnoh "$one" \
	>"$work/quit.out" 2>&1 || status=$?
[ $status = 1 ] || fail "carrel ended with $status on Ctrl-] q"
grep -q '"machine": "stopped"' "$work/quit/summary.json" || fail "Ctrl-] q did not stop it"
[ -z "$(ls "$TMPDIR")" ] || fail "files are left: $(ls "$TMPDIR")"

# What cannot start says why.
boot no_cpu 3 --emulator bochs --cpu no-such-cpu --timeout 30 "$one"
last_lines "wrong value for parameter 'model'"
boot no_cpu_qemu 3 --emulator qemu --cpu no-such-cpu --timeout 30 "$one"
last_lines "unable to find CPU model 'no-such-cpu'"

# Which machine is chosen when only one of the emulators is there, or none.
mkdir "$work/path"
ln -s /usr/bin/* "$work/path/"
rm "$work/path/bochs" "$work/path/qemu-system-x86_64"
chooses() { # chooses STATUS [PROGRAM]
	rm -f "$work/path/bochs" "$work/path/qemu-system-x86_64"
	[ -z "${2:-}" ] || ln -s "/usr/bin/$2" "$work/path/"
	log=$work/chosen status=0
	PATH="$work/path" "$build/carrel" run --headless --timeout 60 --kernel-args do=noeDs \
		"$one" >"$log.out" 2>&1 </dev/null || status=$?
	[ "$status" = "$1" ] || fail "carrel with ${2:-no emulator} ended with $status"
}
chooses 0 qemu-system-x86_64
last_lines "in QEMU"
chooses 0 bochs
last_lines "in Bochs, which emulates VT-x (QEMU is not installed)"
chooses 3
last_lines "carrel: qemu-system-x86_64 is not installed; \`apt-get install qemu-system-x86\` installs it"
boot model 0 --cpu max --timeout 60 --kernel-args do=noeDs "$one"
last_lines "in QEMU, which emulates the CPU max"

rm "$fake/bin/power"
boot no_build 3 "$one" 2>/dev/null || true
last_lines "fake/bin/power: No such file or directory"
last_lines "carrel: \`make\` builds what is missing"
