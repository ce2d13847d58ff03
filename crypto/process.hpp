// What a process that holds keys asks of the kernel and of OpenSSL.
#pragma once

#include <cstddef>

namespace tacit::crypto {

/// Keeps this process's memory to itself: no core dumps, no ptrace and no /proc/self/mem for other processes of the
/// same user (PR_SET_DUMPABLE, see prctl(2)), wipe_openssl_memory, and OpenSSL's private numbers in a locked heap with
/// guard pages of its own. Call first in main, before OpenSSL is used and before any thread starts. Throws
/// std::system_error if the kernel refuses, std::logic_error if OpenSSL was used before.
void harden_process();

/// Makes OpenSSL overwrite every block of memory before it gives it back. OpenSSL does so itself for most of what is
/// secret, but 3.0's multiplication on P-256 frees a copy of the private scalar as it is. False if OpenSSL has
/// allocated already, for then it takes no other functions.
bool wipe_openssl_memory() noexcept;

/// Keeps long-lived keys out of the swap (mlock) and out of dumps (MADV_DONTDUMP). A wish: what the limits of the
/// process forbid is left undone, for a host without swap needs neither.
void lock_memory(const void* data, std::size_t size) noexcept;

}  // namespace tacit::crypto
