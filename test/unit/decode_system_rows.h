/* SPDX-License-Identifier: MIT */
/*
 * Instructions that exit, as GNU as encodes them, and what the decoder must make of them.
 *
 *   ROW(text, mode, bytes,
 *       operation, length, operand bytes, number of CR or DR, register, anything else)
 *
 * AT(size of addresses, segment, base, index, scale, displacement), AT_RIP() and
 * BYTE(immediate) are such else.
 */
	ROW("cpuid", 64, "\x0f\xa2",
		CPUID, 2, 0, 0, NONE)
	ROW("cpuid", 32, "\x0f\xa2",
		CPUID, 2, 0, 0, NONE)
	ROW("cpuid", 16, "\x0f\xa2",
		CPUID, 2, 0, 0, NONE)
	ROW(".byte 0x66,0xf3; cpuid", 64, "\x66\xf3\x0f\xa2",
		CPUID, 4, 0, 0, NONE)
	ROW(".byte 0x48; cpuid", 64, "\x48\x0f\xa2",
		CPUID, 3, 0, 0, NONE)
	ROW(".byte 0x2e; cpuid", 16, "\x2e\x0f\xa2",
		CPUID, 3, 0, 0, NONE)
	ROW("hlt", 64, "\xf4",
		HLT, 1, 0, 0, NONE)
	ROW("pause", 64, "\xf3\x90",
		PAUSE, 2, 0, 0, NONE)
	ROW(".byte 0xf2,0xf3,0x48; nop", 64, "\xf2\xf3\x48\x90",
		PAUSE, 4, 0, 0, NONE)
	ROW("monitor", 64, "\x0f\x01\xc8",
		MONITOR, 3, 0, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("addr32 monitor", 64, "\x67\x0f\x01\xc8",
		MONITOR, 4, 0, 0, NONE, AT(4, DS, NONE, NONE, 0, 0))
	ROW("mwait", 32, "\x0f\x01\xc9",
		MWAIT, 3, 0, 0, NONE)
	ROW("rdtsc", 64, "\x0f\x31",
		RDTSC, 2, 0, 0, NONE)
	ROW("rdtscp", 64, "\x0f\x01\xf9",
		RDTSCP, 3, 0, 0, NONE)
	ROW("rdtscp", 32, "\x0f\x01\xf9",
		RDTSCP, 3, 0, 0, NONE)
	ROW("rdpmc", 64, "\x0f\x33",
		RDPMC, 2, 0, 0, NONE)
	ROW("rdmsr", 64, "\x0f\x32",
		RDMSR, 2, 0, 0, NONE)
	ROW("wrmsr", 64, "\x0f\x30",
		WRMSR, 2, 0, 0, NONE)
	ROW(".byte 0x66; wrmsr", 32, "\x66\x0f\x30",
		WRMSR, 3, 0, 0, NONE)
	ROW("xsetbv", 64, "\x0f\x01\xd1",
		XSETBV, 3, 0, 0, NONE)
	ROW("invd", 64, "\x0f\x08",
		INVD, 2, 0, 0, NONE)
	ROW("wbinvd", 64, "\x0f\x09",
		WBINVD, 2, 0, 0, NONE)
	ROW(".byte 0xf3; wbinvd", 64, "\xf3\x0f\x09",
		WBINVD, 3, 0, 0, NONE)
	ROW("invlpg (%rdi)", 64, "\x0f\x01\x3f",
		INVLPG, 3, 0, 0, NONE, AT(8, DS, RDI, NONE, 0, 0))
	ROW("invlpg 0x12345678(%rsp,%r13,8)", 64, "\x42\x0f\x01\xbc\xec\x78\x56\x34\x12",
		INVLPG, 9, 0, 0, NONE, AT(8, SS, RSP, R13, 3, 0x12345678))
	ROW("invlpg %gs:-8(%rip)", 64, "\x65\x0f\x01\x3d\xf8\xff\xff\xff",
		INVLPG, 8, 0, 0, NONE, AT_RIP(8, GS, -8ull))
	ROW("invlpg (%eax)", 32, "\x0f\x01\x38",
		INVLPG, 3, 0, 0, NONE, AT(4, DS, RAX, NONE, 0, 0))
	ROW("invlpg 0x10(%bp,%di)", 16, "\x0f\x01\x7b\x10",
		INVLPG, 4, 0, 0, NONE, AT(2, SS, RBP, RDI, 0, 0x10))
	ROW("invlpga", 64, "\x0f\x01\xdf",
		INVLPGA, 3, 0, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("invlpga %eax,%ecx", 64, "\x67\x0f\x01\xdf",
		INVLPGA, 4, 0, 0, NONE, AT(4, DS, NONE, NONE, 0, 0))
	ROW("movq %cr0,%rax", 64, "\x0f\x20\xc0",
		READ_CR, 3, 8, 0, RAX)
	ROW("movq %r15,%cr0", 64, "\x41\x0f\x22\xc7",
		WRITE_CR, 4, 8, 0, R15)
	ROW("movq %cr2,%rax", 64, "\x0f\x20\xd0",
		READ_CR, 3, 8, 2, RAX)
	ROW("movq %r15,%cr2", 64, "\x41\x0f\x22\xd7",
		WRITE_CR, 4, 8, 2, R15)
	ROW("movq %cr3,%rax", 64, "\x0f\x20\xd8",
		READ_CR, 3, 8, 3, RAX)
	ROW("movq %r15,%cr3", 64, "\x41\x0f\x22\xdf",
		WRITE_CR, 4, 8, 3, R15)
	ROW("movq %cr4,%rax", 64, "\x0f\x20\xe0",
		READ_CR, 3, 8, 4, RAX)
	ROW("movq %r15,%cr4", 64, "\x41\x0f\x22\xe7",
		WRITE_CR, 4, 8, 4, R15)
	ROW("movq %cr8,%rax", 64, "\x44\x0f\x20\xc0",
		READ_CR, 4, 8, 8, RAX)
	ROW("movq %r15,%cr8", 64, "\x45\x0f\x22\xc7",
		WRITE_CR, 4, 8, 8, R15)
	ROW("movl %cr0,%esp", 32, "\x0f\x20\xc4",
		READ_CR, 3, 4, 0, RSP)
	ROW("movl %ebx,%cr0", 16, "\x0f\x22\xc3",
		WRITE_CR, 3, 4, 0, RBX)
	ROW("movl %cr2,%esp", 32, "\x0f\x20\xd4",
		READ_CR, 3, 4, 2, RSP)
	ROW("movl %ebx,%cr2", 16, "\x0f\x22\xd3",
		WRITE_CR, 3, 4, 2, RBX)
	ROW("movl %cr3,%esp", 32, "\x0f\x20\xdc",
		READ_CR, 3, 4, 3, RSP)
	ROW("movl %ebx,%cr3", 16, "\x0f\x22\xdb",
		WRITE_CR, 3, 4, 3, RBX)
	ROW("movl %cr4,%esp", 32, "\x0f\x20\xe4",
		READ_CR, 3, 4, 4, RSP)
	ROW("movl %ebx,%cr4", 16, "\x0f\x22\xe3",
		WRITE_CR, 3, 4, 4, RBX)
	ROW(".byte 0xf0; movl %cr0,%ecx", 32, "\xf0\x0f\x20\xc1",
		READ_CR, 4, 4, 8, RCX)
	ROW(".byte 0xf0; movq %rdx,%cr0", 64, "\xf0\x0f\x22\xc2",
		WRITE_CR, 4, 8, 8, RDX)
	ROW(".byte 0x0f,0x22,0x1e", 64, "\x0f\x22\x1e",
		WRITE_CR, 3, 8, 3, RSI)
	ROW(".byte 0x66,0x48,0x0f,0x20,0x44", 64, "\x66\x48\x0f\x20\x44",
		READ_CR, 5, 8, 0, RSP)
	ROW("movq %dr0,%r8", 64, "\x41\x0f\x21\xc0",
		READ_DR, 4, 8, 0, R8)
	ROW("movl %edi,%dr0", 32, "\x0f\x23\xc7",
		WRITE_DR, 3, 4, 0, RDI)
	ROW("movq %dr1,%r8", 64, "\x41\x0f\x21\xc8",
		READ_DR, 4, 8, 1, R8)
	ROW("movl %edi,%dr1", 32, "\x0f\x23\xcf",
		WRITE_DR, 3, 4, 1, RDI)
	ROW("movq %dr2,%r8", 64, "\x41\x0f\x21\xd0",
		READ_DR, 4, 8, 2, R8)
	ROW("movl %edi,%dr2", 32, "\x0f\x23\xd7",
		WRITE_DR, 3, 4, 2, RDI)
	ROW("movq %dr3,%r8", 64, "\x41\x0f\x21\xd8",
		READ_DR, 4, 8, 3, R8)
	ROW("movl %edi,%dr3", 32, "\x0f\x23\xdf",
		WRITE_DR, 3, 4, 3, RDI)
	ROW("movq %dr4,%r8", 64, "\x41\x0f\x21\xe0",
		READ_DR, 4, 8, 4, R8)
	ROW("movl %edi,%dr4", 32, "\x0f\x23\xe7",
		WRITE_DR, 3, 4, 4, RDI)
	ROW("movq %dr5,%r8", 64, "\x41\x0f\x21\xe8",
		READ_DR, 4, 8, 5, R8)
	ROW("movl %edi,%dr5", 32, "\x0f\x23\xef",
		WRITE_DR, 3, 4, 5, RDI)
	ROW("movq %dr6,%r8", 64, "\x41\x0f\x21\xf0",
		READ_DR, 4, 8, 6, R8)
	ROW("movl %edi,%dr6", 32, "\x0f\x23\xf7",
		WRITE_DR, 3, 4, 6, RDI)
	ROW("movq %dr7,%r8", 64, "\x41\x0f\x21\xf8",
		READ_DR, 4, 8, 7, R8)
	ROW("movl %edi,%dr7", 32, "\x0f\x23\xff",
		WRITE_DR, 3, 4, 7, RDI)
	ROW("clts", 64, "\x0f\x06",
		CLTS, 2, 0, 0, NONE)
	ROW("lmsw %ax", 64, "\x0f\x01\xf0",
		LMSW, 3, 2, 0, RAX)
	ROW("lmsw %si", 16, "\x0f\x01\xf6",
		LMSW, 3, 2, 0, RSI)
	ROW(".byte 0x41,0x0f,0x01,0xf1", 64, "\x41\x0f\x01\xf1",
		LMSW, 4, 2, 0, R9)
	ROW("lmsw 2(%rbp)", 64, "\x0f\x01\x75\x02",
		LMSW, 4, 2, 0, NONE, AT(8, SS, RBP, NONE, 0, 2))
	ROW("lmsw %es:0x1234", 16, "\x26\x0f\x01\x36\x34\x12",
		LMSW, 6, 2, 0, NONE, AT(2, ES, NONE, NONE, 0, 0x1234))
	ROW("smsw %ax", 64, "\x66\x0f\x01\xe0",
		SMSW, 4, 2, 0, RAX)
	ROW("smsw %r10d", 64, "\x41\x0f\x01\xe2",
		SMSW, 4, 4, 0, R10)
	ROW("smsw %rcx", 64, "\x48\x0f\x01\xe1",
		SMSW, 4, 8, 0, RCX)
	ROW("smsw %ax", 16, "\x0f\x01\xe0",
		SMSW, 3, 2, 0, RAX)
	ROW("smsw %eax", 16, "\x66\x0f\x01\xe0",
		SMSW, 4, 4, 0, RAX)
	ROW("smsw (%rax)", 64, "\x0f\x01\x20",
		SMSW, 3, 2, 0, NONE, AT(8, DS, RAX, NONE, 0, 0))
	ROW(".byte 0x48; smsw (%rax)", 64, "\x48\x0f\x01\x20",
		SMSW, 4, 2, 0, NONE, AT(8, DS, RAX, NONE, 0, 0))
	ROW("vmcall", 64, "\x0f\x01\xc1",
		VMCALL, 3, 0, 0, NONE)
	ROW("vmmcall", 64, "\x0f\x01\xd9",
		VMMCALL, 3, 0, 0, NONE)
	ROW("stgi", 64, "\x0f\x01\xdc",
		STGI, 3, 0, 0, NONE)
	ROW("clgi", 64, "\x0f\x01\xdd",
		CLGI, 3, 0, 0, NONE)
	ROW("skinit", 64, "\x0f\x01\xde",
		SKINIT, 3, 0, 0, NONE)
	ROW("vmrun", 64, "\x0f\x01\xd8",
		VMRUN, 3, 0, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("vmload", 64, "\x0f\x01\xda",
		VMLOAD, 3, 0, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("vmsave", 64, "\x0f\x01\xdb",
		VMSAVE, 3, 0, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("vmmcall", 16, "\x0f\x01\xd9",
		VMMCALL, 3, 0, 0, NONE)
	ROW(".byte 0xf3; vmmcall", 64, "\xf3\x0f\x01\xd9",
		VMMCALL, 4, 0, 0, NONE)
	ROW("int $0x80", 64, "\xcd\x80",
		INT, 2, 0, 0, NONE, BYTE(0x80))
	ROW("int $0x15", 16, "\xcd\x15",
		INT, 2, 0, 0, NONE, BYTE(0x15))
	ROW("int3", 64, "\xcc",
		INT3, 1, 0, 0, NONE)
	ROW(".byte 0x66; int3", 32, "\x66\xcc",
		INT3, 2, 0, 0, NONE)
	ROW("into", 32, "\xce",
		INTO, 1, 0, 0, NONE)
	ROW(".byte 0xf1", 64, "\xf1",
		INT1, 1, 0, 0, NONE)
	ROW("inb $0x60,%al", 64, "\xe4\x60",
		IN, 2, 1, 0, NONE, BYTE(0x60))
	ROW("inw $0x60,%ax", 64, "\x66\xe5\x60",
		IN, 3, 2, 0, NONE, BYTE(0x60))
	ROW("inl $0x60,%eax", 64, "\xe5\x60",
		IN, 2, 4, 0, NONE, BYTE(0x60))
	ROW(".byte 0x48; inl %dx,%eax", 64, "\x48\xed",
		IN, 2, 4, 0, NONE)
	ROW("inb %dx,%al", 64, "\xec",
		IN, 1, 1, 0, NONE)
	ROW("inw %dx,%ax", 16, "\xed",
		IN, 1, 2, 0, NONE)
	ROW("inl %dx,%eax", 16, "\x66\xed",
		IN, 2, 4, 0, NONE)
	ROW("outb %al,$0xe9", 64, "\xe6\xe9",
		OUT, 2, 1, 0, NONE, BYTE(0xe9))
	ROW("outw %ax,$0xff", 32, "\x66\xe7\xff",
		OUT, 3, 2, 0, NONE, BYTE(0xff))
	ROW("outb %al,%dx", 64, "\xee",
		OUT, 1, 1, 0, NONE)
	ROW("outl %eax,%dx", 64, "\xef",
		OUT, 1, 4, 0, NONE)
	ROW("outw %ax,%dx", 64, "\x66\xef",
		OUT, 2, 2, 0, NONE)
	ROW("insb", 64, "\x6c",
		INS, 1, 1, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("rep insl", 64, "\xf3\x6d",
		INS, 2, 4, 0, NONE, .rep = true, AT(8, DS, NONE, NONE, 0, 0))
	ROW("addr32 rep insw", 64, "\x67\x66\xf3\x6d",
		INS, 4, 2, 0, NONE, .rep = true, AT(4, DS, NONE, NONE, 0, 0))
	ROW("repne insb", 32, "\xf2\x6c",
		INS, 2, 1, 0, NONE, .rep = true, AT(4, DS, NONE, NONE, 0, 0))
	ROW("insw", 16, "\x6d",
		INS, 1, 2, 0, NONE, AT(2, DS, NONE, NONE, 0, 0))
	ROW("outsb", 64, "\x6e",
		OUTS, 1, 1, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("rep outsl %gs:(%rsi),%dx", 64, "\x65\xf3\x6f",
		OUTS, 3, 4, 0, NONE, .rep = true, AT(8, GS, NONE, NONE, 0, 0))
	ROW("rep outsw %es:(%esi),%dx", 16, "\x26\x67\xf3\x6f",
		OUTS, 4, 2, 0, NONE, .rep = true, AT(4, ES, NONE, NONE, 0, 0))
	ROW(".byte 0x48; outsl", 64, "\x48\x6f",
		OUTS, 2, 4, 0, NONE, AT(8, DS, NONE, NONE, 0, 0))
	ROW("sgdt 8(%rax,%rbx,2)", 64, "\x0f\x01\x44\x58\x08",
		SGDT, 5, 10, 0, NONE, AT(8, DS, RAX, RBX, 1, 8))
	ROW("sgdt (%bx)", 16, "\x0f\x01\x07",
		SGDT, 3, 6, 0, NONE, AT(2, DS, RBX, NONE, 0, 0))
	ROW("sidt 8(%rax,%rbx,2)", 64, "\x0f\x01\x4c\x58\x08",
		SIDT, 5, 10, 0, NONE, AT(8, DS, RAX, RBX, 1, 8))
	ROW("sidt (%bx)", 16, "\x0f\x01\x0f",
		SIDT, 3, 6, 0, NONE, AT(2, DS, RBX, NONE, 0, 0))
	ROW("lgdt 8(%rax,%rbx,2)", 64, "\x0f\x01\x54\x58\x08",
		LGDT, 5, 10, 0, NONE, AT(8, DS, RAX, RBX, 1, 8))
	ROW("lgdt (%bx)", 16, "\x0f\x01\x17",
		LGDT, 3, 6, 0, NONE, AT(2, DS, RBX, NONE, 0, 0))
	ROW("lidt 8(%rax,%rbx,2)", 64, "\x0f\x01\x5c\x58\x08",
		LIDT, 5, 10, 0, NONE, AT(8, DS, RAX, RBX, 1, 8))
	ROW("lidt (%bx)", 16, "\x0f\x01\x1f",
		LIDT, 3, 6, 0, NONE, AT(2, DS, RBX, NONE, 0, 0))
	ROW("sldt %r11d", 64, "\x41\x0f\x00\xc3",
		SLDT, 4, 4, 0, R11)
	ROW(".byte 0x48; sldt %eax", 64, "\x48\x0f\x00\xc0",
		SLDT, 4, 8, 0, RAX)
	ROW("str %dx", 32, "\x66\x0f\x00\xca",
		STR, 4, 2, 0, RDX)
	ROW("str (%ecx)", 32, "\x0f\x00\x09",
		STR, 3, 2, 0, NONE, AT(4, DS, RCX, NONE, 0, 0))
	ROW("sldt (%ecx)", 32, "\x0f\x00\x01",
		SLDT, 3, 2, 0, NONE, AT(4, DS, RCX, NONE, 0, 0))
	ROW("lldt %ax", 64, "\x0f\x00\xd0",
		LLDT, 3, 2, 0, RAX)
	ROW("ltr %cx", 32, "\x0f\x00\xd9",
		LTR, 3, 2, 0, RCX)
	ROW("ltr (%rdx)", 64, "\x0f\x00\x1a",
		LTR, 3, 2, 0, NONE, AT(8, DS, RDX, NONE, 0, 0))
	ROW("lldt (%rdx)", 64, "\x0f\x00\x12",
		LLDT, 3, 2, 0, NONE, AT(8, DS, RDX, NONE, 0, 0))
