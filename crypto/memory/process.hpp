// Protection of a process with keys, by the kernel and by OpenSSL.
#pragma once

#include <cstddef>

namespace tacit::crypto {

/// Protects this process's memory: no core dumps, no ptrace and no /proc/self/mem for other processes of the same user
/// (PR_SET_DUMPABLE, see prctl(2)), wipe_openssl_memory, and a locked heap with guard pages for OpenSSL's private
/// numbers. Call first in main, before OpenSSL is used and before any thread starts. Throws std::system_error if the
/// kernel refuses, std::logic_error if OpenSSL was used before.
void harden_process();

/// Makes OpenSSL overwrite every block of memory before it frees it. OpenSSL does so itself for most secrets, but 3.0's
/// multiplication on P-256 frees a copy of the private scalar without that. False if OpenSSL has already allocated
/// memory, because it then accepts no other functions.
bool wipe_openssl_memory() noexcept;

/// Keeps long-lived keys out of the swap (mlock) and out of dumps (MADV_DONTDUMP). Best effort: if the process's limits
/// forbid it, nothing happens, because a host without swap needs neither.
void lock_memory(const void* data, std::size_t size) noexcept;

}  // namespace tacit::crypto
