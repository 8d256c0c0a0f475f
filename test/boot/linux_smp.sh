#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's kernel in a guest with four virtual CPUs on two CPUs: all four come up, each
# has timer and reschedule interrupts, and work is spread over them.
. test/boot/lib.sh
initrd marker <<'INIT'
#!/bin/sh
mount -t proc proc /proc
mount -t devtmpfs dev /dev
echo "MARKER $(nproc) cpus, $(grep -c ^processor /proc/cpuinfo) listed"
for i in 1 2 3 4; do
	(n=0; while [ $n -lt 3000 ]; do n=$((n + 1)); done; echo $n >/tmp/$i) &
done
wait
echo "MARKER $(cat /tmp/1 /tmp/2 /tmp/3 /tmp/4 | tr '\n' '+')"
for cpu in 0 1 2 3; do
	taskset $(printf %x $((1 << cpu))) sh -c 'read -r line </proc/self/stat
		set -- $line; shift 38; echo "MARKER ran on $1"'
done
# How many of the four columns of a line are not zero.
columns() {
	grep "$1:" /proc/interrupts | { read -r _ a b c d _
		echo $(((a > 0) + (b > 0) + (c > 0) + (d > 0))); }
}
echo "MARKER timer $(columns LOC) reschedule $(columns RES) calls $(columns CAL)"
grep -E "LOC|RES|CAL" /proc/interrupts
poweroff -f
INIT
cat >"$work/linux.conf" <<CONF
[vm linux]
kernel  = $build/guest/vmlinuz
initrd  = marker.cpio.gz
cmdline = console=ttyS0
memory  = 128M
vcpus   = 4
CONF
boot log 0 --cpus 2 --timeout 400 "$work/linux.conf"
has linux.log 'MARKER 4 cpus, 4 listed'
has linux.log 'MARKER 3000\+3000\+3000\+3000\+'
for cpu in 0 1 2 3; do has linux.log "MARKER ran on $cpu"; done
has linux.log 'MARKER timer 4 reschedule 4 calls 4'
has_not linux.log 'Kernel panic|BUG:|WARNING: CPU|LOCKUP|lockup|stalls'
# Linux takes the TSC's frequency from CPUID 15h on Intel's processors only; by AMD's it
# measures, which QEMU on a busy machine is too uneven for.
case $machine in *-bochs) has_not linux.log unstable ;; esac
ended linux poweroff
has kernel.log 'init: memory balance zero'
