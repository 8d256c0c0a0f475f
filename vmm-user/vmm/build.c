/* SPDX-License-Identifier: MIT */
/* Builds the guest: see build.h. One step per function, in a table. */
#include "vmm/build.h"

#include "abi/boot.h"
#include "abi/plan.h"
#include "rt/format.h"
#include "rt/heap.h"
#include "rt/syscall.h"
#include "vmm/cards.h"
#include "vmm/crew.h"
#include "vmm/load/acpi_tables.h"
#include "vmm/load/linux_header.h"
#include "vmm/load/loader.h"
#include "vmm/say.h"

#define SLOT_GSPACE (START_SLOT_FREE + 0ull)
#define SLOT_VCPU (START_SLOT_FREE + 16ull) /* + index */
/* The first id behind those of the local APICs, if its four bits can hold that; they
 * do not share a bus, so it need not differ. */
#define IOAPIC_ID(vcpus) ((vcpus) < 16 ? (uint8_t)(vcpus) : 0)

/* The machine has no other clock to ask: 2025-01-01 00:00:00. */
#define START_TIME 1735689600ll

/* Kinds of things that are said once; above all guest-physical addresses. */
#define SAID_PORT BIT(61)
#define SAID_MMIO BIT(62)
#define SAID_MSR BIT(63)

/* One virtual processor, taken from the heap. */
struct seat {
	struct vcpu vcpu;
	struct machine_cpu own;
};

static void report_access(const struct bus *bus, uint64_t address, unsigned bytes, bool write)
{
	if (!say_first(address | (bus->name[0] == 'p' ? SAID_PORT : SAID_MMIO)))
		return;
	say("no device at %s 0x%llx: first %s, %u byte%s", bus->name, (unsigned long long)address,
		write ? "write" : "read", bytes, bytes == 1 ? "" : "s");
}

static void report_msr(uint32_t msr, bool write)
{
	if (!say_first(SAID_MSR | msr))
		return;
	say("no MSR 0x%x: first %s, faults in the guest", msr, write ? "write" : "read");
}

/* What exits look like, by enum boot_virt. */
static struct exit_hardware (*const hardware[])(const struct cpuid_guest *) = {
	[BOOT_VIRT_VMX] = exit_hardware_vmx,
	[BOOT_VIRT_SVM] = exit_hardware_svm,
};

static enum guest_kill step_check(struct guest *g, const struct start_info *info)
{
	if (info->magic != START_INFO_MAGIC || info->size != sizeof *info) {
		say("the start information is not of this version");
		return KILL_VMM_FAULT;
	}
	if (info->virt >= ARRAY_SIZE(hardware) || !hardware[info->virt]) {
		say("there is neither VT-x nor SVM");
		return KILL_NO_VIRT;
	}
	if (info->kernel_module < 0) {
		say("there is no kernel file");
		return KILL_NO_MODULE;
	}
	if (info->vcpus == 0 || info->vcpus > START_VCPUS) {
		say("%u virtual processors are not 1 to %u", info->vcpus, START_VCPUS);
		return KILL_VMM_FAULT;
	}
	g->info = info;
	g->vcpus = info->vcpus;
	return KILL_NONE;
}

static enum status map_range(
	const struct start_info *info, uint64_t offset, uint64_t gpa_base, uint64_t size)
{
	if (!size)
		return STATUS_OK;
	return sys_delegate(DELEGATE_MEMORY, START_SLOT_DOMAIN, SLOT_GSPACE, MEM_R | MEM_W | MEM_X,
		(info->guest_address + offset) >> PAGE_SHIFT, gpa_base >> PAGE_SHIFT,
		size >> PAGE_SHIFT);
}

static enum guest_kill step_memory(struct guest *g, const struct start_info *info)
{
	struct guest_memory *mem = &g->memory;
	enum status status =
		guest_memory_init(mem, (void *)(uintptr_t)info->guest_address, info->guest_size);

	if (!status)
		status = sys_create_gspace(START_SLOT_DOMAIN, SLOT_GSPACE);
	if (!status)
		status = map_range(info, 0, 0, guest_memory_low(mem));
	if (!status)
		status = map_range(info, guest_memory_low(mem), GUEST_HIGH, guest_memory_high(mem));
	if (!status)
		return KILL_NONE;
	say("cannot map the guest's memory: status %u", status);
	return KILL_NO_MEMORY;
}

static enum guest_kill step_machine(struct guest *g, const struct start_info *info)
{
	const struct machine_config config = {
		.memory = &g->memory,
		.tsc_khz = info->tsc_khz,
		.tsc = tsc_read,
		.debug_exit = info->flags & PLAN_DEBUG_EXIT,
		.unix_seconds = START_TIME,
		.output = console_output,
		.input = console_input,
		.console = &g->console,
		.report = report_access,
		.kick = crew_kick,
	};

	g->console.machine = &g->machine;
	if (!machine_init(&g->machine, &config)) {
		crew_open(g, info);
		return KILL_NONE;
	}
	say("no machine for a counter of %lu kHz", (unsigned long)info->tsc_khz);
	return KILL_VMM_FAULT;
}

/* The processor's objects, on the CPU that the plan gives it. */
static enum status vcpu_create(const struct start_info *info, unsigned i)
{
	enum status status = STATUS_OK;

