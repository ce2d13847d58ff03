#include "server/process/command_apart.hpp"

#include <signal.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <string>

#include "server/config/errors.hpp"
#include "server/process/apart.hpp"

namespace tacit::server {
namespace {

constexpr std::array passed_on{SIGINT, SIGTERM};

std::atomic<const Apart*> running{nullptr};  // read by the signal handler

void pass_on(int number) {
  const int before = errno;
  if (const Apart* const child = running.load()) child->signal(number);
  errno = before;
}

/// While it exists, passes signals to the child. Signals that this process ignores stay ignored.
class SignalsToChild {
 public:
  explicit SignalsToChild(const Apart& child) {
    running = &child;
    struct sigaction action {};
    action.sa_handler = pass_on;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int number : passed_on) {
      struct sigaction before {};
      ::sigaction(number, nullptr, &before);
      if (before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);
    }
  }
  ~SignalsToChild() { running = nullptr; }
  SignalsToChild(const SignalsToChild&) = delete;
  SignalsToChild& operator=(const SignalsToChild&) = delete;
};

}  // namespace

int run_command_apart(const std::filesystem::path& store, const std::function<int()>& command,
                      std::chrono::milliseconds stall) {
  Apart child([&command] { return std::to_string(command()); }, data_of(store));
  const SignalsToChild signals(child);
  const std::string answer = child.wait_while_it_goes_on(stall);
  int code = exit_failed;
  std::from_chars(answer.data(), answer.data() + answer.size(), code);
  return code;
}

}  // namespace tacit::server
