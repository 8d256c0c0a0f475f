/* SPDX-License-Identifier: MIT */
/*
 * The processor's first state.
 *
 * Source: Intel SDM vol. 3A section 9.1.1 "Processor State After Reset" and
 * table 9-1 "IA-32 and Intel 64 Processor States Following Power-up, Reset, or INIT";
 * section 8.4.3 "MP Initialization Protocol Algorithm for MP Systems" for STARTUP;
 * load/boot_entry.h for what the loaders ask for.
 */
#include "vmm/vcpu.h"

#include "vmm/cr.h"
#include "lib/string.h"

#define AR_CODE_16 0x9bu
#define AR_DATA_16 0x93u
#define AR_CODE_32 0xc09bu
#define AR_DATA_32 0xc093u
#define AR_CODE_64 0xa09bu
#define AR_TSS_BUSY 0x8bu
#define AR_LDT_NONE 0x10000u

#define LIMIT_16 0xffffu
#define LIMIT_32 0xffffffffu
#define LIMIT_TSS 0x67u

#define PAT_RESET 0x0007040600070406ull

/* Intercepted: #DB, because the guest's DR6 is ours, and #AC, because both can
 * keep a processor busy for ever with their own delivery. */
#define EXCEPTIONS (BIT(1) | BIT(17))

static void tables_reset(struct vcpu_state *s)
{
	s->gdtr = s->idtr = (struct vcpu_table){.limit = LIMIT_16};
	s->segment[SEG_LDTR] = (struct vcpu_segment){.ar = AR_LDT_NONE};
	s->segment[SEG_TR] = (struct vcpu_segment){.ar = AR_TSS_BUSY, .limit = LIMIT_16};
}

static void registers_reset(struct vcpu_state *s)
{
	s->rip = 0xfff0;
	s->rflags = RFLAGS_FIXED;
	for (unsigned i = SEG_ES; i <= SEG_GS; i++)
		s->segment[i] = (struct vcpu_segment){.ar = AR_DATA_16, .limit = LIMIT_16};
	s->segment[SEG_CS] = (struct vcpu_segment){
		.selector = 0xf000, .ar = AR_CODE_16, .limit = LIMIT_16, .base = 0xffff0000};
	s->pat = PAT_RESET;
}

static uint64_t allowed_cr4(const struct cpuid_guest *cpuid)
{
	struct cpuid_regs one, seven;

	cpuid_guest_read(cpuid, 1, 0, &one);
	cpuid_guest_read(cpuid, 7, 0, &seven);
	return cr4_allowed(
		one.reg[CPUID_ECX], one.reg[CPUID_EDX], seven.reg[CPUID_EBX], seven.reg[CPUID_ECX]);
}

void vcpu_init(struct vcpu *vcpu, struct vcpu_state *state, struct machine_cpu *own,
	const struct cpuid_guest *cpuid, const struct exit_hardware *hardware)
{
	const struct machine *machine = own->machine;

	memset(vcpu, 0, sizeof *vcpu);
	vcpu->cpu = (struct guest_cpu){
		.state = state,
		.memory = machine->config.memory,
		.ports = &own->ports,
		.mmio = &own->mmio,
	};
	vcpu->own = own;
	vcpu->hardware = *hardware;
	vcpu->nmi.ours = hardware->nmi_blocking_ours;
	vcpu->shown = &vcpu->hidden;
	vcpu->waits = own->index > 0;
	vcpu->cpuid = *cpuid;
	vcpu->cpuid.xcr0 = XCR0_X87;
	vcpu->cpuid.apic_enabled = true;
	vcpu->cr4_allowed = allowed_cr4(&vcpu->cpuid);
	debug_init(&vcpu->debug, state);
	vcpu->armed = CLOCK_NEVER;
	registers_reset(state);
	tables_reset(state);
	cr_init(state, CR0_ET | CR0_NW | CR0_CD, 0, vcpu->cr4_allowed);
	state->xcr0 = XCR0_X87;
	state->exception_bitmap = EXCEPTIONS;
	state->tsc_offset = own->clock.tsc_base - machine->tsc_start;
	vcpu->hardware.wants(&vcpu->hardware, state->want);
	state->dirty = state->valid = GROUP_ALL;
}

