// Which of this process's threads runs first when all CPUs are busy. Linux 6.12 and later keep a slice length for each
// thread (sched_setattr(2), sched_runtime; Documentation/scheduler/sched-eevdf.rst): a waking thread preempts a running
// one with a longer slice, unless it has used more than its share of the CPU; otherwise it waits for the end of that
// slice, 1 to 4 ms at each wake-up. A thread's share does not depend on the length. No privilege is needed. Older
// kernels ignore the length; where a call is not allowed, or the thread's policy does not share the CPU, nothing
// changes. All functions affect the calling thread.
#pragma once

namespace tacit::store {

/// For a thread with short work that others wait for: slices of 0.1 ms, and a niceness lower by 5 where RLIMIT_NICE or
/// CAP_SYS_NICE allows it. The lower niceness gives a larger share, which the thread rarely exceeds.
void ask_to_run_promptly();

/// For a thread with much work that can wait: slices of 30 ms, so that any other waking thread runs first, including
/// the kernel threads on which a commit waits.
void ask_to_give_way();

/// Undoes ask_to_give_way.
void ask_for_usual_slices();

}  // namespace tacit::store
