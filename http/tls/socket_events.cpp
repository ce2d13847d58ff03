#include "http/tls/socket_events.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <system_error>
#include <utility>

namespace tacit::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::uint32_t is_broken = EPOLLHUP | EPOLLERR;
constexpr std::uint32_t peer_ended = EPOLLRDHUP | is_broken;

int make_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::system_category(), "epoll_create1");
  return set;
}

bool would_block(ssize_t got) { return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK); }

}  // namespace

bool SocketEvents::Socket::enter(int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  if (::epoll_ctl(events_.set_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) return false;
  descriptor_ = descriptor;
  events_.entered();
  return true;
}

void SocketEvents::Socket::leave() {
  if (descriptor_ < 0) return;
  epoll_event ignored{};
  // A duplicate of the descriptor, in a child for example, would keep it in the set after it is closed.
  ::epoll_ctl(events_.set_.native_handle(), EPOLL_CTL_DEL, std::exchange(descriptor_, -1), &ignored);
  events_.left(*this);
  if (waiting_) post(std::move(waiting_), asio::error::operation_aborted);
}

/// Fewer bytes than asked for are all that there were; later ones make another event (epoll(7), questions 9 and 10).
void SocketEvents::Socket::received(std::size_t asked, ssize_t got) {
  const bool emptied = would_block(got) || (got > 0 && static_cast<std::size_t>(got) < asked);
  if (emptied) readable_ = ended_;
  exhausted_ = exhausted_ || (emptied && ended_) || (got == 0 && asked > 0);
}

void SocketEvents::Socket::sent(std::size_t asked, ssize_t got) {
  const bool filled = would_block(got) || (got >= 0 && static_cast<std::size_t>(got) < asked);
  if (filled) writable_ = broken_;
}

void SocketEvents::Socket::wait(Direction direction, Handler handler) {
  if (descriptor_ < 0) return post(std::move(handler), asio::error::operation_aborted);
  if (direction == Direction::read ? readable_ : writable_) return post(std::move(handler), {});
  direction_ = direction;
  waiting_ = std::move(handler);
}

void SocketEvents::Socket::post(Handler handler, error_code error) {
  asio::post(events_.context_, [handler = std::move(handler), error]() mutable { handler.call(error); });
}

/// May destroy the socket: the coroutine that waits for it goes on at once.
void SocketEvents::Socket::happened(std::uint32_t events) {
  ended_ = ended_ || (events & peer_ended) != 0;
  broken_ = broken_ || (events & is_broken) != 0;
  readable_ = readable_ || ended_ || (events & EPOLLIN) != 0;
  writable_ = writable_ || broken_ || (events & EPOLLOUT) != 0;
  if (!waiting_ || !(direction_ == Direction::read ? readable_ : writable_)) return;
  Handler handler = std::move(waiting_);
  handler.call({});
}

SocketEvents::SocketEvents(asio::io_context& context) : context_(context), set_(context, make_set()) {}

void SocketEvents::entered() {
  ++sockets_;
  if (!watched_) watch();
}

/// Forgets the socket's events that were taken and not yet handled.
void SocketEvents::left(const Socket& socket) {
  for (std::size_t i = next_; i < end_; ++i) {
    if (taken_.at(i).data.ptr == &socket) taken_.at(i).data.ptr = nullptr;
  }
  if (--sockets_ == 0) set_.cancel();  // so that the context can run out of work
}

void SocketEvents::watch() {
  watched_ = true;
  set_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    watched_ = false;
    if (!error) take_events();
    if (sockets_ > 0 && !watched_) watch();
  });
}

void SocketEvents::take_events() {
  const int count = ::epoll_wait(set_.native_handle(), taken_.data(), most_events, 0);
  end_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  for (next_ = 0; next_ < end_;) {
    const epoll_event& event = taken_.at(next_++);
    if (event.data.ptr != nullptr) static_cast<Socket*>(event.data.ptr)->happened(event.events);
  }
  next_ = end_ = 0;
}

}  // namespace tacit::http
