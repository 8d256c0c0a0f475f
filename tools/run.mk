# SPDX-License-Identifier: MIT
# Included by the top-level Makefile: the first run, and the guest it runs.

.PHONY: run guest guests packages
run: packages ## install what is missing, build, and boot the example guest
	@$(MAKE) -s --no-print-directory all guest
	@$(B)/carrel run $(or $(CONFIG),examples/hello.conf) $(RUNFLAGS)
packages:
	@tools/packages.sh run
guest: ## Debian's cloud kernel and a busybox initrd for the examples
	@tools/guest.sh $(B)/guest
guests: ## more guests, for the tests: memtest86+, iPXE, GRUB, Debian's kernel and a system
	@tools/guests.sh $(B)/guest/more
	@tools/debian.sh $(B)/guest/debian.img
