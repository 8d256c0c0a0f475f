#!/bin/sh
# SPDX-License-Identifier: MIT
# `carrel install` in a root of its own: what it writes is what GRUB needs, it
# touches nothing of anybody else, and --remove takes all of it away again.
. test/boot/lib.sh

root=$work/root
two=examples/two.conf
one=examples/hello.conf

# install STATUS [OPTION...]: its words go to $work/out.
install() {
	expected=$1
	shift
	status=0
	"$build/carrel" install --root "$root" "$@" >"$work/out" 2>&1 || status=$?
	[ "$status" = "$expected" ] || {
		cat "$work/out" >&2
		fail "install $* ended with $status instead of $expected"
	}
}
says() {
	grep -qF -- "$1" "$work/out" || {
		cat "$work/out" >&2
		fail "install did not say: $1"
	}
}
# All files and directories below the root, with their contents' sums.
contents() {
	(cd "$root" && find . -type f -exec cksum {} + -o -type l -print -o -type d -print | sort)
}
fresh() {
	rm -rf "$root"
	mkdir -p "$root/boot/grub" "$root/etc/grub.d"
	echo menu >"$root/boot/grub/grub.cfg"
	echo custom >"$root/etc/grub.d/40_custom"
}

# What is written.
fresh
contents >"$work/before"
install 0 "$two"
for file in carrel.elf init plan vmm serial power 03-vmlinuz 04-hello.cpio.gz manifest; do
	[ -s "$root/boot/carrel/$file" ] || fail "boot/carrel/$file is missing"
done
cmp -s "$build/carrel.elf" "$root/boot/carrel/carrel.elf" || fail "the kernel is not the kernel"
cmp -s "$build/guest/vmlinuz" "$root/boot/carrel/03-vmlinuz" || fail "vmlinuz is not vmlinuz"
"$build/carrel" plan --output "$work/plan" "$two"
# The one difference: an installed system gives people time to read (plan_header.flags).
printf '\003' | dd of="$work/plan" bs=1 seek=56 conv=notrunc 2>/dev/null
cmp -s "$work/plan" "$root/boot/carrel/plan" || fail "the plan is not the plan"
[ -x "$root/etc/grub.d/42_carrel" ] || fail "42_carrel cannot be run"

# The script gives an entry that GRUB can read, with GRUB's own library and what
# grub-probe would say on a machine with one disk.
cat >"$work/grub-probe" <<'STUB'
#!/bin/sh
for word; do
	case $word in
	--target=device) echo /dev/sda2 ;;
	--target=partmap) echo gpt ;;
	--target=abstraction) ;;
	--target=fs) echo ext2 ;;
	--target=fs_uuid) echo 0123-4567 ;;
	--target=compatibility_hint | --target=hints_string) ;;
	esac
done
STUB
cat >"$work/grub-mkrelpath" <<'STUB'
#!/bin/sh
for word; do path=$word; done
echo "/system$path"
STUB
chmod +x "$work/grub-probe" "$work/grub-mkrelpath"
grub_probe=$work/grub-probe grub_mkrelpath=$work/grub-mkrelpath \
	"$root/etc/grub.d/42_carrel" >"$work/entry" 2>"$work/said" || fail "42_carrel failed"
grub-script-check "$work/entry" || fail "GRUB cannot read the entry"
for line in "menuentry 'Carrel'" 'insmod part_gpt' 'search --no-floppy --fs-uuid --set=root 0123-4567' \
	'multiboot2 /system/boot/carrel/carrel.elf' \
	'module2 --nounzip /system/boot/carrel/init init' \
	'module2 --nounzip /system/boot/carrel/plan plan' \
	'module2 --nounzip /system/boot/carrel/03-vmlinuz 03-vmlinuz'; do
	grep -qF -- "$line" "$work/entry" || {
		cat "$work/entry" >&2
		fail "the entry lacks: $line"
	}
done
grep -q @PATH@ "$work/entry" && fail "@PATH@ is left in the entry"

# Again, and with another configuration: what is no longer needed goes.
install 0 "$two"
install 0 --kernel-args "console=com1 it's" "$one"
install 0 "$two"
install 0 "$one"
[ -z "$(find "$root" -name '*.new')" ] || fail "a temporary file is left"
echo "[vm small]
kernel = $PWD/test/unit/config/files/kernel.elf" >"$work/small.conf"
install 0 "$work/small.conf"
[ ! -e "$root/boot/carrel/03-vmlinuz" ] || fail "the old kernel file is left"
[ -e "$root/boot/carrel/03-kernel.elf" ] || fail "the new kernel file is not there"

# Removed, nothing is left of it, and nothing else is gone.
install 0 --remove
contents >"$work/after"
cmp -s "$work/before" "$work/after" || fail "removing leaves or takes something: $(diff "$work/before" "$work/after")"
install 0 --remove
says "nothing is installed"

# Directories that were not there are taken away too.
rm -rf "$root"
mkdir "$root"
install 0 "$two"
install 0 --remove
[ -z "$(ls "$root")" ] || fail "directories are left: $(ls "$root")"

# A file of somebody else is in the way: nothing is written at all.
for foreign in boot/carrel/plan boot/carrel/03-vmlinuz etc/grub.d/42_carrel; do
	fresh
	mkdir -p "$root/boot/carrel"
	echo theirs >"$root/$foreign"
	contents >"$work/before"
	install 1 "$two"
	says "$foreign is there, and not from \`carrel install\`"
	contents >"$work/after"
	cmp -s "$work/before" "$work/after" || fail "something changed beside $foreign"
done

# One of our files was changed: it is neither overwritten nor removed.
fresh
install 0 "$two"
echo "# mine" >>"$root/etc/grub.d/42_carrel"
install 1 "$two"
says "etc/grub.d/42_carrel was changed since it was installed"
install 1 --remove
says "etc/grub.d/42_carrel was changed since it was installed; it stays"
tail -n 1 "$root/etc/grub.d/42_carrel" | grep -q '# mine' || fail "the changed script is gone"
[ ! -e "$root/boot/carrel/carrel.elf" ] || fail "the unchanged kernel stayed"
rm "$root/etc/grub.d/42_carrel"
install 0 --remove
[ ! -e "$root/boot/carrel" ] || fail "boot/carrel is left"

# Files that others put beside ours stay, and so does their directory.
fresh
install 0 "$two"
echo theirs >"$root/boot/carrel/notes"
install 0 --remove
[ "$(ls "$root/boot/carrel")" = notes ] || fail "not only the notes are left"

# A link out of the root, and a manifest that names other files.
fresh
mkdir "$work/elsewhere"
ln -s "$work/elsewhere" "$root/boot/carrel"
install 1 "$two"
says "boot/carrel is no directory"
[ -z "$(ls "$work/elsewhere")" ] || fail "something was written through a link"
fresh
mkdir "$root/boot/carrel"
printf 'carrel manifest 1\nfile 00000000 etc/grub.d/40_custom\n' >"$root/boot/carrel/manifest"
install 1 --remove
says "is not a manifest"
[ -e "$root/etc/grub.d/40_custom" ] || fail "a file of somebody else is gone"

# A wrong configuration changes nothing.
fresh
contents >"$work/before"
install 2 test/unit/config/103-several-errors.conf
contents >"$work/after"
cmp -s "$work/before" "$work/after" || fail "a wrong configuration changed something"
