#include "server/audit/audit_feed_files.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <utility>

#include "server/audit/audit_point.hpp"
#include "server/config/errors.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {
namespace {

using crypto::Descriptor;

class LocalFiles final : public AuditFeedFiles {
 public:
  LocalFiles(std::string to, AuditFeedState* state, const StopSignals& signals)
      : to_(std::move(to)), state_(state), signals_(signals) {}

  void open() override { output_ = open_audit_feed_output(to_, signals_); }
  bool put(const std::string& line) override { return output_->put(line); }
  void save(const store::AuditMark& mark) override {
    output_->sync();
    if (state_ != nullptr) state_->save(mark);
  }
  void reopen() override {
    if (output_) output_->reopen();
  }

 private:
  const std::string to_;
  AuditFeedState* const state_;
  const StopSignals& signals_;
  std::unique_ptr<AuditFeedOutput> output_;
};

// A message is an 8-byte length in host byte order, followed by that many bytes: a letter and a text.
enum Request : char { open_output = 'o', put_line = 'p', save_mark = 's' };
enum Reply : char { done = 'd', told_to_stop = 't', usage_error = 'u', command_failed = 'f' };

constexpr std::size_t longest_message = std::size_t{16} << 20;

bool send_message(const Descriptor& socket, char kind, std::string_view text) {
  const std::uint64_t size = text.size() + 1;
  std::string message(sizeof size, '\0');
  std::memcpy(message.data(), &size, sizeof size);
  message.append(1, kind).append(text);
  return crypto::write_all(socket.get(), crypto::as_bytes(message));
}

bool receive(const Descriptor& socket, char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(socket.get(), into, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// Empty at the end of the connection.
std::string receive_message(const Descriptor& socket) {
  std::uint64_t size = 0;
  std::array<char, sizeof size> head{};
  if (!receive(socket, head.data(), head.size())) return {};
  std::memcpy(&size, head.data(), sizeof size);
  if (size == 0 || size > longest_message) return {};
  std::string message(size, '\0');
  return receive(socket, message.data(), message.size()) ? message : std::string();
}

class RemoteFiles final : public AuditFeedFiles {
 public:
  explicit RemoteFiles(const Descriptor& socket) : socket_(socket) {}

  void open() override { ask(open_output, {}); }
  bool put(const std::string& line) override { return ask(put_line, line); }
  void save(const store::AuditMark& mark) override { ask(save_mark, to_string(mark)); }
  void reopen() override {}  // the other process also receives the signal

 private:
  bool ask(Request request, std::string_view text) {
    std::string reply;
    const store::WaitsForOthers writer;
    if (send_message(socket_, request, text)) reply = receive_message(socket_);
    if (reply.empty()) throw CommandFailed("");  // the process has ended and printed the reason
    if (reply.front() == usage_error) throw UsageError(reply.substr(1));
    if (reply.front() == command_failed) throw CommandFailed(reply.substr(1));
    return reply.front() == done;
  }

  const Descriptor& socket_;
};

Reply handle(AuditFeedFiles& files, const std::string& request) {
  const std::string text = request.substr(1);
  if (request.front() == put_line) return files.put(text) ? done : told_to_stop;
  if (request.front() == open_output) {
    files.open();
  } else if (request.front() == save_mark) {
    const store::AuditAnchor anchor = read_audit_anchor(text);
    if (anchor.sequence) files.save(mark_of(anchor));
  }
  return done;
}

/// Whether the other process, which was told to stop, sends a message or ends in time.
bool comes_soon(const Descriptor& socket) {
  constexpr int most = 20'000;  // ms
  pollfd one{socket.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&one, 1, most);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

bool answer(const Descriptor& socket, AuditFeedFiles& files, const std::string& request) {
  try {
    return send_message(socket, handle(files, request), {});
  } catch (const UsageError& error) {
    return send_message(socket, usage_error, error.what());
  } catch (const std::exception& error) {
    return send_message(socket, command_failed, error.what());
  }
}

}  // namespace

std::unique_ptr<AuditFeedFiles> make_audit_feed_files(const std::string& to, AuditFeedState* state,
                                                      const StopSignals& signals) {
  return std::make_unique<LocalFiles>(to, state, signals);
}

AuditFeedSocket::AuditFeedSocket() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw CommandFailed(std::string("cannot create a socket: ") + std::strerror(errno));
  }
  asking = Descriptor(ends[0]);
  answering = Descriptor(ends[1]);
}

std::unique_ptr<AuditFeedFiles> make_remote_audit_feed_files(const Descriptor& asking) {
  return std::make_unique<RemoteFiles>(asking);
}

void serve_audit_feed_files(const Descriptor& answering, AuditFeedFiles& files, const StopSignals& signals,
                            const FeedReaderControl& reader) {
  constexpr std::chrono::seconds tick{1};
  bool told = false;
  while (true) {
    const bool ready = signals.wait(answering.get(), POLLIN, tick);
    if (StopSignals::take_hangup()) files.reopen();
    if (StopSignals::stopped() && !std::exchange(told, true)) reader.stop();
    if (!ready && !told) reader.waited(tick);
    if (!ready && !told) continue;
    if (!ready && !comes_soon(answering)) return;  // a disk that does not respond may block it
    const std::string request = receive_message(answering);
    if (request.empty() || !answer(answering, files, request)) return;
  }
}

}  // namespace tacit::server
