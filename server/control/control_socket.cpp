#include "server/control/control_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <utility>

#include "crypto/files/trusted_folder.hpp"

namespace tacit::server {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

/// Longest wait for a request, and for the client to read the answer.
constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds pause_after_error{1000};
constexpr std::chrono::milliseconds pause_while_full{100};
constexpr std::size_t most_conversations = 16;
constexpr std::size_t longest_request = 64;
constexpr mode_t owner_alone = 0600;

/// The file's name until the server listens. So a final name that refuses connections belongs to no process.
std::string name_before(const std::string& name) { return "." + name + ".new"; }

/// Compares ids in this process's user namespace. In a private one (PrivateUsers=), root and the server's user keep
/// their ids, and all other users appear as nobody.
bool may_ask(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == ::geteuid();
}

bool is_socket(const Descriptor& directory, const std::string& name) {
  struct stat status {};
  return ::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode);
}

void remove_left_sockets(const Descriptor& directory, const std::filesystem::path& path) {
  const auto found = list_control_sockets(path);
  for (const pid_t process : found.value_or(std::vector<pid_t>())) {
    const std::string name = control_name(process);
    if (connect_to(directory, name).error == ECONNREFUSED) ::unlinkat(directory.get(), name.c_str(), 0);
  }
}

/// Never replaces an existing file. Returns 0 or errno.
int rename_to_free_name(const Descriptor& directory, const std::string& from, const std::string& to) {
  if (::renameat2(directory.get(), from.c_str(), directory.get(), to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  struct stat status {};  // the file system does not support RENAME_NOREPLACE
  if (::fstatat(directory.get(), to.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
  return ::renameat(directory.get(), from.c_str(), directory.get(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

/// Shared with conversations, which may outlive the socket briefly.
struct ControlSocket::Shared {
  Answer answer;
  std::size_t conversations = 0;
  bool over = false;
};

/// One connection. Keeps itself alive while it waits.
class ControlSocket::Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(stream_protocol::socket socket, std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)), socket_(std::move(socket)), deadline_(socket_.get_executor()) {
    ++shared_->conversations;
  }
  ~Conversation() { --shared_->conversations; }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void run() {
    if (!may_ask(socket_.native_handle())) {
      return say(R"({"error":"only root and the server's own user may send requests"})");
    }
    wait_no_longer();
    asio::async_read_until(
        socket_, asio::dynamic_buffer(request_, longest_request), '\n',
        [self = shared_from_this()](error_code error, std::size_t size) { self->read(error, size); });
  }

 private:
  void wait_no_longer() {
    deadline_.expires_after(patience);
    deadline_.async_wait([self = shared_from_this()](error_code error) {
      error_code ignored;
      if (!error) self->socket_.close(ignored);
    });
  }

  void read(error_code error, std::size_t size) {
    deadline_.cancel();
    if (error || shared_->over) return;
    std::string answer;
    try {
      answer = shared_->answer(request_.substr(0, size - 1));
    } catch (const std::exception&) {
      answer = R"({"error":"its state could not be read"})";
    }
    if (answer.empty()) answer = R"({"error":"this server does not know that request"})";
    say(std::move(answer));
  }

  void say(std::string answer) {
    answer_ = std::move(answer) + "\n";
    wait_no_longer();
    asio::async_write(socket_, asio::buffer(answer_),
                      [self = shared_from_this()](error_code, std::size_t) { self->deadline_.cancel(); });
  }

  std::shared_ptr<Shared> shared_;
  stream_protocol::socket socket_;
  asio::steady_timer deadline_;
  std::string request_;
  std::string answer_;
};

ControlSocket::ControlSocket(asio::io_context& context, std::filesystem::path directory, Answer answer)
    : path_(std::move(directory)),
      shared_(std::make_shared<Shared>()),
      name_(control_name(::getpid())),
      acceptor_(context),
      pause_(context) {
  shared_->answer = std::move(answer);
  start();
}

ControlSocket::~ControlSocket() {
  shared_->over = true;
  error_code ignored;
  if (!acceptor_.is_open()) return;
  acceptor_.close(ignored);
  if (is_socket(directory_, name_)) ::unlinkat(directory_.get(), name_.c_str(), 0);
}

void ControlSocket::start() {
  Descriptor socket = listen();
  if (!socket) {
    trouble_ = (path_ / name_).string() + ": " + std::strerror(errno);
    return;
  }
  error_code error;
  acceptor_.assign(stream_protocol(), socket.get(), error);
  if (error) {
    trouble_ = (path_ / name_).string() + ": " + error.message();
    return;
  }
  socket.release();
  accept();
}

/// Returns an empty descriptor, with errno, on failure.
Descriptor ControlSocket::listen() {
  const auto found = crypto::open_folder(path_);
  if (!found) {
    errno = found.error().error;
    return Descriptor();
  }
  directory_ = Descriptor(::openat(found->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_) return Descriptor();
  remove_left_sockets(directory_, path_);
  const std::string before = name_before(name_);
  if (is_socket(directory_, before)) ::unlinkat(directory_.get(), before.c_str(), 0);  // of an earlier process
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // The file gets the socket's mode, less the umask: other users can never connect, and a chmod by name, which
  // could change another user's file, is not needed.
  if (!socket || ::fchmod(socket.get(), owner_alone) != 0) return Descriptor();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory_.path() + "/" + before;
  std::memcpy(address.sun_path, path.data(), path.size());
  const void* const raw = &address;
  if (::bind(socket.get(), static_cast<const sockaddr*>(raw), sizeof address) != 0) return Descriptor();
  const bool good = ::listen(socket.get(), static_cast<int>(most_conversations)) == 0;
  const int error = good ? rename_to_free_name(directory_, before, name_) : errno;
  if (error == 0) return socket;
  ::unlinkat(directory_.get(), before.c_str(), 0);
  errno = error;
  return Descriptor();
}

void ControlSocket::accept() {
  // Further clients wait until a conversation ends, which takes seconds at most.
  if (shared_->conversations >= most_conversations) return accept_after(pause_while_full);
  acceptor_.async_accept([this, shared = shared_](error_code error, stream_protocol::socket socket) {
    if (shared->over || error == asio::error::operation_aborted) return;
    // For example, no descriptor is free: an immediate retry would loop.
    if (error) return accept_after(pause_after_error);
    std::make_shared<Conversation>(std::move(socket), shared)->run();
    accept();
  });
}

void ControlSocket::accept_after(std::chrono::milliseconds time) {
  pause_.expires_after(time);
  pause_.async_wait([this, shared = shared_](error_code) {
    if (!shared->over) accept();
  });
}

}  // namespace tacit::server
