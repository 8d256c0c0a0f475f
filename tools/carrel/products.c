/* SPDX-License-Identifier: MIT */
/* What the build made; see products.h. */
#include "products.h"
#include "alloc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *build_directory(void)
{
	const char *chosen = getenv("CARREL_BUILD");
	char own[PATH_MAX];

	if (chosen && *chosen)
		return alloc_text("%s", chosen);
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	if (length <= 0)
		return alloc_text("build");
	own[length] = '\0';
	return file_directory(own);
}

void products_find(struct products *products)
{
	char *build = build_directory();

	products->kernel = alloc_text("%s/carrel.elf", build);
	products->init = alloc_text("%s/bin/init", build);
	products->vmm = alloc_text("%s/bin/vmm", build);
	products->serial = alloc_text("%s/bin/serial", build);
	products->power = alloc_text("%s/bin/power", build);
	free(build);
}

enum status products_check(const struct products *products, bool kernel_only)
{
	const char *const paths[] = {
		products->kernel, products->init, products->vmm, products->serial, products->power};
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < (kernel_only ? 1 : ARRAY_SIZE(paths)); i++) {
		struct file_facts facts;
		const char *problem;
		if (file_look(paths[i], &facts, &problem) == STATUS_OK)
			continue;
		fprintf(stderr, "carrel: %s: %s\n", paths[i], problem);
		status = STATUS_BAD_ARG;
	}
	if (status != STATUS_OK)
		fprintf(stderr, "carrel: `make` builds what is missing; CARREL_BUILD names another "
				"directory that has it\n");
	return status;
}

struct plan_programs products_programs(const struct products *products)
{
	return (struct plan_programs){
		.vmm = products->vmm, .serial = products->serial, .power = products->power};
}

void products_free(struct products *products)
{
	free(products->kernel);
	free(products->init);
	free(products->vmm);
	free(products->serial);
	free(products->power);
}
