// Which of this process's threads goes first when they and others keep all CPUs busy. Linux 6.12 and later keep a
// length of slices for each thread (sched_setattr(2), sched_runtime; Documentation/scheduler/sched-eevdf.rst): a waking
// thread goes before a running one whose slice is longer, unless it has had more than its share of the CPU; else it
// waits for the end of that slice, 1 to 4 ms at each wake-up. A thread's share does not depend on the length. No
// privilege is needed. Older kernels take no notice; where a call is not allowed, or the thread's policy is not one of
// those that share the CPU, nothing changes. All functions concern the calling thread.
#pragma once

namespace tacit::store {

/// For a thread that does little at a time and is waited for: slices of 0.1 ms, and a niceness that is 5 lower where
/// RLIMIT_NICE or CAP_SYS_NICE allows it: a larger share, so that it has seldom had more than that.
void ask_to_run_promptly();

/// For a thread that has much to do which can wait: slices of 30 ms, so that any other thread that wakes up goes first,
/// the kernel's own included, for which a commit waits.
void ask_to_give_way();

/// Undoes ask_to_give_way.
void ask_for_usual_slices();

}  // namespace tacit::store
