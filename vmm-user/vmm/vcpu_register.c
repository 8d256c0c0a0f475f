/* SPDX-License-Identifier: MIT */
/*
 * Exits for special registers: control, debug and model-specific ones, XCR0, the
 * time-stamp counter. Pure.
 *
 * Source: Intel SDM vol. 3C section 25.1.3 "Instructions That Cause VM Exits
 * Conditionally"; per instruction vol. 2.
 */
#include "vmm/vcpu_internal.h"

#include "vmm/access.h"
#include "vmm/cr.h"

/* The guest's time-stamp counter now. */
static uint64_t guest_tsc(const struct vcpu *v)
{
	return v->own->machine->config.tsc() + v->cpu.state->tsc_offset;
}

static void set_edx_eax(struct vcpu *v, uint64_t value)
{
	v->cpu.state->gpr[GPR_RAX] = (uint32_t)value;
	v->cpu.state->gpr[GPR_RDX] = value >> 32;
}

static uint64_t get_edx_eax(const struct vcpu *v)
{
	const uint64_t *gpr = v->cpu.state->gpr;

	return (uint32_t)gpr[GPR_RAX] | gpr[GPR_RDX] << 32;
}

void vcpu_on_rdtsc(struct vcpu *v, const struct exit *exit)
{
	set_edx_eax(v, guest_tsc(v));
	vcpu_skip(v, exit);
}

static void read_cr(struct vcpu *v, const struct exit_cr *cr)
{
	const struct vcpu_state *s = v->cpu.state;
	uint64_t value = s->cr3;

	if (cr->cr == 8)
		value = lapic_cr8(&v->own->lapic);
	else if (cr->cr == 0)
		value = cpu_cr0(s);
	else if (cr->cr == 4)
		value = cpu_cr4(s);
	cpu_set_gpr(v->cpu.state, cr->gpr, cpu_code_size(s) == CODE_64 ? 8 : 4, value);
}

/* SMSW: as much of CR0 as a register takes, or its low word. */
static bool store_cr0(struct vcpu *v, const struct exit_cr *cr, struct fault *fault)
{
	uint64_t value = cpu_cr0(v->cpu.state);

	if (cr->memory)
		return access_write(&v->cpu, cr->segment, cr->offset, 2, value, fault);
	cpu_set_gpr(v->cpu.state, cr->gpr, cr->bytes, value);
	return true;
}

static bool write_cr8(struct vcpu *v, uint64_t value, struct fault *fault)
{
	if (value > 15) {
		*fault = fault_error(VECTOR_GP, 0);
		return false;
	}
	machine_apic_begin(v->own);
	lapic_set_cr8(&v->own->lapic, value);
	machine_apic_end(v->own);
	return true;
}

static bool write_cr(struct vcpu *v, const struct exit_cr *cr, struct fault *fault)
{
	const struct vcpu_state *s = v->cpu.state;
	unsigned bytes = cpu_code_size(s) == CODE_64 ? 8 : 4;
	uint64_t value = s->gpr[cr->gpr] & cpu_mask(bytes);

	if (cr->access == CR_SMSW)
		return store_cr0(v, cr, fault);
	if (cr->access == CR_CLTS)
		return cr_write(&v->cpu, 0, cpu_cr0(s) & ~CR0_TS, v->cr4_allowed, fault);
	if (cr->access == CR_LMSW)
		return cr_write(
			&v->cpu, 0, cr0_lmsw(cpu_cr0(s), cr->source), v->cr4_allowed, fault);
	if (cr->cr == 8)
		return write_cr8(v, value, fault);
	return cr_write(&v->cpu, cr->cr, value, v->cr4_allowed, fault);
}

void vcpu_on_cr(struct vcpu *v, const struct exit *exit)
{
	struct fault fault;

	if (exit->cr.access == CR_READ)
		read_cr(v, &exit->cr);
	else if (!write_cr(v, &exit->cr, &fault)) {
		vcpu_raise(v, &fault);
		return;
	}
	vcpu_skip(v, exit);
}

/* MOV DR exits before its privilege is checked: SDM vol. 3C section 25.1.3
 * "Instructions That Cause VM Exits Conditionally". DR4 and DR5 are DR6 and DR7,
 * or do not exist: vol. 3B section 17.2.2 "Debug Registers DR4 and DR5". */
static bool dr_refused(struct vcpu *v, unsigned dr)
{
	if ((dr == 4 || dr == 5) && cpu_cr4(v->cpu.state) & CR4_DE) {
		vcpu_raise_ud(v);
	} else if (cpu_cpl(v->cpu.state) > 0) {
		vcpu_raise_gp(v);
	} else if (v->debug.dr[7] & DR7_GD) {
		vcpu_debug_trap(v, DR6_BD);
	} else {
		return false;
	}
	return true;
}

void vcpu_on_dr(struct vcpu *v, const struct exit *exit)
{
	struct vcpu_state *s = v->cpu.state;
	unsigned dr = exit->dr.dr;

	if (dr_refused(v, dr))
		return;
	dr = dr == 4 || dr == 5 ? dr + 2 : dr;
	if (exit->dr.read) {
		cpu_set_gpr(s, exit->dr.gpr, 8, v->debug.dr[dr]);
	} else if (!debug_write(&v->debug, s, dr, s->gpr[exit->dr.gpr])) {
		vcpu_raise_gp(v);
		return;
	}
	vcpu_skip(v, exit);
}

static struct msr_env msr_env(struct vcpu *v)
{
	return (struct msr_env){v->cpu.state, &v->own->lapic, &v->own->clock, guest_tsc(v)};
}

void vcpu_on_rdmsr(struct vcpu *v, const struct exit *exit)
{
	uint32_t msr = (uint32_t)v->cpu.state->gpr[GPR_RCX];
	struct msr_env env = msr_env(v);
	uint64_t value;

	if (!vcpu_has(v, msr_groups(msr)))
		return;
	if (lapic_msr_claims(msr))
		machine_apic_begin(v->own);
	if (msr_read(&v->msrs, &env, msr, &value)) {
		vcpu_raise_gp(v);
		return;
	}
	set_edx_eax(v, value);
	if (lapic_msr_claims(msr))
		machine_apic_end(v->own); /* its time has moved */
	vcpu_skip(v, exit);
}

void vcpu_on_wrmsr(struct vcpu *v, const struct exit *exit)
{
	uint32_t msr = (uint32_t)v->cpu.state->gpr[GPR_RCX];
	struct msr_env env = msr_env(v);

	if (!vcpu_has(v, msr_groups(msr)))
		return;
	if (lapic_msr_claims(msr))
		machine_apic_begin(v->own);
	if (msr_write(&v->msrs, &env, msr, get_edx_eax(v))) {
		vcpu_raise_gp(v);
		return;
	}
	machine_apic_end(v->own);
	vcpu_skip(v, exit);
}

void vcpu_on_xsetbv(struct vcpu *v, const struct exit *exit)
{
	struct vcpu_state *s = v->cpu.state;
	uint64_t value = get_edx_eax(v);

	if (cpu_cpl(s) || (uint32_t)s->gpr[GPR_RCX] || !xcr0_valid(value, v->cpuid.xcr0_allowed)) {
		vcpu_raise_gp(v);
		return;
	}
	s->xcr0 = v->cpuid.xcr0 = value;
	s->dirty |= GROUP_XCR0;
	vcpu_skip(v, exit);
}
