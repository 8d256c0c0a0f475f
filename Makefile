# SPDX-License-Identifier: MIT
# Everything is built under build/. `make help` lists the targets.

V ?= 0
MAKEFLAGS += $(if $(MAKELEVEL:0=),,-j$(shell nproc))
Q := $(if $(filter 1,$(V)),,@)
CI ?=
B := build
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
CC := gcc
HOSTCC := gcc

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wundef -Wvla -Wimplicit-fallthrough $(if $(CI),-Werror)
COMMON := -std=gnu11 -g -MMD -MP $(WARN) -ffile-prefix-map=$(CURDIR)=. -Iinclude
FREE := $(COMMON) -O2 -ffreestanding -fno-stack-protector -fno-pie -fcf-protection=none \
	-fno-asynchronous-unwind-tables -mno-red-zone -mgeneral-regs-only \
	-fno-tree-loop-distribute-patterns -ffunction-sections -fdata-sections -fno-strict-aliasing
# No padding inside of functions: it costs text, and instructions where it is run through.
KFLAGS := $(FREE) -fno-align-jumps -fno-align-loops -fno-align-labels -flto=auto \
	-mcmodel=kernel -Iarch/x86_64 -Ikernel -DCARREL_VERSION=\"$(VERSION)\"
UFLAGS := $(FREE) -Ivmm-user
HFLAGS := $(COMMON) -O2 -D_GNU_SOURCE -Itools
TFLAGS := $(COMMON) -O1 -D_GNU_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -I. -Iarch/x86_64 -Ikernel -Ivmm-user -Itools -Idrivers
LINK := $(CC) -nostdlib -static -no-pie -Wl,--build-id=none,--gc-sections,-z,noexecstack

