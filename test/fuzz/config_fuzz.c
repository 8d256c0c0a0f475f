/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/config_disk.c tools/carrel/config_device.c */
/* LINK: tools/carrel/drivers.c tools/carrel/config_net.c tools/carrel/plan_net.c tools/carrel/plan_disk.c */
/* LINK: tools/carrel/plan.c tools/carrel/plan_read.c tools/carrel/config.c */
/* LINK: tools/carrel/config_set.c tools/carrel/check.c tools/carrel/ini.c tools/carrel/keys.c */
/* LINK: tools/carrel/near.c tools/carrel/value.c tools/carrel/diag.c tools/carrel/files.c */
/* LINK: tools/carrel/facts.c tools/carrel/alloc.c tools/carrel/print.c vmm-user/init/plan.c */
/* LINK: tools/carrel/cpus.c vmm-user/init/crc.c */
/* RUNS: 8000 */
/* MAX: 2048 */
/*
 * A configuration's text. What the tool takes and compiles, init must take too, and
 * the tool must be able to print. The files that it may name are open as 100 (a
 * bzImage) and 101 (an initrd): it lies beside them in /proc/self/fd.
 */
#include "carrel/plan.h"
#include "carrel/print.h"
#include "fuzz.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* init's reader has its own `struct plan`. */
#define plan init_plan
#define plan_text init_plan_text
#include "init/plan.h"
#undef plan
#undef plan_text

enum { KERNEL = 100, INITRD, CONFIG };

static FILE *nowhere;

static void open_file(int at, const void *data, size_t size)
{
	int fd = memfd_create("fuzz", 0);

	MUST(fd >= 0 && dup2(fd, at) == at);
	close(fd);
	MUST(pwrite(at, data, size, 0) == (ssize_t)size);
}

/* As little of a bzImage as the tool looks at. */
static void open_files(void)
{
	static uint8_t kernel[4096];

	memcpy(kernel + 0x1fe, "\x55\xaa", 2);
	memcpy(kernel + 0x202, "HdrS\x0f\x02", 6);
	kernel[0x236] = 1;
	kernel[0x262] = 0x20;
	open_file(KERNEL, kernel, sizeof(kernel));
	open_file(INITRD, "070701", 6);
	open_file(CONFIG, "", 0);
	nowhere = fopen("/dev/null", "w");
	MUST(nowhere);
}

static void check_plan(const struct plan *plan)
{
	struct init_plan init;
	uint8_t *bytes = exact_copy(plan->bytes, plan->size);
	enum status status = plan_read(bytes, plan->size, &init);

	if (status != STATUS_OK)
		fprintf(stderr, "init refuses the tool's plan: %s\n", init.problem);
	MUST(status == STATUS_OK);
	MUST(plan_memory(plan) > 0);
	print_plan(plan, nowhere);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct plan_programs programs;
	struct config config;
	struct plan plan;
	struct diag diag = {0};
	enum status status;

	if (!nowhere)
		open_files();
	MUST(ftruncate(CONFIG, 0) == 0);
	MUST(pwrite(CONFIG, data, size, 0) == (ssize_t)size);
	MUST(lseek(CONFIG, 0, SEEK_SET) == 0);
	status = config_read(&config, "/proc/self/fd/102", &diag);
	MUST((status == STATUS_OK) == (diag.count == 0));
	if (status == STATUS_OK && plan_compile(&config, &programs, &plan, &diag) == STATUS_OK) {
		check_plan(&plan);
		plan_free(&plan);
	}
	diag_print(&diag, nowhere);
	diag_free(&diag);
	config_free(&config);
	return 0;
}
