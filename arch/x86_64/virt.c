/* SPDX-License-Identifier: MIT */
#include "virt.h"

#include "percpu.h"
#include "traps.h"
#include "upcall.h"

const struct virt_ops *virt;

void virt_enter(struct guest *guest)
{
	if (likely(virt->prepare(guest)))
		virt->enter(guest);
	resume(kernel_guest_exit(percpu()->regs, EXIT_ENTRY_REFUSED));
}

/* The exit has taken the NMI, but no handler has run: the handler of vector 2
 * counts it, and its IRET lets the next one come. */
static void virt_nmi(void)
{
	__asm__ volatile("int $2" : : : "memory");
}

struct regs *virt_exited(struct guest *guest)
{
	struct regs *regs = percpu()->regs;
	struct guest_exit out;

	virt->exit(guest, &out);
	switch (out.kind) {
	case GUEST_EXIT_INTERRUPT:
		return interrupt_dispatch(regs, out.vector);
	case GUEST_EXIT_NMI:
		virt_nmi();
		return kernel_machine_event(regs, MACHINE_NMI);
	case GUEST_EXIT_PREEMPTED:
		resume_open();
	case GUEST_EXIT_MACHINE_CHECK:
		return kernel_machine_event(regs, MACHINE_CHECK);
	case GUEST_EXIT_USER:
		break;
	}
	return kernel_guest_exit(regs, out.reason);
}
