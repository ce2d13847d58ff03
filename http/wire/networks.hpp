// Networks in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3), and whether an address is in one of them.
// Pure.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::http {

/// An IPv4 address that came mapped into IPv6 is that IPv4 address; any other is itself.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

/// The address that all of the text is; nothing if there is anything else in it: a null byte, a zone, a bracket, a
/// blank.
std::optional<boost::asio::ip::address> parse_address(std::string_view text);

/// A list of networks. Immutable once parsed, so any thread may ask it.
class Networks {
 public:
  struct Error {
    std::string message;  ///< what is wrong, without the list's name
  };
  /// `10.0.0.0/8, 192.0.2.7 2001:db8::/32`: separated by commas or blanks; an address alone is a network of one.
  /// Refuses bits set beyond a prefix, which are more likely a mistake than meant, and a mapped IPv4 address. Nothing
  /// is an empty list.
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

/// Whether the address is of the host itself, of a private network (RFC 1918, RFC 4193) or of the local link (RFC 3927,
/// RFC 4291): no router of the internet carries it.
bool is_private(const boost::asio::ip::address& address);

}  // namespace tacit::http