	if (i)
		status = sys_create_notification(
			START_SLOT_DOMAIN, crew_notification(i), info->vcpu_cpu[i]);
	if (!status)
		status = sys_create_vcpu(START_SLOT_DOMAIN, SLOT_VCPU + i, SLOT_GSPACE,
			info->vcpu_cpu[i], (uint32_t)crew_notification(i), crew_state(i));
	return status;
}

static enum status vcpu_add(struct guest *g, const struct start_info *info, unsigned i)
{
	struct cpuid_guest cpuid = {
		.host = cpuid_native,
		.apic_id = i,
		.vcpus = g->vcpus,
		.tsc_khz = info->tsc_khz,
	};
	struct exit_hardware hw = hardware[info->virt](&cpuid);
	struct seat *seat = heap_alloc(sizeof *seat, 64);
	enum status status = seat ? vcpu_create(info, i) : STATUS_NO_MEMORY;

	if (!status)
		status = machine_add_cpu(&g->machine, &seat->own);
	if (status)
		return status;
	cpuid.xcr0_allowed = cpuid_xcr0(&cpuid);
	vcpu_init(&seat->vcpu, (struct vcpu_state *)crew_state(i), &seat->own, &cpuid, &hw);
	if (g->console.activity)
		seat->vcpu.shown = &g->console.activity->vcpu[i];
	msr_init(&seat->vcpu.msrs, report_msr);
	seat->vcpu.slot = SLOT_VCPU + i;
	seat->vcpu.notification = crew_notification(i);
	g->vcpu[i] = &seat->vcpu;
	return STATUS_OK;
}

static enum guest_kill step_cards(struct guest *g, const struct start_info *info)
{
	enum guest_kill kill;

	heap_open(info);
	kill = cards_plug(&g->machine, info);
	return kill ? kill : ports_plug(&g->ports, &g->machine, info);
}

static enum guest_kill step_vcpus(struct guest *g, const struct start_info *info)
{
	for (unsigned i = 0; i < g->vcpus; i++) {
		enum status status = vcpu_add(g, info, i);

		if (!status)
			continue;
		say("cannot create virtual processor %u: status %u", i, status);
		return status == STATUS_NO_FEATURE ? KILL_NO_VIRT : KILL_NO_MEMORY;
	}
	return KILL_NONE;
}

static struct load_file load_file(const struct start_info *info, int32_t index)
{
	const struct start_module *m = &info->module[index];

	if (index < 0 || (uint32_t)index >= info->modules || index >= (int32_t)START_MODULES)
		return (struct load_file){0};
	return (struct load_file){
		.data = (const uint8_t *)(uintptr_t)m->address,
		.size = m->size,
		.cmdline = info->text + m->cmdline % START_CMDLINE,
	};
}

static unsigned extra_modules(const struct start_info *info, struct load_file *list)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < info->extra_modules && count < START_MODULES; i++)
		list[count++] = load_file(info, (int32_t)(info->first_extra_module + i));
	return count;
}

/* The guest's words, but that Linux on AMD's processors is told the frequency of its TSC
 * as well, first, so that a word of the user's own counts: it takes it from CPUID on
 * Intel's only, else measures it, which costs exits and fails on a busy machine. */
static const char *kernel_cmdline(const struct start_info *info, const struct load_file *kernel)
{
	static char text[START_CMDLINE + 32];
	const char *words = info->text + info->cmdline % START_CMDLINE;
	enum load_error why;

	if (info->virt != BOOT_VIRT_SVM || loader_detect(kernel, &why) != LOAD_KIND_LINUX ||
		linux_version(kernel) < LINUX_VERSION_HIGH)
		return words; /* what starts in real mode may take a word for a command */
	(void)rt_snprintf(text, sizeof(text), "tsc_early_khz=%lu %s", (unsigned long)info->tsc_khz,
		words);
	return text;
}

static enum guest_kill step_load(struct guest *g, const struct start_info *info)
{
	const struct acpi_config acpi = {
		.vcpus = g->vcpus,
		.ioapic_id = IOAPIC_ID(g->vcpus),
		.has_keyboard = false,
		.has_pci = g->machine.pci.devices > 0,
	};
	struct load_file modules[START_MODULES];
	struct load_request request = {
		.kernel = load_file(info, info->kernel_module),
		.initrd = load_file(info, info->initrd_module),
		.module = modules,
		.modules = extra_modules(info, modules),
	};
	struct boot_entry entry;
	enum load_error error;

	request.kernel.cmdline = kernel_cmdline(info, &request.kernel);
	if (acpi_tables_build(&g->memory, &acpi, &request.rsdp)) {
		say("the guest's memory is too small for ACPI tables");
		return KILL_NO_MEMORY;
	}
	error = loader_load(&g->memory, &request, &entry);
	if (error != LOAD_OK) {
		say("%s", load_error_text(error));
		return load_error_kill(error);
	}
	vcpu_boot(g->vcpu[0], &entry);
	return KILL_NONE;
}

enum guest_kill build_guest(struct guest *guest, const struct start_info *info)
{
	static enum guest_kill (*const step[])(struct guest *, const struct start_info *) = {
		step_check, step_memory, step_machine, step_cards, step_vcpus, step_load};

	for (unsigned i = 0; i < ARRAY_SIZE(step); i++) {
		enum guest_kill kill = step[i](guest, info);

		if (kill != KILL_NONE)
			return kill;
	}
	return KILL_NONE;
}
