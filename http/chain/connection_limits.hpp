// Limits the number of connections, in total and from each address.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

namespace tacit::http {

/// Shared by all threads; used once for each connection, never on the request path.
class ConnectionLimits {
 public:
  using Address = boost::asio::ip::address;

  /// `per_address` 0: no limit for each address.
  ConnectionLimits(std::size_t total, std::size_t per_address) : total_limit_(total), per_address_limit_(per_address) {}

  /// Counts a new connection, or refuses it. Without an address it counts only in total, until its client is known.
  bool enter(const std::optional<Address>& client);
  /// Counts an existing connection for its client's address, too, or refuses it: then its count does not change.
  bool name(const Address& client);
  /// `client` is the address that the connection was counted for.
  void leave(const std::optional<Address>& client);

  /// Applies to new connections; existing ones stay.
  void change(std::size_t total, std::size_t per_address);

 private:
  bool count(const Address& client);

  std::size_t total_limit_;
  std::size_t per_address_limit_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<Address, std::size_t> per_address_;  ///< counted even without a limit, because one may be set later
};

}  // namespace tacit::http
