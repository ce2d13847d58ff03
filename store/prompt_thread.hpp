// A thread that does little at a time and is waited for.
#pragma once

namespace tacit::store {

/// Asks the kernel to let the calling thread run soon when it wakes up, though others keep all CPUs busy: it is to have
/// slices of 0.1 ms. Linux 6.12 and later have a waking thread go before a running one whose slice is longer, as long
/// as it has not had more than its share of the CPU; else it waits for the end of that one's slice, which is 1 to 4 ms
/// at each wake-up (sched_setattr(2), sched_runtime; Documentation/scheduler/sched-eevdf.rst). The thread's share, its
/// policy and its niceness stay as they are, and no privilege is needed. Older kernels take no notice. Where the call
/// is not allowed, or the policy is none of those that share the CPU, nothing changes.
void ask_for_short_slices();

}  // namespace tacit::store
