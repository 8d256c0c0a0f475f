/* SPDX-License-Identifier: MIT */
/*
 * Attacks by odd processor state and by instructions that a monitor's decoder
 * may not know, aimed at device registers and at nothing.
 */
#include "apic.h"
#include "cpu.h"
#include "test.h"
#include "vmmkill.h"

static uint64_t seed = 88172645463325252ull;

static uint64_t random_next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void do_cr0(void *v)
{
	write_cr0((uint64_t)v);
}
static void do_cr4(void *v)
{
	write_cr4((uint64_t)v);
}
static void do_cr8(void *v)
{
	write_cr8((uint64_t)v);
}

/* Any bits at all; what is refused faults, what is taken is undone. */
void attack_cr(void)
{
	uint64_t cr0 = read_cr0(), cr4 = read_cr4();

	for (unsigned i = 0; i < 2000; i++) {
		uint64_t flip = 1ull << random_next() % 64 | 1ull << random_next() % 64;

		(void)trap_call(do_cr0, (void *)((cr0 ^ flip) | CR0_PE | CR0_PG));
		write_cr0(cr0);
		/* Not LA57, SMEP and the like that would take our own pages away. */
		(void)trap_call(do_cr4, (void *)((cr4 ^ flip) & ~0xf01000ull));
		write_cr4(cr4);
		(void)trap_call(do_cr8, (void *)flip);
		write_cr8(0);
	}
}

static void do_data_segment(void *v)
{
	__asm__ volatile("mov %0, %%es; mov %0, %%fs" : : "r"(v));
}
static void do_stack_segment(void *v)
{
	__asm__ volatile("mov %0, %%ss" : : "r"(v));
}
static void do_lldt(void *v)
{
	__asm__ volatile("lldt %w0" : : "r"(v));
}
static void do_ltr(void *v)
{
	__asm__ volatile("ltr %w0" : : "r"(v));
}

/* Every descriptor type with odd limits and bases, loaded wherever it may go. */
void attack_segments(void)
{
	static void (*const loads[])(void *) = {do_data_segment, do_stack_segment, do_lldt, do_ltr};

	for (unsigned i = 0; i < 4096; i++) {
		trap_gdt[SEL_SPARE / 8] = random_next();
		trap_gdt[SEL_SPARE / 8 + 1] = random_next() & 0xffff;
		(void)trap_call(loads[i % 4], (void *)(SEL_SPARE + random_next() % 4));
		if (i % 64 == 0)
			(void)cpu_id(0, 0);
		__asm__ volatile("mov %0, %%ss; mov %0, %%es; mov %0, %%fs; lldt %w1"
				 :
				 : "r"(SEL_DATA), "r"(0));
	}
	trap_init();
}

#define ODD(name, insn)                                                                            \
	static void do_##name(void *a)                                                             \
	{                                                                                          \
		__asm__ volatile(insn : : "c"(a), "a"(0), "b"(0), "d"(0) : "memory", "cc");        \
	}
ODD(movups, "movups (%%rcx), %%xmm0")
ODD(movaps, "movaps %%xmm0, (%%rcx)")
ODD(vmovups, ".byte 0xc5, 0xfc, 0x10, 0x01")
ODD(fld, "fldl (%%rcx)")
ODD(fstp, "fld1; fstpt (%%rcx)")
ODD(fxsave, "fxsave (%%rcx)")
ODD(fxrstor, "fxrstor (%%rcx)")
ODD(cmpxchg16b, "lock; cmpxchg16b (%%rcx)")
ODD(cmpxchg8b, "lock; cmpxchg8b (%%rcx)")
ODD(lgdt, "lgdt (%%rcx)")
ODD(sidt, "sidt (%%rcx)")
ODD(lfar, "ljmp *(%%rcx)")
ODD(jump, "jmp *(%%rcx)")
ODD(push, "pushw (%%rcx)")
ODD(invlpg, "invlpg (%%rcx)")
ODD(clflush, "clflush (%%rcx)")
ODD(prefetch, "prefetcht0 (%%rcx)")
ODD(smsw, "smsw (%%rcx)")
ODD(lmsw, "lmsw (%%rcx)")
ODD(str, "str (%%rcx)")
ODD(mov_seg, "mov %%ds, (%%rcx)")
ODD(xlat, "mov %%rcx, %%rbx; xlatb")
ODD(maskmov, "mov %%rcx, %%rdi; maskmovdqu %%xmm0, %%xmm1")
ODD(enter, "mov %%rsp, %%rbx; lea 64(%%rcx), %%rsp; enter $8, $0; mov %%rbx, %%rsp")
ODD(prefixes, ".byte 0x66, 0x66, 0x66, 0x2e, 0x3e, 0x66, 0x66, 0x66; movl (%%rcx), %%eax")
ODD(too_long, ".fill 15, 1, 0x66; movl (%%rcx), %%eax")
ODD(vmcall, "vmcall")
ODD(vmxon, "vmxon (%%rcx)")
ODD(getsec, ".byte 0x0f, 0x37")
ODD(rsm, "rsm")
ODD(monitor, "mov %%rcx, %%rax; xor %%ecx, %%ecx; monitor; ")
ODD(rdpmc, "rdpmc")
ODD(invd, "wbinvd")

void attack_instructions(void)
{
	static void (*const rows[])(void *) = {do_movups, do_movaps, do_vmovups, do_fld, do_fstp,
		do_fxsave, do_fxrstor, do_cmpxchg16b, do_cmpxchg8b, do_lgdt, do_sidt, do_lfar,
		do_jump, do_push, do_invlpg, do_clflush, do_prefetch, do_smsw, do_lmsw, do_str,
		do_mov_seg, do_xlat, do_maskmov, do_enter, do_prefixes, do_too_long, do_vmcall,
		do_vmxon, do_getsec, do_rsm, do_monitor, do_rdpmc, do_invd};
	static const uint64_t places[] = {
		NOTHING, NOTHING + 0xfff, APIC_PAGE + APIC_TPR, IOAPIC_PAGE};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		for (unsigned p = 0; p < ARRAY_SIZE(places); p++) {
			struct trap t;

			print("instruction %u place %u: ", i, p);
			t = trap_call(rows[i], (void *)places[p]);
			trap_init();
			print("vector %d\n", t.vector);
		}
}
