#include "server/cli/patient_output.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>

#include "server/cli/quantities.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t most_patience = 86400;

bool is_file(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

PatientOutput::PatientOutput(int descriptor, std::chrono::seconds patience)
    : descriptor_(descriptor), patience_(patience), never_blocks_(is_file(descriptor)) {}

bool PatientOutput::write(crypto::ByteView bytes) {
  while (!bytes.empty()) {
    if (!wait()) return false;
    // Other processes share the descriptor, so it stays blocking; a ready pipe takes this much without blocking.
    const std::size_t size = never_blocks_ ? bytes.size() : std::min<std::size_t>(bytes.size(), PIPE_BUF);
    const ssize_t put = ::write(descriptor_, bytes.data(), size);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

bool PatientOutput::wait() {
  const auto until = steady_clock::now() + patience_;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    pollfd poll{descriptor_, POLLOUT, 0};
    const store::WaitsForOthers waits;
    const int ready = ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return false;
    stalled_ = true;
    errno = ETIMEDOUT;
    return false;
  }
}

void PatientOutput::fail_if_stalled() const {
  if (!stalled_) return;
  throw CommandFailed("the reader of the output has read nothing for " + duration_text(patience_) +
                      " (--stall-timeout): aborted, because the store cannot reuse pages while it waits");
}

void add_stall_timeout(boost::program_options::options_description& own) {
  own.add_options()("stall-timeout", boost::program_options::value<std::string>()->value_name("SECONDS"),
                    ("Longest time for which the reader of the output may read nothing: at most one day. Default " +
                     std::to_string(default_stall.count()) + ".")
                        .c_str());
}

std::chrono::seconds stall_timeout(const Arguments& arguments) {
  if (!arguments.contains("stall-timeout")) return default_stall;
  return read_argument(arguments, "stall-timeout",
                       [](std::string_view text) { return read_seconds(text, 1, most_patience); });
}

}  // namespace tacit::server
