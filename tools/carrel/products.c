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
	products->net = alloc_text("%s/bin/switch", build);
	products->disk = alloc_text("%s/bin/disk", build);
	products->nic = alloc_text("%s/bin/net", build);
	free(build);
}

#define PRODUCTS 8u

static void list(const struct products *products, const char *paths[PRODUCTS])
{
	paths[0] = products->kernel;
	paths[1] = products->init;
	paths[2] = products->vmm;
	paths[3] = products->serial;
	paths[4] = products->power;
	paths[5] = products->net;
	paths[6] = products->disk;
	paths[7] = products->nic;
}

bool products_are_there(const struct products *products)
{
	const char *paths[PRODUCTS], *problem;
	struct file_facts facts;

	list(products, paths);
	for (unsigned i = 0; i < PRODUCTS; i++)
		if (file_look(paths[i], &facts, &problem) != STATUS_OK)
			return false;
	return true;
}

enum status products_check(const struct products *products, bool kernel_only)
{
	const char *paths[PRODUCTS], *problem;
	struct file_facts facts;
	enum status status = STATUS_OK;

	list(products, paths);
	for (unsigned i = 0; i < (kernel_only ? 1 : PRODUCTS); i++) {
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
	return (struct plan_programs){.vmm = products->vmm,
		.serial = products->serial,
		.power = products->power,
		.net = products->net,
		.nic = products->nic,
		.disk = products->disk};
}

void products_free(struct products *products)
{
	free(products->kernel);
	free(products->init);
	free(products->vmm);
	free(products->serial);
	free(products->power);
	free(products->net);
	free(products->disk);
	free(products->nic);
}
