/* SPDX-License-Identifier: MIT */
/*
 * What the monitor does for each kind of exit: one short handler each, in a
 * table. Pure but for reports.
 *
 * Source: Intel SDM vol. 3C chapter 25 "VMX Non-Root Operation", section 25.1
 * "Instructions That Cause VM Exits"; per instruction vol. 2.
 */
#include "vmm/vcpu_internal.h"

#include "vmm/emulate.h"
#include "vmm/io.h"
#include "vmm/say.h"

static void on_triple_fault(struct vcpu *v, const struct exit *exit UNUSED)
{
	vcpu_end(v, GUEST_TRIPLE_FAULT, 0);
}

static void on_window(struct vcpu *v, const struct exit *exit UNUSED)
{
	machine_tell(v->own, v->own);
}

static void on_iret(struct vcpu *v, const struct exit *exit UNUSED)
{
	nmi_iret(&v->nmi, v->cpu.state->rip);
	machine_tell(v->own, v->own); /* it is asked for until it is not */
}

static void on_fault(struct vcpu *v, const struct exit *exit)
{
	vcpu_raise(v, &exit->fault);
}

static void on_again(struct vcpu *v, const struct exit *exit)
{
	if (exit->groups)
		vcpu_ask(v, exit->groups);
}

static void on_task_switch(struct vcpu *v, const struct exit *exit UNUSED)
{
	say("the guest switches tasks by hardware, which is not emulated");
	vcpu_end(v, GUEST_KILLED, KILL_EMULATION);
}

static void on_cpuid(struct vcpu *v, const struct exit *exit)
{
	uint64_t *gpr = v->cpu.state->gpr;
	struct cpuid_regs r;

	if (v->cpu.state->valid & GROUP_XCR0)
		v->cpuid.xcr0 = v->cpu.state->xcr0;
	v->cpuid.osxsave = cpu_cr4(v->cpu.state) & CR4_OSXSAVE;
	v->cpuid.apic_enabled = v->own->lapic.base & LAPIC_BASE_ENABLE;
	cpuid_guest_read(&v->cpuid, (uint32_t)gpr[GPR_RAX], (uint32_t)gpr[GPR_RCX], &r);
	gpr[GPR_RAX] = r.reg[CPUID_EAX];
	gpr[GPR_RBX] = r.reg[CPUID_EBX];
	gpr[GPR_RCX] = r.reg[CPUID_ECX];
	gpr[GPR_RDX] = r.reg[CPUID_EDX];
	vcpu_skip(v, exit);
}

static void on_hlt(struct vcpu *v, const struct exit *exit)
{
	vcpu_skip(v, exit);
	v->halted = true;
	machine_tell(v->own, v->own); /* for what waited until now */
}

static void on_nothing(struct vcpu *v, const struct exit *exit)
{
	vcpu_skip(v, exit);
}

static void on_fault_gp(struct vcpu *v, const struct exit *exit UNUSED)
{
	vcpu_raise_gp(v);
}

static void on_fault_ud(struct vcpu *v, const struct exit *exit UNUSED)
{
	vcpu_raise_ud(v);
}

/* The trap of a breakpoint on the port, after the access. */
static void io_trap(struct vcpu *v, const struct exit_io *io)
{
	uint64_t hits = debug_port_hits(&v->debug, io->port, io->bytes);

	if (hits && cpu_cr4(v->cpu.state) & CR4_DE)
		vcpu_debug_trap(v, hits);
}

static void io_elements(struct vcpu *v, const struct exit *exit)
{
	struct fault fault;

	switch (io_string(&v->cpu, &exit->io, &fault)) {
	case EMULATE_DONE:
		vcpu_skip(v, exit);
		break;
	case EMULATE_FAULT:
		vcpu_raise(v, &fault);
		break;
	default:
		break;
	}
}

static void on_io(struct vcpu *v, const struct exit *exit)
{
	bool watched = debug_has_ports(&v->debug);

	if (!watched && quick_port(v, &exit->io)) {
		vcpu_skip(v, exit);
		return;
	}
	if (watched && !vcpu_has(v, GROUP_CR))
		return;
	if (exit->io.string && !vcpu_has(v, IO_STRING_GROUPS))
		return;
	if (exit->io.string) {
		io_elements(v, exit);
	} else {
		io_single(&v->cpu, &exit->io);
		vcpu_skip(v, exit);
	}
	if (watched)
		io_trap(v, &exit->io);
}

static void on_entry_failed(struct vcpu *v, const struct exit *exit)
{
	const struct vcpu_state *s = v->cpu.state;

	say("the CPU refused the guest's state: reason %u, qualification 0x%llx",
		exit->failed.reason, (unsigned long long)exit->failed.qualification);
	say("rip 0x%llx cr0 0x%llx cr4 0x%llx efer 0x%llx rflags 0x%llx event 0x%x",
		(unsigned long long)s->rip, (unsigned long long)s->cr0, (unsigned long long)s->cr4,
		(unsigned long long)s->efer, (unsigned long long)s->rflags, s->inject_info);
	vcpu_end(v, GUEST_KILLED, KILL_ENTRY_FAILED);
}

