#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/packages.sh with stand-ins for dpkg-query, apt-get, id and sudo: what it
# installs as whom, what it says when it cannot, and that it is quiet otherwise.
. test/boot/lib.sh

bin=$work/bin
mkdir -p "$bin"
# What is there: one name per line in $work/there.
cat >"$bin/dpkg-query" <<'STUB'
#!/bin/sh
for name; do :; done
grep -qx "$name" "$WORK/there" || exit 1
printf 'ii '
STUB
# Notes its words; installs unless told to fail.
cat >"$bin/apt-get" <<'STUB'
#!/bin/sh
echo "$(id -u) $*" >>"$WORK/apt"
[ ! -e "$WORK/apt-fails" ] || { echo "E: no network" >&2; exit 100; }
case " $* " in
*" install "*)
	for word; do echo "$word"; done >>"$WORK/there" ;;
esac
STUB
cat >"$bin/id" <<'STUB'
#!/bin/sh
cat "$WORK/id"
STUB
cat >"$work/sudo" <<'STUB'
#!/bin/sh
[ "$1" = -v ] && exit 0
echo "sudo" >>"$WORK/apt"
exec "$@"
STUB
chmod +x "$bin"/* "$work/sudo"
export WORK="$work"

# packages STATUS [GROUP]
packages() {
	expected=$1
	shift
	status=0
	PATH="$bin:/usr/bin:/bin" tools/packages.sh "$@" >"$work/out" 2>&1 || status=$?
	[ "$status" = "$expected" ] || {
		cat "$work/out" >&2
		fail "packages.sh $* ended with $status instead of $expected"
	}
}
start() {
	rm -f "$work/apt" "$work/apt-fails" "$bin/sudo"
	sed 's/#.*//' tools/packages.list | awk 'NF { print $2 }' >"$work/there"
	echo "$1" >"$work/id"
}
lose() {
	grep -vx "$1" "$work/there" >"$work/less"
	mv "$work/less" "$work/there"
}

# The list itself: three fields, known groups, a word on each package.
sed -n '/^[a-z]/p' tools/packages.list >"$work/rows"
[ "$(wc -l <"$work/rows")" -ge 15 ] || fail "the list is too short"
! grep -vE '^(run|check|dev) +[a-z0-9.+-]+ +# .+' "$work/rows" || fail "a row of another form"

start 0
for group in run check dev; do
	packages 0 $group
	[ ! -s "$work/out" ] || fail "it speaks when nothing is missing"
done
[ ! -e "$work/apt" ] || fail "it calls apt-get when nothing is missing"

# As root: lists first, then exactly what is missing of the group.
lose xorriso
lose ovmf
packages 0 --list
[ "$(cat "$work/out")" = xorriso ] || fail "--list run says $(cat "$work/out")"
packages 0 --list check
[ "$(cat "$work/out")" = "xorriso ovmf" ] || fail "--list check says $(cat "$work/out")"
packages 0 run
grep -q '^0 .* update$' "$work/apt" || fail "it does not update the lists"
grep -q '^0 .*-y --no-install-recommends install xorriso$' "$work/apt" || fail "it installs something else"
packages 0 run
[ ! -s "$work/out" ] || fail "it does not notice what it has installed"
packages 0 check
grep -q 'install ovmf$' "$work/apt" || fail "the group check lacks ovmf"

# As somebody else: by sudo, or with a word on what to do.
start 1000
lose xorriso
cp "$work/sudo" "$bin/sudo"
packages 0 run
grep -qx sudo "$work/apt" || fail "it does not use sudo"
start 1000
lose xorriso
if [ ! -e /usr/bin/sudo ]; then
	packages 1 run
	grep -q 'apt-get install --no-install-recommends xorriso' "$work/out" || fail "no word on what to do"
fi

# apt-get fails: its words, and what to do by hand.
start 0
lose xorriso
: >"$work/apt-fails"
packages 1 run
grep -q 'E: no network' "$work/out" || fail "apt-get's own words are lost"
grep -q 'apt-get update && apt-get install --no-install-recommends xorriso' "$work/out" ||
	fail "no word on what to do"

packages 2 everything
grep -q '^usage: packages.sh' "$work/out" || fail "no usage"
