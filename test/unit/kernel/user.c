/* SPDX-License-Identifier: MIT */
/* The CPU and the programs of ring 3; user.h says what for. */
#include "user.h"

#include "create.h"
#include "destroy.h"
#include "gspace.h"
#include "machine.h"
#include "notification.h"
#include "reserved.h"
#include "smp.h"
#include "upcall.h"
#include "vcpu.h"

#include <string.h>

#define STEPS_MAX 100000u

struct thread *root;
struct regs *cpu_frame;
bool cpu_hold;

static uint64_t next_utcb;
static struct balance at_start;

struct thread *running(void)
{
	return cpu_frame->resume == RESUME_IDLE ? NULL : thread_of(cpu_frame);
}

/* What entry.S does with a message: it goes from frame to frame in registers. */
static void cpu_message(struct regs *next)
{
	uint64_t how = next->resume;

	if (how != RESUME_CALLED && how != RESUME_ANSWERED)
		return;
	if (how == RESUME_CALLED)
		regs_start(next, next->entry);
	regs_copy_message(next, percpu()->regs);
	next->rax = STATUS_OK;
	next->resume = RESUME_SYSRET;
}

/* What `resume` of entry.S does. */
static void cpu_go(struct regs *next)
{
	cpu_message(next);
	for (;;) {
		percpu()->regs = next;
		cpu_frame = next;
		check_running();
		if (next->resume == RESUME_GUEST)
			next = virt->enter(next->guest);
		if (next == cpu_frame || !next)
			return;
	}
}

/* What the SYSCALL entry of entry.S does. */
void cpu_syscall(void)
{
	uint64_t kept = cpu_frame->rbx;
	struct regs *next;

	cpu_frame->rip = USER_AFTER;
	cpu_frame->resume = RESUME_SYSRET;
	next = kernel_syscalls[SYS_WORD_CALL(cpu_frame->rdi)](thread_of(cpu_frame));
	if (next != percpu()->regs || next->resume != RESUME_SYSRET)
		percpu()->regs->rbx = kept;
	cpu_go(next);
}

/* Calls that the kernel has set back are made again. */
static void cpu_settle(void)
{
	for (unsigned steps = 0; !cpu_hold && running() && cpu_frame->rip == USER_SYSCALL;
		steps++) {
		assert_true(steps < STEPS_MAX);
		cpu_syscall();
	}
}

/* An interrupt, in ring 3, in a guest or in the idle loop. */
static void cpu_interrupt(void)
{
	if (cpu_frame->resume == RESUME_SYSRET)
		cpu_frame->resume = RESUME_IRET;
}

void clock_tick(void)
{
	fake_armed = UINT64_MAX;
	cpu_interrupt();
	cpu_go(kernel_timer(cpu_frame));
	cpu_settle();
}

void clock_to(uint64_t time)
{
	for (unsigned steps = 0; fake_armed <= time; steps++) {
		assert_true(steps < STEPS_MAX);
		fake_now = fake_armed > fake_now ? fake_armed : fake_now;
		clock_tick();
	}
	fake_now = time > fake_now ? time : fake_now;
}

void late_irq(unsigned line)
{
	cpu_interrupt();
	cpu_go(kernel_irq(cpu_frame, line));
	cpu_settle();
}

bool raise_irq(uint32_t gsi)
{
	for (unsigned line = 0; line < IRQ_LINES; line++)
		if (fake_lines[line].open && fake_lines[line].gsi == gsi &&
			!fake_lines[line].masked) {
			fake_lines[line].masked = true;
			late_irq(line);
			return true;
		}
	return false;
}

void run(struct thread *thread)
{
	for (unsigned slices = 0; running() != thread; slices++) {
		if (slices > 100 || fake_armed == UINT64_MAX)
			fail_msg("the thread does not come to the CPU");
		clock_to(fake_armed);
	}
}

void fault(struct thread *thread, unsigned vector, uint64_t error, uint64_t address)
{
	run(thread);
	cpu_frame->rip = USER_FAULT;
	cpu_frame->resume = RESUME_IRET;
	cpu_go(kernel_fault(cpu_frame, vector, error, address));
	cpu_settle();
}

void guest_exit(uint64_t reason)
{
	assert_int_equal(cpu_frame->resume, RESUME_GUEST);
	cpu_go(kernel_guest_exit(cpu_frame, reason));
	cpu_settle();
}

uint64_t status_of(struct thread *thread)
{
	if (thread->regs.resume == RESUME_GUEST)
		return IN_GUEST;
	if (thread->state == THREAD_RUNNABLE && thread->regs.rip == USER_AFTER)
		return thread->regs.rax;
	return PENDING;
}

uint64_t user_call(struct thread *thread, uint64_t word, const uint64_t arguments[5])
{
	struct ref ref = object_ref(&thread->object);

	run(thread);
	thread->regs.rdi = word;
	thread->regs.rsi = arguments[0];
	thread->regs.rdx = arguments[1];
	thread->regs.r10 = arguments[2];
	thread->regs.r8 = arguments[3];
	thread->regs.r9 = arguments[4];
	cpu_syscall();
	cpu_settle();
	return object_find(ref) ? status_of(thread) : GONE;
}

