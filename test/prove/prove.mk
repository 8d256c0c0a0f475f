# SPDX-License-Identifier: MIT
# Proofs: test/prove/NAME.c drives one module; tools/prove.sh says what counts.
# docs/assurance.md says what is proven, up to which bounds, and what is not.

PROVE := $(filter-out test/prove/planted.c,$(wildcard test/prove/*.c))
PROVEDEPS := tools/prove.sh $(wildcard test/prove/*.h include/*/*.h arch/x86_64/*.h kernel/*.h vmm-user/*/*.h)
prove_sources = $(wildcard $(shell sed -n 's@^\#include "\(.*\.c\)"$$@\1@p' $(1)))

.PHONY: prove
prove: $(PROVE:test/prove/%.c=$(B)/prove/%.ok) ## no run-time errors, proven by Frama-C
$(B)/prove/%.ok: test/prove/%.c $(PROVEDEPS)
	$(Q)tools/prove.sh $< $(@D)
# Nothing counts unless what must be refused is.
$(PROVE:test/prove/%.c=$(B)/prove/%.ok): $(B)/prove/planted.ok
define prove_sources_of
$(B)/prove/$(basename $(notdir $(1))).ok: $(call prove_sources,$(1))
endef
$(foreach p,$(PROVE),$(eval $(call prove_sources_of,$(p))))
