// Call sites of a program under test, and which of them fail. A site is the call with the nearest callers above it.
// Each site fails once, so that a driver that repeats its work makes every site fail in turn.
#pragma once

#include <cstdint>
#include <string_view>

namespace faults {

/// What fails in a pass.
enum class Kind : std::uint64_t {
  memory = 1,       // allocations, as if there were no memory
  io = 2,           // EIO of disks, ECONNRESET of sockets
  no_room = 3,      // ENOSPC of what takes room
  quota = 4,        // EDQUOT of the same
  interrupted = 5,  // EINTR of what may wait
  short_count = 6,  // reads and writes end early
  slow = 7,         // syncs take long
  resources = 8,    // EMFILE, ENOMEM, EAGAIN of what makes descriptors, maps, threads and processes
};

/// The first page of the file FAULTS_CONTROL, which the driver writes and every process under test maps; the table of
/// sites follows. All numbers have 8 bytes.
struct Control {
  std::uint64_t armed;    // 0: nothing fails
  std::uint64_t kind;     // a Kind
  std::uint64_t pause;    // nanoseconds from a fault to the next
  std::uint64_t last;     // CLOCK_MONOTONIC of the last fault, in nanoseconds
  std::uint64_t given;    // faults so far
  std::uint64_t calls;    // calls of that kind so far, while armed
  std::uint64_t modulus;  // a sample: only sites whose hash has this remainder. 1: all
  std::uint64_t remainder;
  std::uint64_t depth;        // callers that make a site
  std::uint64_t probability;  // not 0: in place of sites, each call fails with this probability in 2^32
  std::uint64_t seed;
};

constexpr std::size_t table_offset = 4096;
constexpr std::size_t table_size = 65536;  // sites that have failed; 0: a free place

/// True if a call of that kind is to fail now. Writes a line about it to the file FAULTS_LOG: call, process, thread and
/// callers as MODULE+OFFSET. Fast and without an effect while nothing is armed.
bool fails(Kind kind, std::string_view call) noexcept;

}  // namespace faults
