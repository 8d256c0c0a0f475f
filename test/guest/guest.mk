# SPDX-License-Identifier: MIT
# Guest tests: test/guest/NAME/*.[cS] and the library become build/test/guest/NAME.elf.

GUESTS := $(patsubst test/guest/%/,%,$(filter-out test/guest/lib/,$(wildcard test/guest/*/)))
GUESTLIB := $(patsubst %,$(B)/%.o,$(filter-out %/pvh.S %/multiboot.S,$(wildcard test/guest/lib/*.[cS])))
GUESTFLAGS := $(FREE) -mcmodel=small -Itest/guest/lib
# Every image has both headers, unless it tests one of them.
guest_heads = $(filter-out $(if $(filter boot_pvh,$(1)),%/multiboot.S.o) $(if $(filter boot_multiboot,$(1)),%/pvh.S.o), \
	$(B)/test/guest/lib/pvh.S.o $(B)/test/guest/lib/multiboot.S.o)

.PHONY: guest-tests
guest-tests: $(GUESTS:%=$(B)/test/guest/%.elf) ## build the guest tests
$(B)/test/guest/%.o: CF = $(GUESTFLAGS)
# Only the tests of the vector registers may use them, and only by hand.
$(B)/test/guest/%.S.o: test/guest/%.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUESTFLAGS) -c -o $@ $<

define guest
$(B)/test/guest/$(1).elf: $(patsubst %,$(B)/%.o,$(wildcard test/guest/$(1)/*.[cS])) $(GUESTLIB) \
		$(call guest_heads,$(1)) test/guest/lib/guest.ld
	@echo "  GUEST $(1)"
	$(Q)$(LINK) -Wl,-T,test/guest/lib/guest.ld -Wl,-z,max-page-size=4096 -o $$@ $$(filter %.o,$$^)
endef
$(foreach g,$(GUESTS),$(eval $(call guest,$(g))))