static void cannot_emulate(struct vcpu *v, const struct exit *exit, const char *what)
{
	say("cannot emulate: %s, address 0x%llx, rip 0x%llx", what,
		(unsigned long long)exit->mmio.gpa.raw, (unsigned long long)v->cpu.state->rip);
	vcpu_end(v, GUEST_KILLED, KILL_EMULATION);
}

static void mmio_step(struct vcpu *v, const struct exit *exit)
{
	const struct exit_mmio *mmio = &exit->mmio;
	struct vcpu_state *s = v->cpu.state;
	struct fault fault;

	if (quick_apic(v, mmio)) {
		vcpu_step_trap(v);
		return;
	}
	if ((s->valid & QUICK_MORE) != QUICK_MORE) {
		s->want[VCPU_WANT_INDEX(s->exit_reason)] |= QUICK_MORE;
		return; /* and comes back with it */
	}
	v->cpu.known = (struct known_page){mmio->has_linear, mmio->write,
		PAGE_ALIGN_DOWN(mmio->linear), PAGE_ALIGN_DOWN(mmio->gpa.raw)};
	switch (emulate_step(&v->cpu, &fault)) {
	case EMULATE_DONE:
		vcpu_step_trap(v);
		break;
	case EMULATE_AGAIN:
		break;
	case EMULATE_FAULT:
		vcpu_raise(v, &fault);
		break;
	default:
		cannot_emulate(v, exit, "an instruction on device memory");
		break;
	}
	v->cpu.known.valid = false;
}

static void on_mmio(struct vcpu *v, const struct exit *exit)
{
	const struct exit_mmio *mmio = &exit->mmio;

	if (v->inject.again.info)
		cannot_emulate(v, exit, "an event's stack or table outside RAM");
	else if (mmio->walk)
		cannot_emulate(v, exit, "page tables outside RAM");
	else if (mmio->fetch)
		cannot_emulate(v, exit, "code outside RAM");
	else if (guest_is_ram(v->cpu.memory, mmio->gpa, 1))
		cannot_emulate(v, exit, "RAM that is not mapped");
	else
		mmio_step(v, exit);
	if (mmio->unblocked_nmi)
		vcpu_reblock_nmi(v);
}

/* The loop looks at the notification after every exit. */
static void on_signal(struct vcpu *v UNUSED, const struct exit *exit UNUSED) {}

static void on_unknown(struct vcpu *v, const struct exit *exit)
{
	say("unknown exit reason 0x%llx, rip 0x%llx", (unsigned long long)exit->raw,
		(unsigned long long)v->cpu.state->rip);
	vcpu_end(v, GUEST_KILLED, KILL_EMULATION);
}

static void (*const handler[KIND_COUNT])(struct vcpu *, const struct exit *) = {
	[KIND_UNKNOWN] = on_unknown,
	[KIND_EXCEPTION] = vcpu_on_exception,
	[KIND_TRIPLE_FAULT] = on_triple_fault,
	[KIND_INTERRUPT_WINDOW] = on_window,
	[KIND_NMI_WINDOW] = on_window,
	[KIND_IRET] = on_iret,
	[KIND_TASK_SWITCH] = on_task_switch,
	[KIND_CPUID] = on_cpuid,
	[KIND_HLT] = on_hlt,
	[KIND_CACHE] = on_nothing,
	[KIND_INVLPG] = on_nothing,
	[KIND_RDPMC] = on_fault_gp,
	[KIND_RDTSC] = vcpu_on_rdtsc,
	[KIND_HYPERCALL] = on_fault_ud,
	[KIND_UNDEFINED] = on_fault_ud,
	[KIND_CR] = vcpu_on_cr,
	[KIND_DR] = vcpu_on_dr,
	[KIND_IO] = on_io,
	[KIND_RDMSR] = vcpu_on_rdmsr,
	[KIND_WRMSR] = vcpu_on_wrmsr,
	[KIND_ENTRY_FAILED] = on_entry_failed,
	[KIND_IDLE] = on_fault_ud,
	[KIND_PAUSE] = on_nothing,
	[KIND_MMIO] = on_mmio,
	[KIND_XSETBV] = vcpu_on_xsetbv,
	[KIND_SIGNAL] = on_signal,
	[KIND_POKED] = on_signal,
	[KIND_FAULT] = on_fault,
	[KIND_AGAIN] = on_again,
};

void vcpu_handle(struct vcpu *v, const struct exit *exit)
{
	const struct vcpu_state *s = v->cpu.state;

	v->shown->exits[exit->kind]++;
	if (v->refetch)
		vcpu_refetch_end(v);
	if (s->valid & GROUP_EVENT)
		vcpu_note_interrupted(v, exit);
	if (s->pending_debug)
		vcpu_forget_step(v, exit);
	handler[exit->kind](v, exit);
}
