#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that every #include follows the arrows of docs/architecture.md: who may
# look at whom. Prints each one that does not, and fails.
#
#   include/            nothing but include/ and C99's freestanding headers
#   arch/x86_64         include, itself
#   kernel              include, arch/x86_64, itself
#   vmm-user/rt         include/abi, include/lib, itself
#   vmm-user/*, drivers include/abi, include/lib, vmm-user/rt, itself
#   drivers/*           drivers/virtio as well, as virtio/NAME.h
#   tools/carrel        include/abi, include/lib, itself, the host's libraries
set -eu
bad=0
free='stdint stddef stdbool stdarg stdatomic limits'

# allowed FILE HEADER: is there a file HEADER where FILE may look?
allowed() {
	file=$1 header=$2
	own=$(dirname "$file")
	case $header in ../*) return 1 ;; esac
	[ -e "$own/$header" ] && return 0
	case $file in
	include/*) set -- include ;;
	arch/*) set -- include arch/x86_64 ;;
	kernel/*) set -- include arch/x86_64 kernel ;;
	vmm-user/rt/*) set -- include vmm-user ;;
	vmm-user/*/*) set -- include vmm-user ;;
	drivers/*) set -- include vmm-user drivers ;;
	tools/carrel/*) set -- include ;;
	esac
	case $file:$header in
	vmm-user/rt/*:rt/* | include/*:* | arch/*:* | kernel/*:* | tools/*:*) ;;
	vmm-user/*:hw/* | drivers/*:hw/*) ;;
	vmm-user/rt/*:abi/* | vmm-user/rt/*:lib/*) ;;
	vmm-user/*:abi/* | vmm-user/*:lib/* | vmm-user/*:rt/*) ;;
	drivers/*:abi/* | drivers/*:lib/* | drivers/*:rt/* | drivers/*:virtio/*) ;;
	vmm-user/vmm/*:vmm/* | vmm-user/init/*:init/*) ;;
	*) return 1 ;;
	esac
	for dir; do
		[ -e "$dir/$header" ] && return 0
	done
	case $file in vmm-user/vmm/*) [ -e "vmm-user/vmm/$header" ] && return 0 ;; esac
	return 1
}

for file in $(git ls-files 'include/*.h' 'arch/*.[chS]' 'kernel/*.[ch]' 'vmm-user/*.[chS]' \
	'drivers/*.[ch]' 'tools/carrel/*.[ch]'); do
	for header in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
		case $header in asm-offsets.h) continue ;; esac
		allowed "$file" "$header" || { echo "$file: may not include \"$header\""; bad=1; }
	done
	case $file in tools/*) continue ;; esac
	for header in $(sed -n 's/^#include <\(.*\)\.h>.*/\1/p' "$file"); do
		case " $free " in
		*" $header "*) ;;
		*) echo "$file: may not include <$header.h>"; bad=1 ;;
		esac
	done
done
exit $bad
