// Which builds have a store open, told by locks of single bytes of lock.mdb.
//
// LMDB (mdb_reader_pid of its mdb.c) locks the byte at the offset that is the process's id before the process reads for
// the first time, and keeps it locked until the environment is closed. A process of this build has locked another byte
// before that: the one at `mark_base` plus its id. So a process that has the first lock without the second one is of a
// build that knows store format 1 alone. The kernel gives up locks with the process that has them, and a child does not
// inherit them. Both vanish when the process closes any descriptor of lock.mdb (fcntl(2)): nobody may open it while the
// environment is open, except with O_PATH.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "crypto/descriptor.hpp"

namespace tacit::store {

/// Of processes of older builds that have the store open. Who may lock bytes of lock.mdb can feign them.
enum class OlderProcesses : std::uint8_t {
  none,
  some,
  unknown,  ///< there are too many locks, or they cannot be looked at
};

/// Beyond every process id (PID_MAX_LIMIT of Linux is 2^22).
inline constexpr off_t mark_base = off_t{1} << 40;

/// The mark of this process. To be destroyed after the environment is closed.
class ProcessMark {
 public:
  /// `lock_file` is the lock.mdb that LMDB has opened, and has read nothing through yet. A mark that cannot be set is
  /// none: other processes take this one for an older one then, so that the format rises later.
  explicit ProcessMark(const std::string& lock_file);

  /// Looks at up to 256 processes for up to 2 ms. Only other processes than this one count.
  OlderProcesses older() const;

 private:
  crypto::Descriptor file_;
};

}  // namespace tacit::store
