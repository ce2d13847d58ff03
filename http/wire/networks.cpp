#include "http/wire/networks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace tacit::http {

namespace ip = boost::asio::ip;
using boost::system::result;

namespace {

/// The address's bytes, 4 or 16 of them.
struct Bytes {
  explicit Bytes(const ip::address& address) : size(address.is_v4() ? 4 : 16) {
    if (address.is_v4()) {
      std::ranges::copy(address.to_v4().to_bytes(), bytes.begin());
    } else {
      bytes = address.to_v6().to_bytes();
    }
  }
  unsigned bits() const { return 8 * static_cast<unsigned>(size); }

  std::array<std::uint8_t, 16> bytes{};
  std::size_t size;
};

/// The bits of the byte at `place` that the prefix covers.
std::uint8_t mask_at(std::size_t place, unsigned prefix) {
  const auto first = static_cast<unsigned>(8 * place);
  if (prefix <= first) return 0;
  const unsigned covered = std::min(prefix - first, 8U);
  return static_cast<std::uint8_t>(0xff00U >> covered);
}

Networks::Error refuse(std::string_view text, std::string_view why) {
  return {.text = std::string(text), .why = std::string(why)};
}

}  // namespace

ip::address unmapped(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

std::optional<ip::address> parse_address(std::string_view text) {
  // The library stops at a null byte and accepts an interface name after %.
  constexpr std::string_view characters = "0123456789abcdefABCDEF.:";
  if (text.find_first_not_of(characters) != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  return error ? std::nullopt : std::optional(address);
}

result<Networks::Network, Networks::Error> Networks::parse_one(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address || unmapped(*address) != *address) {
    return refuse(text, "is not a network such as 10.0.0.0/8 or 2001:db8::/32");
  }
  Network network{*address};
  const Bytes bytes(network.address);
  network.prefix = bytes.bits();
  if (slash == std::string_view::npos) return network;
  const char* const end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data() + slash + 1, end, network.prefix);
  if (fault != std::errc() || stopped != end || network.prefix > bytes.bits()) {
    return refuse(text, "has no prefix length from 0 to " + std::to_string(bytes.bits()));
  }
  for (std::size_t i = 0; i < bytes.size; ++i) {
    if ((bytes.bytes[i] & ~mask_at(i, network.prefix)) != 0) return refuse(text, "has bits set beyond its prefix");
  }
  return network;
}

result<Networks, Networks::Error> Networks::parse(std::string_view text) {
  constexpr std::string_view between = ", \t";
  Networks networks;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(between), text.size()));
    if (text.empty()) return networks;
    const std::string_view one = text.substr(0, text.find_first_of(between));
    if (one.find(';') != std::string_view::npos) {
      return refuse(one, "has a semicolon; networks are separated by commas or blanks");
    }
    auto network = parse_one(one);
    if (network.has_error()) return network.error();
    networks.networks_.push_back(std::move(*network));
    text.remove_prefix(one.size());
  }
}

bool Networks::contain(const ip::address& address) const {
  if (networks_.empty()) return false;
  const Bytes asked(unmapped(address));
  return std::ranges::any_of(networks_, [&](const Network& network) {
    const Bytes bytes(network.address);
    if (bytes.size != asked.size) return false;
    for (std::size_t i = 0; i < bytes.size; ++i) {
      if (((bytes.bytes[i] ^ asked.bytes[i]) & mask_at(i, network.prefix)) != 0) return false;
    }
    return true;
  });
}

bool is_private(const ip::address& address) {
  static const Networks networks =
      *Networks::parse("127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 ::1 fc00::/7 fe80::/10");
  return networks.contain(address);
}

}  // namespace tacit::http