/* What INIT sets; the other groups of the page need not be the processor's. */
#define GROUPS_INIT                                                                                \
	(GROUP_RIP | GROUP_RSP | GROUP_RFLAGS | GROUP_INTR | GROUP_CS_SS | GROUP_SEGMENTS |        \
		GROUP_TABLES | GROUP_CR | GROUP_CR2 | GROUP_EFER | GROUP_DR | GROUP_CONTROLS)

/* EDX shows what the processor is, as CPUID does. */
static void general_reset(struct vcpu *vcpu)
{
	struct vcpu_state *s = vcpu->cpu.state;
	struct cpuid_regs one;

	cpuid_guest_read(&vcpu->cpuid, 1, 0, &one);
	memset(s->gpr, 0, sizeof s->gpr);
	s->gpr[GPR_RDX] = one.reg[CPUID_EAX];
}

void vcpu_reset(struct vcpu *vcpu)
{
	struct vcpu_state *s = vcpu->cpu.state;
	uint64_t caches = cpu_cr0(s) & (CR0_NW | CR0_CD);

	lapic_reset(&vcpu->own->lapic);
	vcpu->inject = (struct inject){.nmi = false};
	nmi_reset(&vcpu->nmi);
	vcpu->halted = false;
	vcpu->waits = true;
	general_reset(vcpu);
	registers_reset(s);
	tables_reset(s);
	debug_init(&vcpu->debug, s);
	cr_init(s, CR0_ET | caches, 0, vcpu->cr4_allowed);
	s->cr2 = s->cr3 = s->efer = 0;
	s->interruptibility = s->windows = 0;
	s->pending_debug = 0;
	s->dirty = (s->dirty & ~GROUP_INJECT) | GROUPS_INIT;
	s->valid |= GROUPS_INIT;
}

void vcpu_startup(struct vcpu *vcpu, uint8_t page)
{
	struct vcpu_state *s = vcpu->cpu.state;

	if (!vcpu->waits)
		return;
	vcpu->waits = false;
	s->rip = 0;
	s->segment[SEG_CS].selector = (uint16_t)(page << 8);
	s->segment[SEG_CS].base = (uint64_t)page << 12;
	s->dirty |= GROUP_RIP | GROUP_CS_SS;
}

static void boot_flat(struct vcpu_state *s, const struct boot_entry *e, uint32_t code)
{
	struct vcpu_segment data = {.selector = e->data, .ar = AR_DATA_32, .limit = LIMIT_32};

	for (unsigned i = SEG_ES; i <= SEG_GS; i++)
		s->segment[i] = data;
	s->segment[SEG_CS] =
		(struct vcpu_segment){.selector = e->cs, .ar = code, .limit = LIMIT_32};
	s->segment[SEG_TR] =
		(struct vcpu_segment){.selector = e->tr, .ar = AR_TSS_BUSY, .limit = LIMIT_TSS};
	s->gdtr = (struct vcpu_table){.base = e->gdt_base, .limit = e->gdt_limit};
	s->idtr = (struct vcpu_table){0};
}

static void boot_real(struct vcpu_state *s, const struct boot_entry *e)
{
	s->segment[SEG_CS].selector = e->cs;
	s->segment[SEG_CS].base = (uint64_t)e->cs << 4;
}

void vcpu_boot(struct vcpu *vcpu, const struct boot_entry *e)
{
	struct vcpu_state *s = vcpu->cpu.state;

	s->rip = e->rip;
	s->gpr[GPR_RSP] = e->rsp;
	s->gpr[GPR_RAX] = e->rax;
	s->gpr[GPR_RBX] = e->rbx;
	s->gpr[GPR_RSI] = e->rsi;
	s->dirty = s->valid = GROUP_ALL;
	switch (e->mode) {
	case BOOT_REAL:
		boot_real(s, e);
		break;
	case BOOT_PROTECTED32:
		boot_flat(s, e, AR_CODE_32);
		cr_init(s, CR0_PE | CR0_ET, 0, vcpu->cr4_allowed);
		break;
	case BOOT_LONG64:
		boot_flat(s, e, AR_CODE_64);
		cr_init(s, CR0_PG | CR0_PE | CR0_NE | CR0_ET, CR4_PAE, vcpu->cr4_allowed);
		s->cr3 = e->cr3;
		s->efer = EFER_LMA | EFER_LME;
		break;
	}
}
