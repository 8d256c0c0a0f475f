# SPDX-License-Identifier: MIT
# Fuzz targets: test/fuzz/NAME_fuzz.c, which names the sources it tests in lines
# "/* LINK: path path */" as a unit test does. test/fuzz/README.md says the rest.

CLANG := clang
FUZZ := $(patsubst test/fuzz/%_fuzz.c,%,$(wildcard test/fuzz/*_fuzz.c))
FUZZ := $(filter dispatcher vmm,$(FUZZ)) $(filter-out dispatcher vmm,$(FUZZ)) # the slow ones first
ZFLAGS := $(filter-out -Wundef,$(COMMON)) -O1 -D_GNU_SOURCE -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer -fsanitize-coverage-ignorelist=test/fuzz/unguided.list \
	-I. -Itest/fuzz -Iarch/x86_64 -Ikernel -Ivmm-user -Itools -Idrivers -Itest/unit/kernel
ZB := $(B)/fuzz
fuzz_links = $(wildcard $(shell sed -n 's@^/\* LINK: \(.*\) \*/@\1@p' test/fuzz/$(1)_fuzz.c))
fuzz_objects = $(patsubst %.S,$(ZB)/%.S.o,$(patsubst %.c,$(ZB)/%.o,test/fuzz/$(1)_fuzz.c $(call fuzz_links,$(1))))

$(ZB)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(ZFLAGS) -c -o $@ $<
$(ZB)/%.S.o: %.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMMON) -Ivmm-user -c -o $@ $<
define fuzz_target
$(ZB)/$(1): $(call fuzz_objects,$(1))
	@echo "  FUZZ  $(1)"
	$(Q)$(CLANG) $(ZFLAGS) -fsanitize=fuzzer -o $$@ $$^ -lcmocka -lz
endef
$(foreach t,$(FUZZ),$(eval $(call fuzz_target,$(t))))

.PHONY: check-fuzz fuzz
check-fuzz: $(FUZZ:%=$(ZB)/%) ## fuzz every reader of hostile input, briefly, the same every time
	$(Q)test/fuzz/run.sh $(ZB) $(FUZZ)
fuzz: $(ZB)/$(TARGET) ## fuzz one: make fuzz TARGET=plan SECONDS=600
	$(Q)test/fuzz/long.sh $(ZB) $(TARGET) $(SECONDS)
