/* SPDX-License-Identifier: MIT */
/*
 * What a guest test is made of: a name, test_main(), checks and a result.
 *
 * Each check prints "ok NAME" or "not ok NAME: expected X got Y". The last
 * line is "RESULT NAME SUCCESS", "FAILURE", "ERROR ..", "SKIP reason" or
 * "CRASH ..", and the guest leaves through port 0xf4 with 0, 1, 2, 4 or 3.
 * A guest that says nothing is an ERROR; that is for the runner to see.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trap.h"

#define TEST_SUCCESS 0
#define TEST_FAILURE 1
#define TEST_ERROR 2
#define TEST_CRASH 3
#define TEST_SKIP 4

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Defined by each test. */
extern const char test_name[];
void test_main(void);

/** Print to the serial port: %s %c %d %u %x %lu %lx %%, widths and 0 as in C. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
void vprint(const char *format, va_list args);

/** Set the first serial port to 115200 8N1, interrupts off. */
void serial_init(void);

/** Wait until the last byte has left. */
void serial_drain(void);

/** A check with a yes-no answer; returns ok. */
__attribute__((format(printf, 2, 3))) bool check(bool ok, const char *name, ...);

/** A check of a value. */
__attribute__((format(printf, 3, 4))) bool check_eq(
	uint64_t want, uint64_t got, const char *name, ...);

/** A check that low <= got <= high. */
__attribute__((format(printf, 4, 5))) bool check_range(
	uint64_t low, uint64_t high, uint64_t got, const char *name, ...);

/** A check of an exception's vector; TRAP_NONE says none may come. */
__attribute__((format(printf, 3, 4))) bool check_trap(
	int want, const struct trap *got, const char *name, ...);

/** Say that a check was left out, with the reason. */
void check_skip(const char *name, const char *reason);

/** End now, with the result that the checks so far give. */
__attribute__((noreturn)) void test_end(void);

/** End now as SKIP: this machine cannot show the property. */
__attribute__((noreturn)) void test_skip(const char *reason);

/** End now as ERROR: the test itself could not be done. */
__attribute__((noreturn)) void test_error(const char *reason);

/** End now as CRASH, saying which exception nobody expected. */
__attribute__((noreturn)) void test_crash(const struct trap_frame *f);

/**
 * Say "EXPECT end": what follows ends the machine by other means than port
 * 0xf4, and coming back from it is a failure.
 */
void test_expect(const char *end);
