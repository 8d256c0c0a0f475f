/* SPDX-License-Identifier: MIT */
/*
 * carrel: checks, compiles and boots a file that says which guests run.
 *
 * One function per verb; all of them go through the same steps: read and check
 * the configuration, compile the plan, do something with it.
 */
#include "alloc.h"
#include "bundle.h"
#include "config_device.h"
#include "config_net.h"
#include "image.h"
#include "install.h"
#include "options.h"
#include "print.h"
#include "run.h"
#include "signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the verbs work on. */
struct work {
	const struct options *options;
	struct products products;
	struct config config;
	struct plan plan;
	struct bundle bundle;
};

static int do_check(struct work *work)
{
	(void)work; /* all is done by the time a verb is called */
	return EXIT_GOOD;
}

static int do_plan(struct work *work)
{
	const char *output = work->options->output;

	if (!output) {
		print_plan(&work->plan, stdout);
		return EXIT_GOOD;
	}
	if (file_write(output, work->plan.bytes, work->plan.size, 0644) == STATUS_OK)
		return EXIT_GOOD;
	fprintf(stderr, "carrel: cannot write %s: %s\n", output, strerror(errno));
	return EXIT_GUEST;
}

/* "examples/two.conf" becomes "two.iso". */
static char *image_name(const struct options *options)
{
	if (options->output)
		return alloc_text("%s", options->output);
	const char *name = file_name(options->config);
	const char *dot = strrchr(name, '.');
	return alloc_text(
		"%.*s.iso", (int)(dot && dot > name ? dot - name : (int)strlen(name)), name);
}

/* Made beside its place and put there when it is complete. */
static int make_iso(struct work *work, const char *output, const char *scratch)
{
	char *iso = alloc_text("%s/iso", scratch);
	int code = EXIT_GUEST;

	if (image_make(&work->bundle, iso, scratch) == STATUS_OK) {
		code = rename(iso, output) == 0 ? EXIT_GOOD : EXIT_GUEST;
		if (code != EXIT_GOOD)
			fprintf(stderr, "carrel: cannot write %s: %s\n", output, strerror(errno));
	}
	free(iso);
	return signals_caught() ? 128 + signals_caught() : code;
}

static int do_image(struct work *work)
{
	char *output = image_name(work->options);
	char *scratch = alloc_text("%s.tmp-XXXXXX", output);
	int code = EXIT_GUEST;

	if (mkdtemp(scratch)) {
		code = make_iso(work, output, scratch);
		file_remove_directory(scratch);
	} else {
		fprintf(stderr, "carrel: cannot make a directory %s: %s\n", scratch,
			strerror(errno));
	}
	if (code == EXIT_GOOD)
		printf("%s\n", output);
	free(scratch);
	free(output);
	return code;
}

static int do_run(struct work *work)
{
	return run_machine(work->options, &work->bundle, &work->plan);
}

static const char *install_root(const struct options *options)
{
	return strcmp(options->root, "/") == 0 ? "" : options->root;
}

static int do_install(struct work *work)
{
	const char *root = install_root(work->options);

	return install_bundle(root, &work->bundle) == STATUS_OK ? EXIT_GOOD : EXIT_GUEST;
}

static int (*const verbs[VERB_COUNT])(struct work *) = {
	[VERB_CHECK] = do_check,
	[VERB_PLAN] = do_plan,
	[VERB_IMAGE] = do_image,
	[VERB_RUN] = do_run,
	[VERB_INSTALL] = do_install,
};

static bool needs_products(enum verb verb)
{
	return verb != VERB_CHECK && verb != VERB_PLAN;
}

/* Whether the machine, as far as the options say what it has, can do it. */
static enum status check_machine(const struct work *work, struct diag *diag)
{
	const struct options *options = work->options;
	struct diag warnings = {.path = diag->path};
	enum status status = STATUS_OK;

