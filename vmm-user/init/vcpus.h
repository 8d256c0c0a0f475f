/* SPDX-License-Identifier: MIT */
/* Starts the threads of a guest's further virtual CPUs. State: none of its own. */
#ifndef INIT_VCPUS_H
#define INIT_VCPUS_H

struct init;

/*
 * Answers the requests (INIT_VCPU) that wait at the servers of all CPUs: creates the
 * thread in the component's domain, on the CPU that the start info names, with a fault
 * portal of that CPU and a context as the plan says. All of it is paid by the component
 * and goes with its domain; init keeps no name of it. Main thread only.
 */
void vcpus_handle(const struct init *init);

#endif
