/* SPDX-License-Identifier: MIT */
/*
 * What KVM must offer; see kvm.h. No state.
 *
 * Source: Intel SDM vol. 3D appendix A.3.3 "Secondary Processor-Based VM-Execution
 * Controls" and vol. 3C section 25.6.2 "Processor-Based VM-Execution Controls".
 */
#include "kvm.h"

#include <errno.h>
#include <stddef.h>

#define CTLS2_EPT (1u << 1)
#define CTLS2_VPID (1u << 5)
#define CTLS2_UNRESTRICTED (1u << 7)
#define CTLS2_NEEDED (CTLS2_EPT | CTLS2_VPID | CTLS2_UNRESTRICTED)

const char *kvm_problem(const struct kvm_facts *facts)
{
	if (!facts->cpu)
		return "this CPU shows neither VT-x nor AMD-V";
	if (facts->open_error == EACCES || facts->open_error == EPERM)
		return "/dev/kvm may not be opened; its group is `kvm`";
	if (facts->open_error)
		return "there is no usable /dev/kvm";
	if (!facts->answers)
		return "/dev/kvm does not answer";
	if (!facts->makes_machine)
		return "KVM cannot make a virtual machine";
	if (facts->vmx && facts->has_vmx_controls && (~facts->vmx_controls & CTLS2_NEEDED))
		return "KVM offers VT-x without EPT, VPID or unrestricted guest";
	if (facts->svm && !facts->npt)
		return "KVM offers AMD-V without nested paging";
	return facts->vmx || facts->svm ? NULL : "KVM offers no nested VT-x or AMD-V";
}
