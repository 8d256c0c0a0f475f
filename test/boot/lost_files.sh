#!/bin/sh
# SPDX-License-Identifier: MIT
# What GRUB hands over is damaged: a plan with a wrong checksum, version or size,
# none at all, a module missing, a machine with less memory than the plan needs.
# One clear line each; guests that can start do.
. test/boot/lib.sh
guest() {
	echo "[vm $1]"
	echo "kernel = $2"
	echo "memory = $3"
	echo "debug-exit = yes"
}
{
	guest one "$build/test/guest/cpuid.elf" 16M
	guest two "$build/test/guest/tsc.elf" 16M
} >"$work/two.conf"
"$build/carrel" plan --output "$work/good" "$work/two.conf"

# with_plan LOG FILE [MODULE...]: boots init with that plan.
with_plan() {
	name=$1 plan=$2
	shift 2
	cp "$plan" "$work/plan"
	set -- "$work/plan" "$@"
	modules=
	for module; do modules="$modules --module $module"; done
	# shellcheck disable=SC2086
	boot "$name" "$status" --emulator qemu --timeout 60 --root-task "$build/bin/init" $modules
}
byte() { # byte FILE OFFSET OCTAL
	printf "\\$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

status=3
cp "$work/good" "$work/bad" && byte "$work/bad" 200 377
with_plan crc "$work/bad"
has kernel.log 'plan.*checksum'
cp "$work/good" "$work/bad" && byte "$work/bad" 4 143
with_plan version "$work/bad"
has kernel.log 'plan.*version'
head -c 100 "$work/good" >"$work/bad"
with_plan short "$work/bad"
has kernel.log 'plan'
boot none 3 --emulator qemu --timeout 60 --root-task "$build/bin/init"
has kernel.log 'plan'
