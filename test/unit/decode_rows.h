/* SPDX-License-Identifier: MIT */
/*
 * Instructions, as GNU as encodes them, and what the decoder must make of them.
 *
 *   ROW(text, mode, bytes,
 *       operation, form, length, operand, memory and address bytes, segment,
 *       register, base, index, scale, displacement, immediate, anything else)
 */
	ROW("movb %cl,(%rbx)", 64, "\x88\x0b",
		MOV, MEM_REG, 2, 1, 1, 8, DS, RCX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movb %ah,(%rbx)", 64, "\x88\x23",
		MOV, MEM_REG, 2, 1, 1, 8, DS, RAX, RBX, NONE, 0, 0x0, 0x0, .reg_high = true)
	ROW("movb %bh,0x10(%rbx)", 64, "\x88\x7b\x10",
		MOV, MEM_REG, 3, 1, 1, 8, DS, RBX, RBX, NONE, 0, 0x10, 0x0, .reg_high = true)
	ROW("movb %sil,(%rbx)", 64, "\x40\x88\x33",
		MOV, MEM_REG, 3, 1, 1, 8, DS, RSI, RBX, NONE, 0, 0x0, 0x0)
	ROW("movb %r9b,(%rbx)", 64, "\x44\x88\x0b",
		MOV, MEM_REG, 3, 1, 1, 8, DS, R9, RBX, NONE, 0, 0x0, 0x0)
	ROW("movw %dx,(%rax)", 64, "\x66\x89\x10",
		MOV, MEM_REG, 3, 2, 2, 8, DS, RDX, RAX, NONE, 0, 0x0, 0x0)
	ROW("movl %edx,(%rax)", 64, "\x89\x10",
		MOV, MEM_REG, 2, 4, 4, 8, DS, RDX, RAX, NONE, 0, 0x0, 0x0)
	ROW("movq %rdx,(%rax)", 64, "\x48\x89\x10",
		MOV, MEM_REG, 3, 8, 8, 8, DS, RDX, RAX, NONE, 0, 0x0, 0x0)
	ROW("movl %r15d,0xb0(%r14)", 64, "\x45\x89\xbe\xb0\x00\x00\x00",
		MOV, MEM_REG, 7, 4, 4, 8, DS, R15, R14, NONE, 0, 0xb0, 0x0)
	ROW("movb (%rsi),%dh", 64, "\x8a\x36",
		MOV, REG_MEM, 2, 1, 1, 8, DS, RDX, RSI, NONE, 0, 0x0, 0x0, .reg_high = true)
	ROW("movb (%rsi),%r10b", 64, "\x44\x8a\x16",
		MOV, REG_MEM, 3, 1, 1, 8, DS, R10, RSI, NONE, 0, 0x0, 0x0)
	ROW("movw (%rsi),%r10w", 64, "\x66\x44\x8b\x16",
		MOV, REG_MEM, 4, 2, 2, 8, DS, R10, RSI, NONE, 0, 0x0, 0x0)
	ROW("movl -8(%rbp),%eax", 64, "\x8b\x45\xf8",
		MOV, REG_MEM, 3, 4, 4, 8, SS, RAX, RBP, NONE, 0, -0x8, 0x0)
	ROW("movl (%rsp),%eax", 64, "\x8b\x04\x24",
		MOV, REG_MEM, 3, 4, 4, 8, SS, RAX, RSP, NONE, 0, 0x0, 0x0)
	ROW("movl (%r12),%eax", 64, "\x41\x8b\x04\x24",
		MOV, REG_MEM, 4, 4, 4, 8, DS, RAX, R12, NONE, 0, 0x0, 0x0)
	ROW("movl (%r13),%eax", 64, "\x41\x8b\x45\x00",
		MOV, REG_MEM, 4, 4, 4, 8, DS, RAX, R13, NONE, 0, 0x0, 0x0)
	ROW("movq 0x1234(%rsp,%r12,8),%rbx", 64, "\x4a\x8b\x9c\xe4\x34\x12\x00\x00",
		MOV, REG_MEM, 8, 8, 8, 8, SS, RBX, RSP, R12, 3, 0x1234, 0x0)
	ROW("movl 0x40(,%rcx,4),%eax", 64, "\x8b\x04\x8d\x40\x00\x00\x00",
		MOV, REG_MEM, 7, 4, 4, 8, DS, RAX, NONE, RCX, 2, 0x40, 0x0)
	ROW("movl 0x7fffffff(%rip),%eax", 64, "\x8b\x05\xff\xff\xff\x7f",
		MOV, REG_MEM, 6, 4, 4, 8, DS, RAX, NONE, NONE, 0, 0x7fffffff, 0x0, .memory.rip_relative = true)
	ROW("movl -0x80000000(%rip),%eax", 64, "\x8b\x05\x00\x00\x00\x80",
		MOV, REG_MEM, 6, 4, 4, 8, DS, RAX, NONE, NONE, 0, -0x80000000ull, 0x0, .memory.rip_relative = true)
	ROW("movl 0x12345678,%ecx", 64, "\x8b\x0c\x25\x78\x56\x34\x12",
		MOV, REG_MEM, 7, 4, 4, 8, DS, RCX, NONE, NONE, 0, 0x12345678, 0x0)
	ROW("movl 0xfffffffffee000b0,%ecx", 64, "\x8b\x0c\x25\xb0\x00\xe0\xfe",
		MOV, REG_MEM, 7, 4, 4, 8, DS, RCX, NONE, NONE, 0, -0x11fff50, 0x0)
	ROW("movl (%ebx),%eax", 64, "\x67\x8b\x03",
		MOV, REG_MEM, 3, 4, 4, 4, DS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movl 0x10(%r8d,%r9d,2),%eax", 64, "\x67\x43\x8b\x44\x48\x10",
		MOV, REG_MEM, 6, 4, 4, 4, DS, RAX, R8, R9, 1, 0x10, 0x0)
	ROW("movl %fs:(%rbx),%eax", 64, "\x64\x8b\x03",
		MOV, REG_MEM, 3, 4, 4, 8, FS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movq %gs:0x28(%rbp),%rax", 64, "\x65\x48\x8b\x45\x28",
		MOV, REG_MEM, 5, 8, 8, 8, GS, RAX, RBP, NONE, 0, 0x28, 0x0)
	ROW(".byte 0x36; movl (%rbx),%eax", 64, "\x36\x8b\x03",
		MOV, REG_MEM, 3, 4, 4, 8, DS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW(".byte 0x26; movl (%rsp),%eax", 64, "\x26\x8b\x04\x24",
		MOV, REG_MEM, 4, 4, 4, 8, SS, RAX, RSP, NONE, 0, 0x0, 0x0)
	ROW("movabsb 0x1122334455667788,%al", 64, "\xa0\x88\x77\x66\x55\x44\x33\x22\x11",
		MOV, REG_MEM, 9, 1, 1, 8, DS, RAX, NONE, NONE, 0, 0x1122334455667788ull, 0x0)
	ROW("movabsl 0x1122334455667788,%eax", 64, "\xa1\x88\x77\x66\x55\x44\x33\x22\x11",
		MOV, REG_MEM, 9, 4, 4, 8, DS, RAX, NONE, NONE, 0, 0x1122334455667788ull, 0x0)
	ROW("movabsq 0x1122334455667788,%rax", 64, "\x48\xa1\x88\x77\x66\x55\x44\x33\x22\x11",
		MOV, REG_MEM, 10, 8, 8, 8, DS, RAX, NONE, NONE, 0, 0x1122334455667788ull, 0x0)
	ROW("movabsb %al,0xfec00000", 64, "\xa2\x00\x00\xc0\xfe\x00\x00\x00\x00",
		MOV, MEM_REG, 9, 1, 1, 8, DS, RAX, NONE, NONE, 0, 0xfec00000ull, 0x0)
	ROW("movabsw %ax,0xfec00000", 64, "\x66\xa3\x00\x00\xc0\xfe\x00\x00\x00\x00",
		MOV, MEM_REG, 10, 2, 2, 8, DS, RAX, NONE, NONE, 0, 0xfec00000ull, 0x0)
	ROW("movb $0x80,(%rax)", 64, "\xc6\x00\x80",
		MOV, MEM_IMM, 3, 1, 1, 8, DS, NONE, RAX, NONE, 0, 0x0, -0x80)
	ROW("movw $0x8001,(%rax)", 64, "\x66\xc7\x00\x01\x80",
		MOV, MEM_IMM, 5, 2, 2, 8, DS, NONE, RAX, NONE, 0, 0x0, -0x7fff)
	ROW("movl $0x80000001,(%rax)", 64, "\xc7\x00\x01\x00\x00\x80",
		MOV, MEM_IMM, 6, 4, 4, 8, DS, NONE, RAX, NONE, 0, 0x0, -0x7fffffff)
	ROW("movq $-2,0xb0(%rax)", 64, "\x48\xc7\x80\xb0\x00\x00\x00\xfe\xff\xff\xff",
		MOV, MEM_IMM, 11, 8, 8, 8, DS, NONE, RAX, NONE, 0, 0xb0, -0x2)
	ROW("movl $0,0xfffffffffee000b0", 64, "\xc7\x04\x25\xb0\x00\xe0\xfe\x00\x00\x00\x00",
		MOV, MEM_IMM, 11, 4, 4, 8, DS, NONE, NONE, NONE, 0, -0x11fff50, 0x0)
	ROW("movl $7,0x20(%rip)", 64, "\xc7\x05\x20\x00\x00\x00\x07\x00\x00\x00",
		MOV, MEM_IMM, 10, 4, 4, 8, DS, NONE, NONE, NONE, 0, 0x20, 0x7, .memory.rip_relative = true)
	ROW("movnti %eax,(%rbx)", 64, "\x0f\xc3\x03",
		MOV, MEM_REG, 3, 4, 4, 8, DS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movnti %r8,(%rbx)", 64, "\x4c\x0f\xc3\x03",
		MOV, MEM_REG, 4, 8, 8, 8, DS, R8, RBX, NONE, 0, 0x0, 0x0)
	ROW("movzbl (%rbx),%eax", 64, "\x0f\xb6\x03",
		MOVZX, REG_MEM, 3, 4, 1, 8, DS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movzbw (%rbx),%ax", 64, "\x66\x0f\xb6\x03",
		MOVZX, REG_MEM, 4, 2, 1, 8, DS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movzwq (%rbx),%r11", 64, "\x4c\x0f\xb7\x1b",
		MOVZX, REG_MEM, 4, 8, 2, 8, DS, R11, RBX, NONE, 0, 0x0, 0x0)
	ROW("movsbl (%rbx),%esi", 64, "\x0f\xbe\x33",
		MOVSX, REG_MEM, 3, 4, 1, 8, DS, RSI, RBX, NONE, 0, 0x0, 0x0)
	ROW("movswl (%rbx),%esi", 64, "\x0f\xbf\x33",
		MOVSX, REG_MEM, 3, 4, 2, 8, DS, RSI, RBX, NONE, 0, 0x0, 0x0)
	ROW("movsbq (%rbx),%rsi", 64, "\x48\x0f\xbe\x33",
		MOVSX, REG_MEM, 4, 8, 1, 8, DS, RSI, RBX, NONE, 0, 0x0, 0x0)
	ROW("movslq (%rbx),%rsi", 64, "\x48\x63\x33",
		MOVSX, REG_MEM, 3, 8, 4, 8, DS, RSI, RBX, NONE, 0, 0x0, 0x0)
	ROW("addl %ecx,(%rdi)", 64, "\x01\x0f",
		ADD, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("addb (%rdi),%cl", 64, "\x02\x0f",
		ADD, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("addq (%rdi),%rcx", 64, "\x48\x03\x0f",
		ADD, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("addb $0x7f,(%rdi)", 64, "\x80\x07\x7f",
		ADD, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("addl $0x1000,(%rdi)", 64, "\x81\x07\x00\x10\x00\x00",
		ADD, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("addq $-1,(%rdi)", 64, "\x48\x83\x07\xff",
		ADD, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("orl %ecx,(%rdi)", 64, "\x09\x0f",
		OR, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("orb (%rdi),%cl", 64, "\x0a\x0f",
		OR, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("orq (%rdi),%rcx", 64, "\x48\x0b\x0f",
		OR, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("orb $0x7f,(%rdi)", 64, "\x80\x0f\x7f",
		OR, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("orl $0x1000,(%rdi)", 64, "\x81\x0f\x00\x10\x00\x00",
		OR, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("orq $-1,(%rdi)", 64, "\x48\x83\x0f\xff",
		OR, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("adcl %ecx,(%rdi)", 64, "\x11\x0f",
		ADC, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("adcb (%rdi),%cl", 64, "\x12\x0f",
		ADC, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("adcq (%rdi),%rcx", 64, "\x48\x13\x0f",
		ADC, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("adcb $0x7f,(%rdi)", 64, "\x80\x17\x7f",
		ADC, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("adcl $0x1000,(%rdi)", 64, "\x81\x17\x00\x10\x00\x00",
		ADC, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("adcq $-1,(%rdi)", 64, "\x48\x83\x17\xff",
		ADC, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("sbbl %ecx,(%rdi)", 64, "\x19\x0f",
		SBB, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("sbbb (%rdi),%cl", 64, "\x1a\x0f",
		SBB, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("sbbq (%rdi),%rcx", 64, "\x48\x1b\x0f",
		SBB, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("sbbb $0x7f,(%rdi)", 64, "\x80\x1f\x7f",
		SBB, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("sbbl $0x1000,(%rdi)", 64, "\x81\x1f\x00\x10\x00\x00",
		SBB, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("sbbq $-1,(%rdi)", 64, "\x48\x83\x1f\xff",
		SBB, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("andl %ecx,(%rdi)", 64, "\x21\x0f",
		AND, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("andb (%rdi),%cl", 64, "\x22\x0f",
		AND, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("andq (%rdi),%rcx", 64, "\x48\x23\x0f",
		AND, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("andb $0x7f,(%rdi)", 64, "\x80\x27\x7f",
		AND, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("andl $0x1000,(%rdi)", 64, "\x81\x27\x00\x10\x00\x00",
		AND, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("andq $-1,(%rdi)", 64, "\x48\x83\x27\xff",
		AND, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("subl %ecx,(%rdi)", 64, "\x29\x0f",
		SUB, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("subb (%rdi),%cl", 64, "\x2a\x0f",
		SUB, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("subq (%rdi),%rcx", 64, "\x48\x2b\x0f",
		SUB, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("subb $0x7f,(%rdi)", 64, "\x80\x2f\x7f",
		SUB, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("subl $0x1000,(%rdi)", 64, "\x81\x2f\x00\x10\x00\x00",
		SUB, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("subq $-1,(%rdi)", 64, "\x48\x83\x2f\xff",
		SUB, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("xorl %ecx,(%rdi)", 64, "\x31\x0f",
		XOR, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("xorb (%rdi),%cl", 64, "\x32\x0f",
		XOR, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("xorq (%rdi),%rcx", 64, "\x48\x33\x0f",
		XOR, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("xorb $0x7f,(%rdi)", 64, "\x80\x37\x7f",
		XOR, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("xorl $0x1000,(%rdi)", 64, "\x81\x37\x00\x10\x00\x00",
		XOR, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("xorq $-1,(%rdi)", 64, "\x48\x83\x37\xff",
		XOR, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("cmpl %ecx,(%rdi)", 64, "\x39\x0f",
		CMP, MEM_REG, 2, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("cmpb (%rdi),%cl", 64, "\x3a\x0f",
		CMP, REG_MEM, 2, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("cmpq (%rdi),%rcx", 64, "\x48\x3b\x0f",
		CMP, REG_MEM, 3, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("cmpb $0x7f,(%rdi)", 64, "\x80\x3f\x7f",
		CMP, MEM_IMM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x7f)
	ROW("cmpl $0x1000,(%rdi)", 64, "\x81\x3f\x00\x10\x00\x00",
		CMP, MEM_IMM, 6, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1000)
	ROW("cmpq $-1,(%rdi)", 64, "\x48\x83\x3f\xff",
		CMP, MEM_IMM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, -0x1)
	ROW("addw $0x1234,(%rdi)", 64, "\x66\x81\x07\x34\x12",
		ADD, MEM_IMM, 5, 2, 2, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1234)
	ROW("lock orl $1,(%rdi)", 64, "\xf0\x83\x0f\x01",
		OR, MEM_IMM, 4, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1, .lock = true)
	ROW("testb %al,(%rdi)", 64, "\x84\x07",
		TEST, MEM_REG, 2, 1, 1, 8, DS, RAX, RDI, NONE, 0, 0x0, 0x0)
	ROW("testl %eax,(%rdi)", 64, "\x85\x07",
		TEST, MEM_REG, 2, 4, 4, 8, DS, RAX, RDI, NONE, 0, 0x0, 0x0)
	ROW("testb $0x20,5(%rdi)", 64, "\xf6\x47\x05\x20",
		TEST, MEM_IMM, 4, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x5, 0x20)
	ROW("testl $0x200,5(%rdi)", 64, "\xf7\x47\x05\x00\x02\x00\x00",
		TEST, MEM_IMM, 7, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x5, 0x200)
	ROW("testw $0x200,5(%rdi)", 64, "\x66\xf7\x47\x05\x00\x02",
		TEST, MEM_IMM, 6, 2, 2, 8, DS, NONE, RDI, NONE, 0, 0x5, 0x200)
	ROW("xchgl %ebx,(%rdi)", 64, "\x87\x1f",
		XCHG, MEM_REG, 2, 4, 4, 8, DS, RBX, RDI, NONE, 0, 0x0, 0x0)
	ROW("xchgb %bl,(%rdi)", 64, "\x86\x1f",
		XCHG, MEM_REG, 2, 1, 1, 8, DS, RBX, RDI, NONE, 0, 0x0, 0x0)
	ROW("notl (%rdi)", 64, "\xf7\x17",
		NOT, MEM, 2, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0)
	ROW("negb (%rdi)", 64, "\xf6\x1f",
		NEG, MEM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0)
	ROW("incl (%rdi)", 64, "\xff\x07",
		INC, MEM, 2, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0)
	ROW("lock decq (%rdi)", 64, "\xf0\x48\xff\x0f",
		DEC, MEM, 4, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .lock = true)
	ROW("incb (%rdi)", 64, "\xfe\x07",
		INC, MEM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0)
	ROW("lock cmpxchgl %ecx,(%rdi)", 64, "\xf0\x0f\xb1\x0f",
		CMPXCHG, MEM_REG, 4, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0, .lock = true)
	ROW("cmpxchgb %cl,(%rdi)", 64, "\x0f\xb0\x0f",
		CMPXCHG, MEM_REG, 3, 1, 1, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("xaddq %rcx,(%rdi)", 64, "\x48\x0f\xc1\x0f",
		XADD, MEM_REG, 4, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("btl %ecx,(%rdi)", 64, "\x0f\xa3\x0f",
		BT, MEM_REG, 3, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("lock btsq %rcx,(%rdi)", 64, "\xf0\x48\x0f\xab\x0f",
		BTS, MEM_REG, 5, 8, 8, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0, .lock = true)
	ROW("btrl %ecx,(%rdi)", 64, "\x0f\xb3\x0f",
		BTR, MEM_REG, 3, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("btcl %ecx,(%rdi)", 64, "\x0f\xbb\x0f",
		BTC, MEM_REG, 3, 4, 4, 8, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("btl $5,(%rdi)", 64, "\x0f\xba\x27\x05",
		BT, MEM_IMM, 4, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x5)
	ROW("btsw $5,(%rdi)", 64, "\x66\x0f\xba\x2f\x05",
		BTS, MEM_IMM, 5, 2, 2, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x5)
	ROW("btrl $31,(%rdi)", 64, "\x0f\xba\x37\x1f",
		BTR, MEM_IMM, 4, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1f)
	ROW("btcq $63,(%rdi)", 64, "\x48\x0f\xba\x3f\x3f",
		BTC, MEM_IMM, 5, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3f)
	ROW("pushq (%rdi)", 64, "\xff\x37",
		PUSH, MEM, 2, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0)
	ROW("pushw (%rdi)", 64, "\x66\xff\x37",
		PUSH, MEM, 3, 2, 2, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0)
	ROW("popq 8(%rdi)", 64, "\x8f\x47\x08",
		POP, MEM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x8, 0x0)
	ROW("roll $3,(%rdi)", 64, "\xc1\x07\x03",
		ROL, MEM_IMM, 3, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3)
	ROW("rolb (%rdi)", 64, "\xd0\x07",
		ROL, MEM_IMM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1)
	ROW("rolq %cl,(%rdi)", 64, "\x48\xd3\x07",
		ROL, MEM_IMM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .count_in_cl = true)
	ROW("rorl $3,(%rdi)", 64, "\xc1\x0f\x03",
		ROR, MEM_IMM, 3, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3)
	ROW("rorb (%rdi)", 64, "\xd0\x0f",
		ROR, MEM_IMM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1)
	ROW("rorq %cl,(%rdi)", 64, "\x48\xd3\x0f",
		ROR, MEM_IMM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .count_in_cl = true)
	ROW("rcll $3,(%rdi)", 64, "\xc1\x17\x03",
		RCL, MEM_IMM, 3, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3)
	ROW("rclb (%rdi)", 64, "\xd0\x17",
		RCL, MEM_IMM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1)
	ROW("rclq %cl,(%rdi)", 64, "\x48\xd3\x17",
		RCL, MEM_IMM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .count_in_cl = true)
	ROW("rcrl $3,(%rdi)", 64, "\xc1\x1f\x03",
		RCR, MEM_IMM, 3, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3)
	ROW("rcrb (%rdi)", 64, "\xd0\x1f",
		RCR, MEM_IMM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1)
	ROW("rcrq %cl,(%rdi)", 64, "\x48\xd3\x1f",
		RCR, MEM_IMM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .count_in_cl = true)
	ROW("shll $3,(%rdi)", 64, "\xc1\x27\x03",
		SHL, MEM_IMM, 3, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3)
	ROW("shlb (%rdi)", 64, "\xd0\x27",
		SHL, MEM_IMM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1)
	ROW("shlq %cl,(%rdi)", 64, "\x48\xd3\x27",
		SHL, MEM_IMM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .count_in_cl = true)
	ROW("shrl $3,(%rdi)", 64, "\xc1\x2f\x03",
		SHR, MEM_IMM, 3, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3)
	ROW("shrb (%rdi)", 64, "\xd0\x2f",
		SHR, MEM_IMM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1)
	ROW("shrq %cl,(%rdi)", 64, "\x48\xd3\x2f",
		SHR, MEM_IMM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .count_in_cl = true)
	ROW("sarl $3,(%rdi)", 64, "\xc1\x3f\x03",
		SAR, MEM_IMM, 3, 4, 4, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x3)
	ROW("sarb (%rdi)", 64, "\xd0\x3f",
		SAR, MEM_IMM, 2, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x1)
	ROW("sarq %cl,(%rdi)", 64, "\x48\xd3\x3f",
		SAR, MEM_IMM, 3, 8, 8, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .count_in_cl = true)
	ROW("imull (%rdi),%eax", 64, "\x0f\xaf\x07",
		IMUL, REG_MEM, 3, 4, 4, 8, DS, RAX, RDI, NONE, 0, 0x0, 0x0)
	ROW("imulq $0x1000,(%rdi),%rax", 64, "\x48\x69\x07\x00\x10\x00\x00",
		IMUL, REG_MEM, 7, 8, 8, 8, DS, RAX, RDI, NONE, 0, 0x0, 0x1000, .three_operands = true)
	ROW("imulw $-3,(%rdi),%ax", 64, "\x66\x6b\x07\xfd",
		IMUL, REG_MEM, 4, 2, 2, 8, DS, RAX, RDI, NONE, 0, 0x0, -0x3, .three_operands = true)
	ROW("bsfl (%rdi),%eax", 64, "\x0f\xbc\x07",
		BSF, REG_MEM, 3, 4, 4, 8, DS, RAX, RDI, NONE, 0, 0x0, 0x0)
	ROW("bsrq (%rdi),%rax", 64, "\x48\x0f\xbd\x07",
		BSR, REG_MEM, 4, 8, 8, 8, DS, RAX, RDI, NONE, 0, 0x0, 0x0)
	ROW("cmovel (%rdi),%eax", 64, "\x0f\x44\x07",
		CMOV, REG_MEM, 3, 4, 4, 8, DS, RAX, RDI, NONE, 0, 0x0, 0x0, .condition = 4)
	ROW("cmovgq (%rdi),%r9", 64, "\x4c\x0f\x4f\x0f",
		CMOV, REG_MEM, 4, 8, 8, 8, DS, R9, RDI, NONE, 0, 0x0, 0x0, .condition = 15)
	ROW("seto (%rdi)", 64, "\x0f\x90\x07",
		SET, MEM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .condition = 0)
	ROW("setae (%rdi)", 64, "\x0f\x93\x07",
		SET, MEM, 3, 1, 1, 8, DS, NONE, RDI, NONE, 0, 0x0, 0x0, .condition = 3)
	ROW("movsb", 64, "\xa4",
		MOVS, STRING, 1, 1, 1, 8, DS, RAX, NONE, NONE, 0, 0x0, 0x0)
	ROW("rep movsl", 64, "\xf3\xa5",
		MOVS, STRING, 2, 4, 4, 8, DS, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("rep movsq %gs:(%rsi),%es:(%rdi)", 64, "\x65\xf3\x48\xa5",
		MOVS, STRING, 4, 8, 8, 8, GS, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("addr32 rep movsw", 64, "\x67\x66\xf3\xa5",
		MOVS, STRING, 4, 2, 2, 4, DS, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("rep stosq", 64, "\xf3\x48\xab",
		STOS, STRING, 3, 8, 8, 8, DS, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("lodsl", 64, "\xad",
		LODS, STRING, 1, 4, 4, 8, DS, RAX, NONE, NONE, 0, 0x0, 0x0)
	ROW("repe cmpsb", 64, "\xf3\xa6",
		CMPS, STRING, 2, 1, 1, 8, DS, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("repne scasw", 64, "\x66\xf2\xaf",
		SCAS, STRING, 3, 2, 2, 8, DS, RAX, NONE, NONE, 0, 0x0, 0x0, .repne = true)
	ROW(".byte 0x82,0x20,0xfe", 32, "\x82\x20\xfe",
		AND, MEM_IMM, 3, 1, 1, 4, DS, NONE, RAX, NONE, 0, 0x0, -0x2)
	ROW("movl %eax,0xfee000b0", 32, "\xa3\xb0\x00\xe0\xfe",
		MOV, MEM_REG, 5, 4, 4, 4, DS, RAX, NONE, NONE, 0, -0x11fff50, 0x0)
	ROW("movl %ecx,0xfee000b0", 32, "\x89\x0d\xb0\x00\xe0\xfe",
		MOV, MEM_REG, 6, 4, 4, 4, DS, RCX, NONE, NONE, 0, -0x11fff50, 0x0)
	ROW("movb %ah,(%eax)", 32, "\x88\x20",
		MOV, MEM_REG, 2, 1, 1, 4, DS, RAX, RAX, NONE, 0, 0x0, 0x0, .reg_high = true)
	ROW("movb %dh,(%eax)", 32, "\x88\x30",
		MOV, MEM_REG, 2, 1, 1, 4, DS, RDX, RAX, NONE, 0, 0x0, 0x0, .reg_high = true)
	ROW("movw %ss:(%ebx,%esi,2),%di", 32, "\x36\x66\x8b\x3c\x73",
		MOV, REG_MEM, 5, 2, 2, 4, SS, RDI, RBX, RSI, 1, 0x0, 0x0)
	ROW("movl %es:4(%ebp),%eax", 32, "\x26\x8b\x45\x04",
		MOV, REG_MEM, 4, 4, 4, 4, ES, RAX, RBP, NONE, 0, 0x4, 0x0)
	ROW("movl %cs:(%ebp),%eax", 32, "\x2e\x8b\x45\x00",
		MOV, REG_MEM, 4, 4, 4, 4, CS, RAX, RBP, NONE, 0, 0x0, 0x0)
	ROW("movl %ds:(%esp),%eax", 32, "\x3e\x8b\x04\x24",
		MOV, REG_MEM, 4, 4, 4, 4, DS, RAX, RSP, NONE, 0, 0x0, 0x0)
	ROW("movl 4(%bp,%si),%eax", 32, "\x67\x8b\x42\x04",
		MOV, REG_MEM, 4, 4, 4, 2, SS, RAX, RBP, RSI, 0, 0x4, 0x0)
	ROW("movl 0x7fff(%bx),%eax", 32, "\x67\x8b\x87\xff\x7f",
		MOV, REG_MEM, 5, 4, 4, 2, DS, RAX, RBX, NONE, 0, 0x7fff, 0x0)
	ROW("pushl (%eax)", 32, "\xff\x30",
		PUSH, MEM, 2, 4, 4, 4, DS, NONE, RAX, NONE, 0, 0x0, 0x0)
	ROW("pushw (%eax)", 32, "\x66\xff\x30",
		PUSH, MEM, 3, 2, 2, 4, DS, NONE, RAX, NONE, 0, 0x0, 0x0)
	ROW("popl (%eax)", 32, "\x8f\x00",
		POP, MEM, 2, 4, 4, 4, DS, NONE, RAX, NONE, 0, 0x0, 0x0)
	ROW("rep stosl", 32, "\xf3\xab",
		STOS, STRING, 2, 4, 4, 4, DS, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("movzwl (%eax),%ebx", 32, "\x0f\xb7\x18",
		MOVZX, REG_MEM, 3, 4, 2, 4, DS, RBX, RAX, NONE, 0, 0x0, 0x0)
	ROW("movw %ax,(%bx)", 16, "\x89\x07",
		MOV, MEM_REG, 2, 2, 2, 2, DS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movl %eax,(%bx)", 16, "\x66\x89\x07",
		MOV, MEM_REG, 3, 4, 4, 2, DS, RAX, RBX, NONE, 0, 0x0, 0x0)
	ROW("movb (%bx,%si),%cl", 16, "\x8a\x08",
		MOV, REG_MEM, 2, 1, 1, 2, DS, RCX, RBX, RSI, 0, 0x0, 0x0)
	ROW("movb (%bx,%di),%cl", 16, "\x8a\x09",
		MOV, REG_MEM, 2, 1, 1, 2, DS, RCX, RBX, RDI, 0, 0x0, 0x0)
	ROW("movb (%bp,%di),%cl", 16, "\x8a\x0b",
		MOV, REG_MEM, 2, 1, 1, 2, SS, RCX, RBP, RDI, 0, 0x0, 0x0)
	ROW("movb (%si),%cl", 16, "\x8a\x0c",
		MOV, REG_MEM, 2, 1, 1, 2, DS, RCX, RSI, NONE, 0, 0x0, 0x0)
	ROW("movb (%di),%cl", 16, "\x8a\x0d",
		MOV, REG_MEM, 2, 1, 1, 2, DS, RCX, RDI, NONE, 0, 0x0, 0x0)
	ROW("movb -1(%bp),%cl", 16, "\x8a\x4e\xff",
		MOV, REG_MEM, 3, 1, 1, 2, SS, RCX, RBP, NONE, 0, -0x1, 0x0)
	ROW("movb 0x1234,%cl", 16, "\x8a\x0e\x34\x12",
		MOV, REG_MEM, 4, 1, 1, 2, DS, RCX, NONE, NONE, 0, 0x1234, 0x0)
	ROW("movw 0x1234,%ax", 16, "\xa1\x34\x12",
		MOV, REG_MEM, 3, 2, 2, 2, DS, RAX, NONE, NONE, 0, 0x1234, 0x0)
	ROW("movl 0x10(%eax,%ebp,8),%ecx", 16, "\x67\x66\x8b\x4c\xe8\x10",
		MOV, REG_MEM, 6, 4, 4, 4, DS, RCX, RAX, RBP, 3, 0x10, 0x0)
	ROW("movw %fs:0x8000(%edi),%cx", 16, "\x64\x67\x8b\x8f\x00\x80\x00\x00",
		MOV, REG_MEM, 8, 2, 2, 4, FS, RCX, RDI, NONE, 0, 0x8000, 0x0)
	ROW("rep movsw", 16, "\xf3\xa5",
		MOVS, STRING, 2, 2, 2, 2, DS, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("addr32 rep movsl %es:(%esi),%es:(%edi)", 16, "\x26\x67\x66\xf3\xa5",
		MOVS, STRING, 5, 4, 4, 4, ES, RAX, NONE, NONE, 0, 0x0, 0x0, .rep = true)
	ROW("movw $0x55aa,0x1fe(%di)", 16, "\xc7\x85\xfe\x01\xaa\x55",
		MOV, MEM_IMM, 6, 2, 2, 2, DS, NONE, RDI, NONE, 0, 0x1fe, 0x55aa)
