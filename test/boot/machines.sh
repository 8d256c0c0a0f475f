# SPDX-License-Identifier: MIT
# The machines that the tests of guests run on: each is one way to run guests in one
# emulator. Sourced by the tests' runners.
#   vmx-bochs  VT-x: the Intel model that carrel takes in Bochs
#   svm-qemu   AMD-V in QEMU. Emulated on every host: a named model never gets KVM
#   svm-bochs  AMD-V in Bochs, on its one model of AMD with both SVM and SMEP
# shellcheck shell=sh

machine_names="vmx-bochs svm-qemu svm-bochs"

# machine_options MACHINE: for `carrel run`.
machine_options() {
	case $1 in
	vmx-bochs) echo "--emulator bochs" ;;
	svm-qemu) echo "--emulator qemu --cpu max" ;;
	svm-bochs) echo "--emulator bochs --cpu ryzen" ;;
	*) echo "machines.sh: no machine is named $1" >&2 && return 1 ;;
	esac
}

# machine_title MACHINE: for people.
machine_title() {
	case $1 in
	vmx-bochs) echo "VT-x, Bochs" ;;
	svm-qemu) echo "AMD-V, QEMU" ;;
	svm-bochs) echo "AMD-V, Bochs" ;;
	esac
}

# machine_ran LOGS: the same of a run that was: by its kernel's own words, and its
# summary's. "none, Bochs" if guests could not run.
machine_ran() {
	virt=$(sed -n 's/^virt: guests run on //p' "$1/kernel.log" | tr -d '\r' | tail -1)
	case $(sed -n 's/.*"emulator": "\(.*\)".*/\1/p' "$1/summary.json") in
	bochs) echo "${virt:-none}, Bochs" ;;
	qemu) echo "${virt:-none}, QEMU" ;;
	*) echo "${virt:-none}, no emulator" ;;
	esac
}
