/* SPDX-License-Identifier: MIT */
/*
 * Status codes of every system call and of most functions of the project.
 *
 * A system call returns one of these in RAX. STATUS_OK is zero; the others
 * say why nothing was changed (docs/abi.md names the calls that stop part-way).
 */
#ifndef ABI_STATUS_H
#define ABI_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_BAD_CALL,   /* no such system call, object type or flag */
	STATUS_BAD_CAP,    /* empty slot, dead object, or an object of another type */
	STATUS_NO_RIGHT,   /* the capability lacks the right that the call needs */
	STATUS_BAD_ARG,    /* an argument is out of range, misaligned or contradictory */
	STATUS_NO_MEMORY,  /* the account has no page or object left */
	STATUS_IN_USE,     /* the slot, line, address or thread is already taken */
	STATUS_WRONG_CPU,  /* the partner lives on another CPU */
	STATUS_ABORTED,    /* the partner was destroyed while the call was under way */
	STATUS_NO_FEATURE, /* the CPU or the machine lacks what the call needs */
	STATUS_BAD_STATE,  /* the object is not in a state that allows the call */
	STATUS_TOO_DEEP,   /* the chain of nested calls is at its limit */
	STATUS_COUNT
};

#endif
