#include "server/apart.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>

#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/store_user.hpp"
#include "store/whole_file.hpp"

namespace tacit::server {
namespace {

using Clock = std::chrono::steady_clock;

/// How an answer begins.
enum Tag : char { answered = 'a', usage_error = 'u', command_failed = 'f' };

constexpr std::size_t longest_answer = std::size_t{1} << 20;

pid_t parent_of_part = 0;  // in a child that runs a part

std::string answer_of(const Part& part) {
  try {
    std::string text = part();
    if (!std::cout.flush()) throw CommandFailed("the output could not be written");
    return static_cast<char>(answered) + text;
  } catch (const UsageError& error) {
    return static_cast<char>(usage_error) + std::string(error.what());
  } catch (const std::exception& error) {
    return static_cast<char>(command_failed) + std::string(error.what());
  }
}

[[noreturn]] void be_part(const Part& part, int answer, pid_t parent) {
  parent_of_part = parent;
  end_with_parent();
  const std::string text = answer_of(part);
  std::cout.flush();
  std::cerr.flush();
  // Nothing of the parent's is to be undone here.
  ::_exit(store::write_all(answer, crypto::as_bytes(text)) ? exit_ok : exit_failed);
}

/// Ends this process as that signal ended the child, if it is one by which others end programs.
void share_end(int signal) {
  constexpr std::array shared{SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM};
  if (std::find(shared.begin(), shared.end(), signal) == shared.end()) return;
  static_cast<void>(::signal(signal, SIG_DFL));
  static_cast<void>(::raise(signal));
}

std::string value_of(const std::string& text, int status) {
  if (WIFSIGNALED(status)) {
    share_end(WTERMSIG(status));
    throw CommandFailed(std::string("the part of it that had the store open was killed: ") +
                        ::strsignal(WTERMSIG(status)));
  }
  if (text.empty() || text.size() > longest_answer) throw CommandFailed("");
  if (text.front() == usage_error) throw UsageError(text.substr(1));
  if (text.front() == command_failed) throw CommandFailed(text.substr(1));
  return text.substr(1);
}

}  // namespace

Apart::Apart(const Part& part) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw CommandFailed(std::string("no pipe can be made: ") + std::strerror(errno));
  answer_ = crypto::Descriptor(ends[0]);
  const crypto::Descriptor other(ends[1]);
  // What is in their buffers would be printed twice.
  std::cout.flush();
  std::cerr.flush();
  const pid_t self = ::getpid();
  child_ = ::fork();
  if (child_ < 0) throw CommandFailed(std::string("no process can be made: ") + std::strerror(errno));
  if (child_ == 0) be_part(part, other.get(), self);
}

Apart::~Apart() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, WNOHANG);
}

/// To the end of what it answers. False if that did not come in time.
bool Apart::read_until(std::optional<Clock::time_point> deadline) {
  std::array<char, 4096> part{};
  while (true) {
    const auto left = deadline ? std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count() : -1;
    if (deadline && left <= 0) return false;
    pollfd one{answer_.get(), POLLIN, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t got = ::read(answer_.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    if (text_.size() <= longest_answer) text_.append(part.data(), static_cast<std::size_t>(got));
  }
}

std::optional<std::string> Apart::wait(std::optional<std::chrono::milliseconds> most) {
  const auto deadline = most ? std::optional(Clock::now() + *most) : std::nullopt;
  if (!read_until(deadline)) return std::nullopt;
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return value_of(text_, status);
}

void Apart::signal(int number) const {
  if (child_ > 0) ::kill(child_, number);
}

std::string run_apart(const std::filesystem::path& store, const Part& part) {
  if (!gives_up_root_for(store)) return part();
  return Apart(part).wait().value_or(std::string());
}

void end_with_parent() {
  if (parent_of_part == 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent_of_part) ::_exit(exit_failed);  // it ended before that
}

}  // namespace tacit::server