KSRC := $(wildcard kernel/*.c arch/x86_64/*.c arch/x86_64/*.S)
KSRC := $(filter-out %/asm-offsets.c %/lock_order_checked.c,$(KSRC))
KOBJ := $(KSRC:%=$(B)/%.o)
DEBUGOBJ := $(KOBJ:%/lock_order.c.o=%/lock_order_checked.c.o)
RTOBJ := $(patsubst %,$(B)/%.o,$(wildcard vmm-user/rt/*.c vmm-user/rt/*.S))
# drivers/virtio is no program: drivers name it, in uses_NAME, and have its objects.
PROGRAMS := init vmm $(notdir $(patsubst %/main.c,%,$(wildcard drivers/*/main.c)))
uses_disk := virtio
prog_dir = $(if $(filter init vmm,$(1)),vmm-user/$(1),drivers/$(1))
prog_obj = $(patsubst %,$(B)/%.o,$(wildcard $(call prog_dir,$(1))/*.c $(call prog_dir,$(1))/*/*.[cS] \
	$(uses_$(1):%=drivers/%/*.c)))
TOOLOBJ := $(patsubst %.c,$(B)/host/%.o,$(wildcard tools/carrel/*.c))
UNIT := $(wildcard test/unit/*_test.c test/unit/*/*_test.c)

.PHONY: all kernel user tool
all: kernel user tool ## build the kernel, the user programs and the host tool
kernel: $(B)/carrel.elf $(B)/carrel-debug.elf
user: $(PROGRAMS:%=$(B)/bin/%)
tool: $(B)/carrel

$(B)/asm-offsets.h: arch/x86_64/asm-offsets.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -fno-lto -MF $(B)/asm-offsets.d -MT $@ -S -o - $< | sed -n 's/^.*->\([A-Za-z0-9_]*\) [$$]*\([-0-9]*\).*/#define \1 \2/p' > $@
$(B)/arch/x86_64/%.S.o: arch/x86_64/%.S $(B)/asm-offsets.h
	@mkdir -p $(@D)
	@echo "  AS    $<"
	$(Q)$(CC) $(KFLAGS) -I$(B) -c -o $@ $<
$(B)/kernel/%.o $(B)/arch/%.o: CF = $(KFLAGS)
# What runs at boot, or seldom, is made small. What only boot calls is kept apart
# (linker.ld), which needs objects of its own.
INIT := $(addprefix $(B)/arch/x86_64/,acpi console_options image multiboot2 ranges start) $(B)/kernel/root
$(INIT:%=%.c.o): CF = $(KFLAGS) -Os -fno-lto
COLD := $(addprefix $(B)/arch/x86_64/,ap console cpu feature font format guest ioapic irqline panic 	reserved screen uart svm_cpu svm_guest svm_state vmx_controls vmx_cpu vmx_guest window) 	$(addprefix $(B)/kernel/,create destroy domain gspace irq main portal sc shared)
$(COLD:%=%.c.o): CF = $(KFLAGS) -Os
$(B)/vmm-user/%.o: CF = $(UFLAGS)
$(B)/drivers/%.o: CF = $(UFLAGS) -Idrivers
$(B)/%.c.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CF) -c -o $@ $<
$(B)/vmm-user/%.S.o: vmm-user/%.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(UFLAGS) -c -o $@ $<
$(B)/carrel.elf: $(KOBJ)
# The debug build checks the order of locks.
$(B)/carrel-debug.elf: $(DEBUGOBJ)
$(B)/carrel.elf $(B)/carrel-debug.elf: linker.ld
	@echo "  LINK  $@"
	$(Q)$(LINK) $(KFLAGS) -Wl,-T,linker.ld -Wl,-z,max-page-size=4096 -o $@ $(filter %.o,$^)

define program
$(B)/bin/$(1): $(call prog_obj,$(1)) $(RTOBJ) vmm-user/rt/user.ld
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	$(Q)$(LINK) -Wl,-T,vmm-user/rt/user.ld -Wl,-z,max-page-size=4096 -o $$@ $(call prog_obj,$(1)) $(RTOBJ)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	@echo "  HOSTCC $<"
	$(Q)$(HOSTCC) $(HFLAGS) -c -o $@ $<
$(B)/carrel: $(TOOLOBJ)
	$(Q)$(HOSTCC) -o $@ $(TOOLOBJ) -lz

# A unit test names the sources it tests in a line "/* LINK: path path */", and libraries
# that only it needs in a line "/* LIBS: -lname */". Those named
# *_race_test.c have threads, so ThreadSanitizer in place of the others, and no ring 0
# headers, which are named as those of threads are.
RACEFLAGS := $(filter-out -Ikernel -Iarch% -fsanitize%,$(TFLAGS)) -fsanitize=thread
unit_flags = $(filter-out -MMD,$(if $(filter %_race_test.c,$(1)),$(RACEFLAGS),$(TFLAGS)))
links = $(shell sed -n 's@^/\* LINK: \(.*\) \*/@\1@p' $(1))
define unit
$(B)/$(1:.c=): $(1) $(call links,$(1))
	@mkdir -p $$(@D)
	@echo "  TEST  $(1)"
	$(Q)$(HOSTCC) $(call unit_flags,$(1)) -MM -MT $$@ $(1) $(call links,$(1)) >$$@.d
	$(Q)$(HOSTCC) $(filter-out -MP,$(call unit_flags,$(1))) -o $$@ $(1) $(call links,$(1)) \
	$$$$(sed -n 's@^/\* LIBS: \(.*\) \*/@\1@p' $(1)) -lcmocka -lz
endef
$(foreach t,$(UNIT),$(eval $(call unit,$(t))))

.PHONY: check-unit
check-unit: $(UNIT:%.c=$(B)/%) ## unit tests on the host, with ASan and UBSan
	$(Q)tools/unit.sh $^

# Root tasks for tests and measurements: rt and a folder below test/.
define root_task
$(B)/test/$(1)/%.o: CF = $$(UFLAGS)
$(B)/test/$(1).elf: $(patsubst %,$(B)/%.o,$(wildcard test/$(1)/*.c)) $(RTOBJ) vmm-user/rt/user.ld
	@echo "  LINK  $$@"
	$(Q)$(LINK) -Wl,-T,vmm-user/rt/user.ld -Wl,-z,max-page-size=4096 -o $$@ $$(filter %.o,$$^)
endef
ROOT_TASKS := bench smp stress regs
$(foreach t,$(ROOT_TASKS),$(eval $(call root_task,$(t))))

include tools/run.mk test/guest/guest.mk test/fuzz/fuzz.mk test/prove/prove.mk

.PHONY: check check-boot bench bench-linux size lint format
check: ## all tests
	@tools/packages.sh check
	@$(MAKE) --no-print-directory check-unit
	@$(MAKE) --no-print-directory check-fuzz
	@$(MAKE) --no-print-directory prove
	@$(MAKE) --no-print-directory lint size
	@$(MAKE) --no-print-directory bench
	@$(MAKE) --no-print-directory check-boot
check-boot: all guest guests guest-tests $(ROOT_TASKS:%=$(B)/test/%.elf) ## whole machines, in the emulators
	$(Q)test/boot/run.sh $(B)
bench: all guest $(B)/test/bench.elf ## the performance contract, measured in Bochs and QEMU
	$(Q)tools/bench.sh $(B)
	$(Q)tools/bench_io.sh $(B)
bench-linux: all guest ## Linux' boot as a guest and bare, in Bochs (two minutes; not in check)
	$(Q)tools/bench_linux.sh $(B)
size: kernel ## ring 0: code lines and text
	$(Q)tools/size.sh $(B)
lint: ## architecture arrows, file and function lengths, formatting
	$(Q)tools/lint.sh
format: ## clang-format the tree
	$(Q)clang-format -i $$(git ls-files '*.[ch]')

.PHONY: clean help
clean: ## remove build/
	rm -rf $(B)
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

-include $(shell find $(B) -name '*.d' -type f 2>/dev/null)
