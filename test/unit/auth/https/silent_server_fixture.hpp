// A server that accepts connections and never answers.
#pragma once

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>

#include <netinet/in.h>
#include <unistd.h>
#include <cstdint>
#include <string>

namespace tacit::test {

/// Listens without accepting: the kernel completes connections, and no byte is ever sent on them.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    BOOST_TEST_REQUIRE(::bind(socket_, any, size) == 0);
    BOOST_TEST_REQUIRE(::listen(socket_, 8) == 0);
    BOOST_TEST_REQUIRE(::getsockname(socket_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace tacit::test
