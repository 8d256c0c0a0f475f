/* SPDX-License-Identifier: MIT */
/* VM exits of a guest of a few bytes in real mode, handled by the smallest VMM. */
#include "bench.h"

#include "../lib/tiny_guest.h"
#include "lib/addr.h"

#define STATE_ADDRESS 0x60000ull
#define GUEST_CODE 0x1000u

static uint8_t guest_page[PAGE_SIZE] ALIGNED(PAGE_SIZE);
static uint64_t expected;

static const uint8_t loop_cpuid[] = {0x0f, 0xa2, 0xeb, 0xfc}; /* 1: cpuid; jmp 1b */
static const uint8_t loop_in[] = {0xe4, 0x80, 0xeb, 0xfc};    /* 1: in $0x80, %al; jmp 1b */
#define LENGTH 2u                                             /* of both; SVM may not say */

static struct vcpu_state *state(void)
{
	return (struct vcpu_state *)STATE_ADDRESS;
}

/* One round: resume the guest, which leaves again at once, and do its work. */
static uint64_t bench_exit(void)
{
	uint64_t reason, bits, start = tsc_read();
	enum status status = sys_vcpu_run(BENCH_VCPU, &reason, &bits);

	state()->gpr[GPR_RAX] = reason;
	state()->rip += LENGTH;
	state()->dirty = GROUP_RIP;
	start = tsc_read() - start;
	bench_need(status, "vcpu_run");
	if (reason != expected) {
		bench_print("bench: exit %llx instead of %llx, qualification %llx\n",
			(unsigned long long)reason, (unsigned long long)expected,
			(unsigned long long)state()->exit_qualification);
		bench_need(STATUS_BAD_STATE, "exit reason");
	}
	return start;
}

static void bench_reset(const uint8_t *code, unsigned size, uint64_t reason)
{
	memcpy(guest_page, code, size);
	tiny_guest_reset(state(), GUEST_CODE);
	expected = reason;
}

void bench_guest_rows(enum boot_virt virt)
{
	struct tiny_reasons reasons = tiny_reasons(virt);

	bench_need(sys_create_gspace(ROOT_DOMAIN, BENCH_GSPACE), "gspace");
	bench_need(sys_create_vcpu(ROOT_DOMAIN, BENCH_VCPU, BENCH_GSPACE, 0, 0, STATE_ADDRESS),
		"vcpu");
	bench_need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, BENCH_GSPACE, MEM_R | MEM_W | MEM_X,
			   (uint64_t)guest_page >> PAGE_SHIFT, GUEST_CODE >> PAGE_SHIFT, 1),
		"guest memory");
	bench_reset(loop_cpuid, sizeof(loop_cpuid), reasons.cpuid);
	bench_row("vmexit_cpuid", bench_exit);
	bench_reset(loop_in, sizeof(loop_in), reasons.io);
	bench_row("vmexit_ioport", bench_exit);
}
