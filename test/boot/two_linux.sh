#!/bin/sh
# SPDX-License-Identifier: MIT
# Two Debian guests at once, each with a monitor of its own: both reach user
# space, their consoles do not mix, both end.
. test/boot/lib.sh
initrd marker <<'INIT'
#!/bin/sh
mount -t proc proc /proc
read -r words < /proc/cmdline
name=${words##*guest=}
for i in 1 2 3 4 5; do echo "MARKER $name $((i * i))"; done
poweroff -f
INIT
for name in web vault; do
	cat <<CONF
[vm $name]
kernel  = $build/guest/vmlinuz
initrd  = marker.cpio.gz
cmdline = console=ttyS0 guest=$name
memory  = 128M
CONF
done >"$work/two.conf"
boot log 0 --timeout 300 "$work/two.conf"
for name in web vault; do
	has $name.log "MARKER $name 25"
	ended $name poweroff
done
has_not web.log 'MARKER vault'
has_not vault.log 'MARKER web'
has com1.log '\[web\] '
has com1.log '\[vault\] '
has kernel.log 'init: memory balance zero'
