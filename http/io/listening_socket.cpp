#include "http/io/listening_socket.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tacit::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

boost::system::result<Accepted> accept_one(tcp::acceptor& acceptor) {
  tcp::endpoint peer;
  auto size = static_cast<socklen_t>(peer.capacity());
  const int socket = ::accept4(acceptor.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return error_code(errno, boost::system::system_category());
  crypto::Descriptor descriptor(socket);
  peer.resize(size);
  return Accepted{std::move(descriptor), peer};
}

boost::system::result<tcp::acceptor> listen_with_others(asio::io_context& context, const tcp::endpoint& endpoint) {
  tcp::acceptor acceptor(context);
  error_code error;
  const int on = 1;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    error.assign(errno, boost::system::system_category());
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) return error;
  return acceptor;
}

boost::system::result<tcp::acceptor> accept_from_inherited(asio::io_context& context, int listening) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  void* const raw = &address;
  if (::getsockname(listening, static_cast<sockaddr*>(raw), &size) != 0) {
    return error_code(errno, boost::system::system_category());
  }
  // A duplicate, because each thread's poller needs its own descriptor.
  const int own = ::fcntl(listening, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return error_code(errno, boost::system::system_category());
  tcp::acceptor acceptor(context);
  error_code error;
  acceptor.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), own, error);
  if (error) {
    ::close(own);
    return error;
  }
  acceptor.non_blocking(true, error);
  if (error) return error;
  return acceptor;
}

void turn_away_new(tcp::acceptor& acceptor) {
  // A classic BPF program, which sees a segment from its TCP header on: SYN is bit 1 of byte 13.
  constexpr std::uint16_t load_byte = BPF_LD | BPF_B | BPF_ABS;
  constexpr std::uint16_t jump_if_set = BPF_JMP | BPF_JSET | BPF_K;
  constexpr std::uint16_t pass = BPF_RET | BPF_K;
  std::array<sock_filter, 4> code{
      {{load_byte, 0, 0, 13}, {jump_if_set, 0, 1, 0x02}, {pass, 0, 0, 0}, {pass, 0, 0, ~0U}}};
  const sock_fprog program{code.size(), code.data()};
  // On failure the socket is closed without the filter.
  static_cast<void>(::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

void leave_to_others(tcp::acceptor& acceptor) {
  // The poller forgets a closed descriptor by itself only if no process has the socket open, so the descriptor is
  // released from it first.
  error_code error;
  const int descriptor = acceptor.release(error);
  if (!error) ::close(descriptor);
}

}  // namespace tacit::http
