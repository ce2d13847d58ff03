#include "server/process/apart.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <thread>
#include <utility>

#include "crypto/files/descriptor.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"

namespace tacit::server {
namespace {

using Clock = std::chrono::steady_clock;

/// The first byte of an answer.
enum Tag : char { answered = 'a', usage_error = 'u', command_failed = 'f' };

constexpr std::size_t longest_answer = std::size_t{1} << 20;

pid_t parent_of_part = 0;  // set only in a child that runs a part

std::string answer_of(const Part& part) {
  try {
    std::string text = part();
    const store::WaitsForOthers reader;
    if (!std::cout.flush()) throw CommandFailed("the output could not be written");
    return static_cast<char>(answered) + text;
  } catch (const UsageError& error) {
    return static_cast<char>(usage_error) + std::string(error.what());
  } catch (const std::exception& error) {
    return static_cast<char>(command_failed) + std::string(error.what());
  }
}

[[noreturn]] void be_part(const Part& part, int answer, pid_t parent, store::Whereabouts& whereabouts) {
  parent_of_part = parent;
  store::keep_whereabouts_in(whereabouts);
  end_with_parent();
  const std::string text = answer_of(part);
  const store::WaitsForOthers reader;
  std::cout.flush();
  std::cerr.flush();
  // _exit: the parent's destructors and exit handlers must not run here.
  ::_exit(crypto::write_all(answer, crypto::as_bytes(text)) ? exit_ok : exit_failed);
}

/// Ends this process by the signal that ended the child, if users commonly end programs with that signal.
void share_end(int signal) {
  constexpr std::array shared{SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM};
  if (std::find(shared.begin(), shared.end(), signal) == shared.end()) return;
  static_cast<void>(::signal(signal, SIG_DFL));
  static_cast<void>(::raise(signal));
}

store::Whereabouts* share_memory() {
  void* const memory =
      ::mmap(nullptr, sizeof(store::Whereabouts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw CommandFailed(std::string("cannot share memory: ") + std::strerror(errno));
  return new (memory) store::Whereabouts;
}

constexpr std::chrono::milliseconds tick{200};
/// Longest wait for the child's end: a killed process ends at once unless it waits for a disk.
constexpr std::chrono::seconds most_for_end{2};

}  // namespace

/// Measures the time without progress in ticks of this process, which do not advance while this process is stopped or
/// the machine sleeps.
class Apart::StallClock {
 public:
  StallClock(const store::Whereabouts& watched, std::chrono::milliseconds most)
      : watched_(watched), most_(most), steps_(watched.steps.load(std::memory_order_relaxed)) {}

  std::chrono::milliseconds next() const { return std::min(tick, most_); }
  /// Adds the time. Returns whether the child has stalled.
  bool after(std::chrono::milliseconds passed) {
    const std::uint64_t steps = watched_.steps.load(std::memory_order_relaxed);
    const bool waits =
        watched_.work.load(std::memory_order_relaxed) == static_cast<std::uint32_t>(store::FileWork::waiting);
    stalled_ = waits || std::exchange(steps_, steps) != steps ? std::chrono::milliseconds::zero() : stalled_ + passed;
    return stalled_ >= most_;
  }

 private:
  const store::Whereabouts& watched_;
  const std::chrono::milliseconds most_;
  std::uint64_t steps_;
  std::chrono::milliseconds stalled_{};
};

Apart::Apart(const Part& part, std::filesystem::path works_on) : works_on_(std::move(works_on)) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw CommandFailed(std::string("cannot create a pipe: ") + std::strerror(errno));
  answer_ = crypto::Descriptor(ends[0]);
  const crypto::Descriptor other(ends[1]);
  whereabouts_ = share_memory();
  // The child would print buffered output again.
  std::cout.flush();
  std::cerr.flush();
  // Ignored, as the process that started this one may have left it, it would take the child's exit status away.
  static_cast<void>(::signal(SIGCHLD, SIG_DFL));
  const pid_t self = ::getpid();
  child_ = ::fork();
  if (child_ == 0) be_part(part, other.get(), self, *whereabouts_);
  if (child_ > 0) return;
  const int error = errno;
  ::munmap(whereabouts_, sizeof *whereabouts_);
  throw CommandFailed(std::string("cannot create a process: ") + std::strerror(error));
}

Apart::~Apart() {
  ::munmap(whereabouts_, sizeof *whereabouts_);
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, WNOHANG);
}

/// Reads to the end of the answer.
Apart::Read Apart::read_until(std::optional<Clock::time_point> deadline, StallClock* stall) {
  std::array<char, 4096> part{};
  while (true) {
    auto left = stall != nullptr ? stall->next() : std::chrono::milliseconds(60'000);
    if (deadline) left = std::min(left, std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()));
    if (left.count() <= 0) return Read::late;
    pollfd one{answer_.get(), POLLIN, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left.count()));
    if (ready == 0 && stall != nullptr && stall->after(left)) return Read::stalled;
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t got = ::read(answer_.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Read::all;
    if (text_.size() <= longest_answer) text_.append(part.data(), static_cast<std::size_t>(got));
  }
}

/// The child's exit status; std::nullopt if it does not end in time.
std::optional<int> Apart::reap(std::chrono::milliseconds most) {
  constexpr std::chrono::milliseconds pause{5};
  const auto deadline = Clock::now() + most;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child_, &status, WNOHANG);
    if (ended == child_ || (ended < 0 && errno != EINTR)) {
      child_ = -1;
      return status;
    }
    if (Clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(pause);
  }
}

