#include "server/client/secret_input.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include "crypto/files/descriptor.hpp"
#include "crypto/text/utf8.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

/// Ctrl-C, which is a character while the terminal hides its input, ends a line as well.
constexpr char interrupt = '\x03';
constexpr std::string_view line_ends = "\n\x03";
/// A terminal silently drops what a line has beyond this (termios(3)).
constexpr std::size_t longest_line = 4094;

/// Reads to the end, or on a terminal to the end of the line.
crypto::WipedBytes read_input(int descriptor, bool line) {
  crypto::WipedBytes text;
  crypto::WipedArray<4096> part;
  for (;;) {
    // A terminal gives at most a line at a time.
    const ssize_t size = crypto::read_some(descriptor, part.span());
    if (size < 0) throw CommandFailed("the value cannot be read: " + std::generic_category().message(errno));
    if (size == 0) return text;
    text.append(part.view().first(static_cast<std::size_t>(size)));
    if (text.size() > largest_value + 2) throw UsageError("the value is longer than a server can take");
    if (line && text.text().find_first_of(line_ends) != std::string_view::npos) return text;
  }
}

void drop_line_break(crypto::WipedBytes& text) {
  if (text.text().ends_with('\n')) text.resize(text.size() - 1);
  if (text.text().ends_with('\r')) text.resize(text.size() - 1);
}

/// While it exists, the terminal does not show what is typed, and signals that would end the process wait.
class HiddenInput {
 public:
  explicit HiddenInput(int terminal) : terminal_(terminal) {
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int signal : {SIGTERM, SIGHUP}) ::sigaddset(&blocked, signal);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &signals_);
    if (::tcgetattr(terminal_, &before_) != 0) throw CommandFailed("the terminal cannot be asked for the value");
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
    hidden.c_lflag |= ICANON;
    hidden.c_cc[VEOL] = interrupt;
    if (::tcsetattr(terminal_, TCSAFLUSH, &hidden) != 0) {
      throw CommandFailed("the terminal cannot hide the value: pass it on standard input");
    }
    hides_ = true;
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;
  ~HiddenInput() {
    if (hides_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    ::pthread_sigmask(SIG_SETMASK, &signals_, nullptr);
  }

 private:
  int terminal_;
  bool hides_ = false;
  termios before_{};
  sigset_t signals_{};
};

crypto::WipedBytes ask(int terminal, const char* question) {
  std::cerr << question << std::flush;
  crypto::WipedBytes text = read_input(terminal, true);
  std::cerr << '\n';
  if (text.text().find(interrupt) != std::string_view::npos) throw CommandFailed("nothing was done: interrupted");
  drop_line_break(text);
  if (text.size() >= longest_line) {
    throw UsageError("the value is longer than a terminal's line can be: pass it on standard input");
  }
  return text;
}

crypto::WipedBytes ask_twice() {
  const HiddenInput hidden(STDIN_FILENO);
  crypto::WipedBytes value = ask(STDIN_FILENO, "Value (not shown): ");
  const crypto::WipedBytes again = ask(STDIN_FILENO, "Once more: ");
  if (!crypto::equal_constant_time(value.view(), again.view())) {
    throw CommandFailed("nothing was done: the two values differ");
  }
  return value;
}

}  // namespace

crypto::WipedBytes read_secret_value() {
  crypto::WipedBytes value;
  if (::isatty(STDIN_FILENO) == 1) {
    value = ask_twice();
  } else {
    value = read_input(STDIN_FILENO, false);
    drop_line_break(value);
  }
  if (value.empty()) throw UsageError("the value is empty: type it at the prompt, or pass it on standard input");
  if (value.size() > largest_value) throw UsageError("the value is longer than a server can take");
  if (!crypto::is_utf8(value.text())) throw UsageError("the value is not UTF-8 text");
  return value;
}

}  // namespace tacit::server
