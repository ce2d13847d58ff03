// How many connections there are, in all and from each address.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <map>
#include <mutex>

namespace tacit::http {

/// Shared by all threads; asked once a connection, never on the request path.
class ConnectionLimits {
 public:
  /// 0 for `per_address` means no limit of that kind.
  ConnectionLimits(std::size_t total, std::size_t per_address) : total_limit_(total), per_address_limit_(per_address) {}

  /// Counts a new connection in, or refuses it.
  bool enter(const boost::asio::ip::address& peer);
  void leave(const boost::asio::ip::address& peer);

 private:
  const std::size_t total_limit_;
  const std::size_t per_address_limit_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<boost::asio::ip::address, std::size_t> per_address_;
};

}  // namespace tacit::http
