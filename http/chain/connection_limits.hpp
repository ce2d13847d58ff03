// How many connections there are, in all and from each address.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

namespace tacit::http {

/// Shared by all threads; asked once a connection, never on the request path.
class ConnectionLimits {
 public:
  using Address = boost::asio::ip::address;

  /// 0 for `per_address` means no limit of that kind.
  ConnectionLimits(std::size_t total, std::size_t per_address) : total_limit_(total), per_address_limit_(per_address) {}

  /// Counts a new connection in, or refuses it. Without an address it counts in all alone, until its client is known.
  bool enter(const std::optional<Address>& client);
  /// Counts one that is in for its client's address, too, or refuses it: then it stays as it was.
  bool name(const Address& client);
  /// `client` as it was counted.
  void leave(const std::optional<Address>& client);

  /// For connections that come from now on; those that are there stay.
  void change(std::size_t total, std::size_t per_address);

 private:
  bool count(const Address& client);

  std::size_t total_limit_;
  std::size_t per_address_limit_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<Address, std::size_t> per_address_;  ///< counted whether or not there is a limit: one may be set later
};

}  // namespace tacit::http
