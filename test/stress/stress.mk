# SPDX-License-Identifier: MIT
# The stress task: a root task made of rt and test/stress.

STRESSOBJ := $(patsubst %,$(B)/%.o,$(wildcard test/stress/*.c))
$(B)/test/stress/%.o: CF = $(UFLAGS)
$(B)/test/stress.elf: $(STRESSOBJ) $(RTOBJ) vmm-user/rt/user.ld
	@echo "  LINK  $@"
	$(Q)$(LINK) -Wl,-T,vmm-user/rt/user.ld -Wl,-z,max-page-size=4096,-s -o $@ $(STRESSOBJ) $(RTOBJ)
check-boot: $(B)/test/stress.elf
