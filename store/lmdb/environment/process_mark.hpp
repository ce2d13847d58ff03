// Detects which builds have a store open, by locks on single bytes of lock.mdb.
//
// LMDB (mdb_reader_pid of its mdb.c) locks the byte at the offset of the process id before the process first reads, and
// keeps it locked until the environment is closed. A process of this build first locks other bytes: those at
// `mark_base`, `third_mark_base` and `fifth_mark_base` plus its id. A process with LMDB's lock but not the first of
// these runs a build that knows only store format 1; without the second, it knows only the formats 1 and 2; without the
// third, only those up to 4. The kernel releases the locks
// when the process ends, and a child does not inherit them. All are lost when the process closes any descriptor of
// lock.mdb (fcntl(2)): do not open it while the environment is open, except with O_PATH.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "crypto/files/descriptor.hpp"

namespace tacit::store {

/// The presence of processes of older builds. A process that may lock bytes of lock.mdb can fake it.
enum class OlderProcesses : std::uint8_t {
  none,
  some,
  unknown,  ///< there are too many locks, or they cannot be read
};

/// Beyond every process id (PID_MAX_LIMIT of Linux is 2^22).
inline constexpr off_t mark_base = off_t{1} << 40;

/// The mark of builds that know store format 3.
inline constexpr off_t third_mark_base = off_t{1} << 41;
/// The mark of builds that know the store formats 5 and 6.
inline constexpr off_t fifth_mark_base = off_t{1} << 42;
/// This process's marks. Destroy it after the environment is closed.
class ProcessMark {
 public:
  /// `lock_file` is the lock.mdb that LMDB has opened but not yet read through. If a mark cannot be set, other
  /// processes take this one for an older build, so the format rises later.
  explicit ProcessMark(const std::string& lock_file);

  /// Whether a process lacks the mark at that base. Examines up to 256 processes for up to 2 ms. Other processes only.
  OlderProcesses older(off_t base) const;

 private:
  crypto::Descriptor file_;
};

}  // namespace tacit::store