	if (options->memory)
		status = plan_check_machine(&work->plan, &work->config, options->memory, diag);
	if (options->cpus &&
		plan_check_cpus(&work->config, options->cpus, diag, &warnings) != STATUS_OK)
		status = STATUS_BAD_ARG;
	config_device_warn(&work->config, &warnings);
	config_net_warn(&work->config, &warnings);
	diag_print(&warnings, stderr);
	diag_free(&warnings);
	return status;
}

/* Reads, checks and compiles the configuration. Errors are printed. */
static enum status make_plan(struct work *work)
{
	const struct options *options = work->options;
	struct plan_programs programs = {0};
	struct diag diag = {0};

	/* `plan` shows the programs if they are built, and does without if not. */
	if (options->verb != VERB_CHECK && products_are_there(&work->products))
		programs = products_programs(&work->products);
	enum status status = config_read(&work->config, options->config, &diag);
	work->config.linger = options->verb == VERB_IMAGE || options->verb == VERB_INSTALL;
	if (status == STATUS_OK)
		status = plan_compile(&work->config, &programs, &work->plan, &diag);
	if (status == STATUS_OK)
		status = check_machine(work, &diag);
	diag_print(&diag, stderr);
	diag_free(&diag);
	return status;
}

static enum status add_modules(struct work *work)
{
	const struct options *options = work->options;

	for (unsigned i = 0; i < options->modules; i++) {
		struct file_facts facts;
		const char *problem;
		if (file_look(options->module[i], &facts, &problem) != STATUS_OK) {
			fprintf(stderr, "carrel: --module %s: %s\n", options->module[i], problem);
			return STATUS_BAD_ARG;
		}
		if (bundle_add_file(&work->bundle, options->module[i]) != STATUS_OK) {
			fprintf(stderr, "carrel: --module %s: its name is taken\n",
				options->module[i]);
			return STATUS_BAD_ARG;
		}
	}
	return STATUS_OK;
}

static enum status check_root_task(const char *path)
{
	struct file_facts facts;
	const char *problem;

	if (!path || file_look(path, &facts, &problem) == STATUS_OK)
		return STATUS_OK;
	fprintf(stderr, "carrel: --root-task %s: %s\n", path, problem);
	return STATUS_BAD_ARG;
}

/* The kernel's log goes to COM3 in an emulator, where this program reads it. */
static void make_bundle(struct work *work)
{
	const struct options *options = work->options;
	const char *log = options->verb == VERB_RUN ? "log=com3" : "";
	char *args = alloc_text(
		"%s%s%s", log, *log && *options->kernel_args ? " " : "", options->kernel_args);

	bundle_start(&work->bundle, work->products.kernel, args,
		options->root_task ? options->root_task : work->products.init);
	if (work->plan.bytes)
		bundle_add_plan(&work->bundle, &work->plan);
	free(args);
}

static int work_through(struct work *work)
{
	const struct options *options = work->options;

	if (options->config && make_plan(work) != STATUS_OK)
		return EXIT_USAGE;
	if (check_root_task(options->root_task) != STATUS_OK)
		return EXIT_USAGE;
	if (needs_products(options->verb) &&
		products_check(&work->products, options->root_task && !options->config) !=
			STATUS_OK)
		return EXIT_MACHINE;
	make_bundle(work);
	if (add_modules(work) != STATUS_OK)
		return EXIT_USAGE;
	return verbs[options->verb](work);
}

int main(int argc, char **argv)
{
	struct options options;
	struct work work = {.options = &options};

	switch (options_read(&options, argc, argv)) {
	case OPTIONS_HELP:
		return EXIT_GOOD;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	if (options.remove)
		return install_remove(install_root(&options)) == STATUS_OK ? EXIT_GOOD : EXIT_GUEST;
	if (options.verb == VERB_RUN || options.verb == VERB_IMAGE)
		signals_catch();
	products_find(&work.products);
	int code = work_through(&work);
	bundle_free(&work.bundle);
	plan_free(&work.plan);
	config_free(&work.config);
	products_free(&work.products);
	return code;
}
