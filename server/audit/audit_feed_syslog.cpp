#include "server/audit/audit_feed_syslog.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <iostream>
#include <system_error>

#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr int priority = 10 * 8 + 6;  // authpriv, info (RFC 5424 section 6.2.1)
constexpr std::size_t most_bytes = 8192;
constexpr std::chrono::milliseconds first_pause = 250ms;
constexpr std::chrono::milliseconds longest_pause = 5s;

/// `<86>Nov 29 11:28:26 tacit-audit[123]: `. Month names are English, because no locale is ever set.
std::string head() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%b %e %H:%M:%S", &parts);
  return "<" + std::to_string(priority) + ">" + std::string(text.data(), size) + " tacit-audit[" +
         std::to_string(::getpid()) + "]: ";
}

class SyslogOutput final : public AuditFeedOutput {
 public:
  SyslogOutput(std::string name, const sockaddr_un& address, const StopSignals& signals)
      : name_(std::move(name)), address_(address), signals_(signals) {}
  ~SyslogOutput() override { reopen(); }

  bool put(const std::string& line) override {
    std::chrono::milliseconds pause = first_pause;
    while (!StopSignals::stopped()) {
      const std::string beginning = head();
      const int error = send(beginning + shortened_entry(line, limit_ - beginning.size()));
      if (error == 0) {
        tell_that_it_listens();
        return true;
      }
      if (error == EMSGSIZE && limit_ > 1024) {
        limit_ /= 2;
      } else if (error == EAGAIN) {
        signals_.wait(socket_, POLLOUT, pause);  // the receiver's queue is full
      } else if (error != EINTR) {
        tell_that_nobody_listens(error);
        reopen();
        signals_.wait(-1, 0, pause);
        pause = std::min(2 * pause, longest_pause);
      }
    }
    return false;
  }
  void sync() override {}
  void reopen() override {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  /// Returns 0 or errno.
  int send(const std::string& message) {
    if (socket_ < 0) {
      socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      if (socket_ < 0) return errno;
      if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0) return errno;
    }
    return ::send(socket_, message.data(), message.size(), MSG_NOSIGNAL) < 0 ? errno : 0;
  }

  void tell_that_nobody_listens(int error) {
    if (told_) return;
    told_ = true;
    std::cerr << "tacit: --to " << name_ << ": " << std::generic_category().message(error)
              << (error == EPROTOTYPE ? ": it is not a datagram socket" : "")
              << "; retrying until the socket takes entries, no entry is lost" << std::endl;
  }
  void tell_that_it_listens() {
    if (told_) std::cerr << "tacit: --to " << name_ << " takes entries again" << std::endl;
    told_ = false;
  }

  const std::string name_;
  const sockaddr_un address_;
  const StopSignals& signals_;
  int socket_ = -1;
  std::size_t limit_ = most_bytes;
  bool told_ = false;
};

}  // namespace

std::string shortened_entry(const std::string& line, std::size_t most) {
  if (line.size() <= most) return line;
  json::error_code error;
  json::value parsed = json::parse(line, error);
  if (error || !parsed.is_object()) return line.substr(0, most);
  json::object& entry = parsed.get_object();
  entry["shortened"].emplace_array();
  std::string text = line;
  while (text.size() > most) {
    const auto size = [](const json::key_value_pair& member) {
      const bool kept = member.key() == "sequence" || member.key() == "hash" || member.key() == "shortened";
      return kept ? std::size_t{0} : json::serialize(member.value()).size();
    };
    const auto longest = std::ranges::max_element(entry, {}, size);
    if (size(*longest) == 0) break;
    const std::string name(longest->key());
    entry["shortened"].as_array().emplace_back(name);
    entry.erase(name);
    text = json::serialize(entry);
  }
  return text;
}

std::unique_ptr<AuditFeedOutput> open_syslog_output(const std::string& socket, const StopSignals& signals) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.empty() || socket.size() >= sizeof address.sun_path) {
    throw UsageError("--to: " + (socket.empty() ? std::string("syslog: needs a socket's name")
                                                : socket + " is too long for a socket's name"));
  }
  std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
  return std::make_unique<SyslogOutput>("syslog:" + socket, address, signals);
}

}  // namespace tacit::server
