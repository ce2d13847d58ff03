#include "auth/auth_failure_limit.hpp"

#include <algorithm>

namespace tacit::auth {

std::array<std::uint8_t, 16> client_network(const boost::asio::ip::address& address) {
  constexpr std::size_t prefix = 8;
  if (address.is_v4()) return make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes();
  std::array<std::uint8_t, 16> bytes = address.to_v6().to_bytes();
  if (!address.to_v6().is_v4_mapped()) std::fill(bytes.begin() + prefix, bytes.end(), std::uint8_t{0});
  return bytes;
}

std::chrono::nanoseconds AuthFailureLimit::wait(const boost::asio::ip::address& client, Clock::time_point now) const {
  if (!limited()) return {};
  return buckets_.wait(client_network(client), rate(), now);
}

void AuthFailureLimit::failed(const boost::asio::ip::address& client, Clock::time_point now) {
  if (limited()) buckets_.charge(client_network(client), rate(), now);
}

}  // namespace tacit::auth