void machine_boot(struct machine *machine)
{
	layer_reset();
	fake_reset();
	reserved_set_end(FAKE_ADDRESS_END);
	reserved_add(hpa(FAKE_POOL), FAKE_PAGES * PAGE_SIZE);
	space_boot(pool_hpa(fake_kernel_root), true);
	percpu()->cr3 = pool_hpa(fake_kernel_root).raw;
	machine->root_image = (struct image){
		USER_START, 1, {{0x400000, 4, hpa(RAM - 4 * PAGE_SIZE), MEM_R | MEM_X}}};
	machine->objects = (uint32_t)kernel_objects(FAKE_PAGES);
	machine->cpus = 1;
	machine->object_table = layer_object_table(machine->objects);
	cpu_hold = false;
	next_utcb = USER_UTCBS;
	cpu_frame = kernel_start(machine);
	root = thread_of(cpu_frame);
	layer_root = root->domain;
	cpu_go(cpu_frame);
	check_start();
	check_all();
	at_start = check_balance();
}

int machine_start(void **state)
{
	static const struct ranges ram;
	static const struct multiboot2 grub;
	static const struct acpi_info acpi;
	struct machine machine = {.ram = &ram, .grub = &grub, .acpi = &acpi};

	(void)state;
	machine_boot(&machine);
	return 0;
}

/* Everything that the root domain has made goes, but its thread and context. */
static void destroy_everything(void)
{
	struct list *owned = &layer_root->owned;
	struct object *object;

	smp_lock();
	for (;;) {
		object = CONTAINER_OF(owned->prev, struct object, owned);
		if (object == &root->sc->object)
			break;
		(void)destroy_step(object);
	}
	smp_unlock();
}

int machine_stop(void **state)
{
	(void)state;
	check_all();
	destroy_everything();
	check_same_balance(&at_start);
	return 0;
}

void add_cpu(void)
{
	fake_cpu_select(1);
	sched_init(1);
	fake_cpu_select(0);
	fake_online |= 2;
}

struct object *object_at(uint64_t slot)
{
	return object_find(cap_ref(capspace_get(&layer_root->caps, slot)));
}

struct thread *thread_at(uint64_t slot)
{
	return CONTAINER_OF(object_at(slot), struct thread, object);
}

struct domain *domain_at(uint64_t slot)
{
	return CONTAINER_OF(object_at(slot), struct domain, object);
}

void make_domain(uint64_t slot)
{
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, slot, PAGES, PRIORITY_COUNT), STATUS_OK);
}

struct notification *make_notification(uint64_t slot)
{
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_NOTIFICATION, slot, 0), STATUS_OK);
	return CONTAINER_OF(object_at(slot), struct notification, object);
}

struct thread *make_server(uint64_t payer, uint64_t slot)
{
	assert_int_equal(CREATE(root, payer, OBJECT_THREAD, slot, CREATE_PAIR(0, 0), next_utcb,
				 USER_START, USER_STACK),
		STATUS_OK);
	next_utcb += PAGE_SIZE;
	return thread_at(slot);
}

struct thread *make_thread(uint64_t payer, uint64_t slot, unsigned priority)
{
	struct thread *thread = make_server(payer, slot);

	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_SC, slot + 1, slot, priority), STATUS_OK);
	return thread;
}

struct thread *make_limited(uint64_t slot, unsigned priority, uint64_t budget, uint64_t period)
{
	struct thread *thread = make_server(ROOT_DOMAIN, slot);

	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_SC, slot + 1, slot, priority, budget, period),
		STATUS_OK);
	return thread;
}

void make_portal(uint64_t slot, uint64_t server, uint64_t id)
{
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_PORTAL, slot, server, USER_ENTRY + id, id),
		STATUS_OK);
}

struct vcpu *make_vcpu(uint64_t payer, uint64_t slot, uint64_t notification)
{
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, slot + 1, 0), STATUS_OK);
	assert_int_equal(CREATE(root, payer, OBJECT_VCPU, slot, slot + 1,
				 CREATE_PAIR(0, notification), next_utcb),
		STATUS_OK);
	next_utcb += PAGE_SIZE;
	return CONTAINER_OF(object_at(slot), struct vcpu, object);
}

void grant(uint64_t domain, uint64_t from, uint64_t to, unsigned rights)
{
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN,
		DELEGATE_RIGHTS(domain, rights), from, to, 1);
}

void expect_message(const struct thread *server, uint64_t id, const uint64_t words[5])
{
	assert_ptr_equal(running(), server);
	assert_int_equal(server->regs.rip, USER_ENTRY + id);
	assert_int_equal(server->regs.rsp, USER_STACK);
	assert_int_equal(server->regs.rdi, id);
	assert_int_equal(server->regs.rsi, words[0]);
	assert_int_equal(server->regs.rdx, words[1]);
	assert_int_equal(server->regs.r10, words[2]);
	assert_int_equal(server->regs.r8, words[3]);
	assert_int_equal(server->regs.r9, words[4]);
}