/// Waits for the child's end, which follows its answer.
std::string Apart::take_answer() {
  if (const auto status = reap(most_for_end)) return value_of(*status);
  ::kill(child_, SIGKILL);
  if (!reap(most_for_end)) throw CommandFailed(how_far() + " and does not end: the disk does not answer");
  return value_of(0);
}

std::optional<std::string> Apart::wait(std::optional<std::chrono::milliseconds> most) {
  const auto deadline = most ? std::optional(Clock::now() + *most) : std::nullopt;
  if (read_until(deadline, nullptr) != Read::all) return std::nullopt;
  return take_answer();
}

std::string Apart::wait_while_it_goes_on(std::chrono::milliseconds stall) {
  StallClock clock(*whereabouts_, stall);
  if (read_until(std::nullopt, &clock) != Read::all) give_up(stall);
  return take_answer();
}

void Apart::count_wait(std::chrono::milliseconds waited, std::chrono::milliseconds stall) {
  if (!counted_) counted_ = std::make_unique<StallClock>(*whereabouts_, stall);
  if (counted_->after(waited)) give_up(stall);
}

void Apart::give_up(std::chrono::milliseconds stall) {
  const std::string where = how_far();
  ::kill(child_, SIGKILL);
  const bool ended = reap(most_for_end).has_value();
  std::string text = where + " and made no progress for " +
                     std::to_string(std::chrono::ceil<std::chrono::seconds>(stall).count()) + " s: ";
  text += ended ? "it was killed; either the disk does not answer, or this is a fault of Tacit"
                : "the disk does not answer, so it cannot be killed";
  throw CommandFailed(text);
}

std::string Apart::how_far() const {
  const std::string file = works_on_.empty() ? std::string() : works_on_.string() + ": ";
  return file + "the process that has the store open was " + store::words_of(*whereabouts_);
}

std::string Apart::value_of(int status) const {
  if (WIFSIGNALED(status)) {
    share_end(WTERMSIG(status));
    throw CommandFailed(how_far() + " when it was killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
                        ::strsignal(WTERMSIG(status)) + ")");
  }
  if (text_.size() > longest_answer) throw CommandFailed(how_far() + " and gave an answer that is too long");
  if (text_.empty() && WEXITSTATUS(status) == 0) throw CommandFailed(how_far() + " when it ended without an answer");
  if (text_.empty()) throw CommandFailed("");  // it has said why
  if (text_.front() == usage_error) throw UsageError(text_.substr(1));
  if (text_.front() == command_failed) throw CommandFailed(text_.substr(1));
  return text_.substr(1);
}

void Apart::signal(int number) const {
  if (child_ > 0) ::kill(child_, number);
}

std::filesystem::path data_of(const std::filesystem::path& store) {
  return is_in_etcd(store) ? store : store / "data.mdb";
}

std::string run_apart(const std::filesystem::path& store, const Part& part, std::chrono::milliseconds stall) {
  return Apart(part, data_of(store)).wait_while_it_goes_on(stall);
}

void end_with_parent() {
  if (parent_of_part == 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent_of_part) ::_exit(exit_failed);  // the parent ended before the prctl
}

}  // namespace tacit::server
