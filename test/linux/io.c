/* SPDX-License-Identifier: MIT */
/*
 * Measures input and output from inside a Linux, bare or as a guest, in instructions of
 * the whole machine: per 4 KiB of a disk, and per frame of a net. For tools/bench_io.sh.
 *
 *   io disk NAME FILE               reads and writes, one block at a time and 16
 *   io receive                      takes what one sender sends
 *   io send NAME ADDRESS CARD       sends to it over TCP, through CARD
 *   io send-spin NAME ADDRESS CARD  the same where the machine may be idle meanwhile
 *
 * Only where the TSC counts instructions (QEMU, -icount shift=0), for time in which the
 * machine is idle passes too. So it never is: who waits counts the instructions by which
 * it waits, and they are taken off again.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK 4096u
#define DEPTH 16u
#define STRIDE 7u   /* blocks: neighbours would be joined to one request */
#define BLOCKS 128u /* of a sample */
#define PORT 9000u
#define CHUNK (1u << 19) /* bytes of a sample */
#define SAMPLES 5u

/* Instructions that only waited. */
static volatile uint64_t waited;

static void need(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

/* Instructions until now that did something. */
static uint64_t busy(void)
{
	uint64_t idle = waited;

	return __builtin_ia32_rdtsc() - idle;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void row(const char *name, const char *what, uint64_t sample[SAMPLES])
{
	qsort(sample, SAMPLES, sizeof(sample[0]), ascending);
	printf("bench-io: %s_%s,%llu,%llu\n", name, what, (unsigned long long)sample[0],
		(unsigned long long)sample[SAMPLES / 2]);
}

/* --- disks --- */

/* What an aio_context_t points to: the kernel's fs/aio.c, struct aio_ring. */
struct ring {
	uint32_t id, count, head, tail;
};

struct job {
	int file;
	uint16_t op; /* IOCB_CMD_* */
	unsigned depth;
	unsigned blocks, next;
	aio_context_t aio;
	uint8_t *data;
};

/* Until the answers' ring is filled up to `tail`: three instructions, each time. */
static void wait_for(const struct ring *ring, uint32_t tail)
{
	uint64_t rounds = 0;

	__asm__ volatile("1: incq %0\n\tcmpl %1, %2\n\tjne 1b"
			 : "+r"(rounds)
			 : "r"(tail), "m"(ring->tail)
			 : "cc", "memory");
	waited += 3 * rounds;
}

static void blocks_do(struct job *j)
{
	const struct ring *ring = (const struct ring *)j->aio;
	struct iocb block[DEPTH], *list[DEPTH];
	struct io_event event[DEPTH];
	long depth = (long)j->depth;

	for (unsigned i = 0; i < j->depth; i++) {
		j->next = (j->next + STRIDE) % j->blocks;
		list[i] = &block[i];
		block[i] = (struct iocb){.aio_lio_opcode = j->op,
			.aio_fildes = (uint32_t)j->file,
			.aio_buf = (uint64_t)(uintptr_t)(j->data + i * BLOCK),
			.aio_nbytes = BLOCK,
			.aio_offset = (int64_t)j->next * BLOCK};
	}
	need(syscall(SYS_io_submit, j->aio, depth, list) == depth, "io_submit");
	wait_for(ring, (ring->head + j->depth) % ring->count);
	need(syscall(SYS_io_getevents, j->aio, depth, depth, event, NULL) == depth, "io_getevents");
	for (unsigned i = 0; i < j->depth; i++)
		need(event[i].res == BLOCK, "a block");
}

static void disk_row(struct job *j, const char *name, const char *what, uint16_t op, unsigned depth)
{
	uint64_t sample[SAMPLES];

	j->op = op;
	j->depth = depth;
	for (unsigned i = 0; i < BLOCKS / depth; i++)
		blocks_do(j);
	for (unsigned i = 0; i < SAMPLES; i++) {
		uint64_t start = busy();

		for (unsigned done = 0; done < BLOCKS; done += depth)
			blocks_do(j);
		sample[i] = (busy() - start) / BLOCKS;
	}
	row(name, what, sample);
}

static void disk(const char *name, const char *file)
{
	struct job j = {.file = open(file, O_RDWR | O_DIRECT)};

	need(j.file >= 0, file);
	j.blocks = (unsigned)(lseek(j.file, 0, SEEK_END) / BLOCK);
	j.data = aligned_alloc(BLOCK, (size_t)BLOCK * DEPTH);
	need(j.data != NULL && syscall(SYS_io_setup, (long)DEPTH, &j.aio) == 0, "io_setup");
	memset(j.data, 0x5a, (size_t)BLOCK * DEPTH);
	disk_row(&j, name, "read", IOCB_CMD_PREAD, 1);
	disk_row(&j, name, "read_16", IOCB_CMD_PREAD, DEPTH);
	disk_row(&j, name, "write", IOCB_CMD_PWRITE, 1);
	disk_row(&j, name, "write_16", IOCB_CMD_PWRITE, DEPTH);
}

/* --- nets --- */

static uint64_t frames_sent(const char *card)
{
	char path[64];
	unsigned long long count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/statistics/tx_packets", card);
	file = fopen(path, "r");
	need(file != NULL && fscanf(file, "%llu", &count) == 1, path);
	fclose(file);
	return count;
}

/* Answers each chunk with a byte. */
static void receive(void)
{
	const struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int listener = socket(AF_INET, SOCK_STREAM, 0), from, on = 1;
	static char data[65536];
	size_t left = CHUNK;

	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	need(bind(listener, (const struct sockaddr *)&own, sizeof(own)) == 0, "bind");
	need(listen(listener, 1) == 0, "listen");
	from = accept(listener, NULL, NULL);
	need(from >= 0, "accept");
	for (;;) {
		ssize_t got = read(from, data, left < sizeof(data) ? left : sizeof(data));

		if (got <= 0)
			return;
		left -= (size_t)got;
		if (left != 0)
			continue;
		need(write(from, data, 1) == 1, "an answer");
		left = CHUNK;
	}
}

static void chunk_send(int to)
{
	static char data[65536];
	char answer;

	for (size_t left = CHUNK; left != 0;) {
		ssize_t got = write(to, data, left < sizeof(data) ? left : sizeof(data));

		need(got > 0, "sending");
		left -= (size_t)got;
	}
	need(read(to, &answer, 1) == 1, "an answer");
}

/* What comes back, a frame for many, is part of the cost of those that go. */
static void send_chunks(const char *name, const char *address, const char *card)
{
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int to = socket(AF_INET, SOCK_STREAM, 0);
	uint64_t sample[SAMPLES];

	need(inet_pton(AF_INET, address, &peer.sin_addr) == 1, address);
	while (connect(to, (const struct sockaddr *)&peer, sizeof(peer)) != 0)
		usleep(100000);
	for (unsigned i = 0; i < 2; i++)
		chunk_send(to);
	for (unsigned i = 0; i < SAMPLES; i++) {
		uint64_t frames = frames_sent(card), start = busy();

		chunk_send(to);
		start = busy() - start;
		sample[i] = start / (frames_sent(card) - frames);
	}
	row(name, "frame", sample);
}

/* When nothing else runs: two instructions, each time. */
static void *spin(void *unused)
{
	(void)unused;
	__asm__ volatile("1: addq $2, %0\n\tjmp 1b" : "+m"(waited));
	return NULL;
}

static void spin_start(void)
{
	const struct sched_param none = {0};
	pthread_t thread;

	need(pthread_create(&thread, NULL, spin, NULL) == 0, "a thread");
	need(pthread_setschedparam(thread, SCHED_IDLE, &none) == 0, "SCHED_IDLE");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	/* Nothing is printed while something is measured. */
	setvbuf(stdout, NULL, _IOFBF, BLOCK);
	if (argc == 4 && strcmp(what, "disk") == 0) {
		disk(argv[2], argv[3]);
	} else if (argc == 2 && strcmp(what, "receive") == 0) {
		receive();
	} else if (argc == 5 && strcmp(what, "send") == 0) {
		send_chunks(argv[2], argv[3], argv[4]);
	} else if (argc == 5 && strcmp(what, "send-spin") == 0) {
		spin_start();
		send_chunks(argv[2], argv[3], argv[4]);
	} else {
		fprintf(stderr, "io: disk, receive, send or send-spin\n");
		return 1;
	}
	return 0;
}
