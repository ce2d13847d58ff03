// Networks in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3), and membership of addresses. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::http {

/// The IPv4 address of an IPv4-mapped IPv6 address; any other address unchanged.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

/// Parses text that is exactly one address; std::nullopt if it contains anything else, such as a null byte, a zone, a
/// bracket or a blank.
std::optional<boost::asio::ip::address> parse_address(std::string_view text);

/// A list of networks. Immutable; any thread may use it.
class Networks {
 public:
  struct Error {
    std::string text;  ///< the part of the list that is refused, as it is
    std::string why;   ///< continues its sentence
  };
  /// `10.0.0.0/8, 192.0.2.7 2001:db8::/32`: separated by commas or blanks; a single address is a network of one.
  /// Refuses bits set beyond a prefix, which are probably a mistake, and IPv4-mapped addresses. Empty text is an empty
  /// list.
  static boost::system::result<Networks, Error> parse(std::string_view text);

  bool empty() const { return networks_.empty(); }
  bool contain(const boost::asio::ip::address& address) const;
  bool operator==(const Networks&) const = default;

 private:
  struct Network {
    boost::asio::ip::address address;
    unsigned prefix = 0;  ///< bits
    bool operator==(const Network&) const = default;
  };
  static boost::system::result<Network, Error> parse_one(std::string_view text);

  std::vector<Network> networks_;
};

/// Whether the address is loopback, private (RFC 1918, RFC 4193) or link-local (RFC 3927, RFC 4291), and so not routed
/// on the internet.
bool is_private(const boost::asio::ip::address& address);

}  // namespace tacit::http
