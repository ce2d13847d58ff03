// Which of this process's threads runs first when all CPUs are busy. Linux 6.12 and later keep a slice length for each
// thread (sched_setattr(2), sched_runtime; Documentation/scheduler/sched-eevdf.rst): a waking thread preempts a running
// one with a longer slice, unless it has used more than its share of the CPU; otherwise it waits for the end of that
// slice, 1 to 4 ms at each wake-up. A thread's share does not depend on the length. No privilege is needed. Older
// kernels ignore the length; where a call is not allowed, or the thread's policy does not share the CPU, nothing
// changes. All functions affect the calling thread.
#pragma once

namespace tacit::store {

/// For a thread with much work that can wait: slices of 30 ms, so that any other waking thread runs first, including
/// the thread that commits and the kernel's threads on which it waits.
void ask_to_give_way();

/// Undoes ask_to_give_way.
void ask_for_usual_slices();

/// For the thread that commits, before each batch: slices of 0.1 ms while other threads give way. Not at other times:
/// it would preempt the threads that fill its queue, and commit each change by itself.
void run_promptly_beside_lists();

}  // namespace tacit::store
