#include "http/wire/proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <boost/crc.hpp>

#include "http/wire/networks.hpp"

namespace tacit::http {
namespace {

namespace ip = boost::asio::ip;
using crypto::ByteView;
using ip::tcp;

const ProxyHeader incomplete{ProxyHeader::State::incomplete};
const ProxyHeader refused{ProxyHeader::State::refused};

ProxyHeader complete(std::size_t size) { return {ProxyHeader::State::complete, size}; }
ProxyHeader complete(std::size_t size, const ip::address& client, std::uint16_t port) {
  return {ProxyHeader::State::complete, size, tcp::endpoint(unmapped(client), port)};
}

// --- Version 1: one line of text ---

constexpr std::string_view text_start = "PROXY ";
constexpr std::size_t longest_line = 107;  // with its CRLF

/// Removes and returns the word before the next blank; std::nullopt without a blank.
std::optional<std::string_view> word(std::string_view& line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view cut = line.substr(0, blank);
  line.remove_prefix(blank + 1);
  return cut;
}

/// A number in the protocol's form: digits without leading zeros.
std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return number;
}

std::optional<ip::address> address_of(std::string_view text, bool v6) {
  const auto address = parse_address(text);
  return address && address->is_v6() == v6 ? address : std::nullopt;
}

ProxyHeader parse_told_in_text(std::string_view rest, bool v6, std::size_t size) {
  const auto source = word(rest);
  const auto destination = source ? word(rest) : std::nullopt;
  const auto source_port = destination ? word(rest) : std::nullopt;
  if (!source_port) return refused;
  const auto client = address_of(*source, v6);
  const auto port = port_of(*source_port);
  if (!client || !port || !address_of(*destination, v6) || !port_of(rest)) return refused;
  return complete(size, *client, *port);
}

ProxyHeader parse_line(std::string_view line) {
  const std::size_t size = line.size() + 2;
  std::string_view rest = line.substr(text_start.size());
  // The protocol allows anything after UNKNOWN, so the rest is ignored.
  if (rest == "UNKNOWN" || rest.starts_with("UNKNOWN ")) return complete(size);
  const auto family = word(rest);
  if (family == "TCP4") return parse_told_in_text(rest, false, size);
  if (family == "TCP6") return parse_told_in_text(rest, true, size);
  return refused;
}

ProxyHeader parse_text(std::string_view input) {
  const std::string_view line = input.substr(0, longest_line);
  const auto end = line.find('\r');
  if (end == std::string_view::npos || end + 1 == line.size()) {
    return line.size() < longest_line ? incomplete : refused;
  }
  return line[end + 1] == '\n' ? parse_line(line.substr(0, end)) : refused;
}

// --- Version 2: binary ---

constexpr std::array<std::uint8_t, 12> signature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::size_t fixed_size = 16;  // signature, version and command, family and protocol, length

enum Command : std::uint8_t { local = 0x20, proxied = 0x21 };
enum Family : std::uint8_t { unspecified = 0x00, tcp4 = 0x11, tcp6 = 0x21, unix_stream = 0x31 };

std::size_t big_endian_16(ByteView bytes) { return (std::size_t{bytes[0]} << 8) | bytes[1]; }

/// The bytes of a family's addresses; std::nullopt for families without TCP.
std::optional<std::size_t> addresses_size(std::uint8_t family) {
  switch (family) {
    case unspecified:
      return 0;
    case tcp4:
      return 12;
    case tcp6:
      return 36;
    case unix_stream:
      return 216;
    default:
      return std::nullopt;
  }
}

/// CRC-32C (RFC 3720 appendix B.4). The bytes of `checksum`, which is within `bytes`, count as zeros.
std::uint32_t crc32c(ByteView bytes, ByteView checksum) {
  constexpr std::array<std::uint8_t, 4> zeros{};
  const auto before = static_cast<std::size_t>(checksum.data() - bytes.data());
  const ByteView after = bytes.subspan(before + zeros.size());
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes(bytes.data(), before);
  crc.process_bytes(zeros.data(), zeros.size());
  crc.process_bytes(after.data(), after.size());
  return crc.checksum();
}

bool checksum_holds(ByteView header, ByteView told) {
  if (told.size() != 4) return false;
  const auto number = static_cast<std::uint32_t>((big_endian_16(told) << 16) | big_endian_16(told.subspan(2)));
  return crc32c(header, told) == number;
}

/// Whether the entries (type, length, value) after the addresses are complete, without bytes after the last. Only a
/// checksum's value is checked.
bool entries_hold(ByteView entries, ByteView header) {
  constexpr std::uint8_t checksum_type = 0x03;
  while (!entries.empty()) {
    if (entries.size() < 3) return false;
    const std::size_t size = big_endian_16(entries.subspan(1));
    if (entries.size() - 3 < size) return false;
    const ByteView value = entries.subspan(3, size);
    if (entries[0] == checksum_type && !checksum_holds(header, value)) return false;
    entries = entries.subspan(3 + size);
  }
  return true;
}

template <class Address>
ip::address address_at(ByteView bytes) {
  typename Address::bytes_type raw;
  std::copy_n(bytes.begin(), raw.size(), raw.begin());
  return Address(raw);
}

/// `header` is complete: it has the length that it specifies.
ProxyHeader parse_binary_whole(ByteView header) {
  // A health check may put anything after a LOCAL command; the rest is ignored.
  if (header[12] == local) return complete(header.size());
  const std::uint8_t family = header[13];
  const ByteView told = header.subspan(fixed_size);
  const auto addresses = addresses_size(family);
  if (!addresses || told.size() < *addresses) return refused;
  // For an unspecified family the protocol requires the rest to be ignored.
  if (family == unspecified) return complete(header.size());
  if (!entries_hold(told.subspan(*addresses), header)) return refused;
  if (family == tcp4) {
    const auto port = static_cast<std::uint16_t>(big_endian_16(told.subspan(8)));
    return complete(header.size(), address_at<ip::address_v4>(told), port);
  }
  if (family == tcp6) {
    const auto port = static_cast<std::uint16_t>(big_endian_16(told.subspan(32)));
    return complete(header.size(), address_at<ip::address_v6>(told), port);
  }
  return complete(header.size());  // a client on the balancer's own host
}

ProxyHeader parse_binary(ByteView input) {
  if (input.size() < fixed_size) {
    const bool bad_command = input.size() > 12 && input[12] != local && input[12] != proxied;
    return bad_command ? refused : incomplete;
  }
  if (input[12] != local && input[12] != proxied) return refused;
  const std::size_t size = fixed_size + big_endian_16(input.subspan(14));
  if (size > max_proxy_header_size) return refused;
  return input.size() < size ? incomplete : parse_binary_whole(input.first(size));
}

/// Whether the input agrees with `start` as far as the input goes.
template <class Start>
bool begins(ByteView input, const Start& start) {
  const std::size_t common = std::min(input.size(), start.size());
  return std::equal(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(common), start.begin(),
                    [](std::uint8_t a, auto b) { return a == static_cast<std::uint8_t>(b); });
}

}  // namespace

ProxyHeader parse_proxy_header(ByteView input) {
  if (begins(input, signature)) return parse_binary(input);
  if (!begins(input, text_start)) return refused;
  if (input.size() < text_start.size()) return incomplete;
  return parse_text({reinterpret_cast<const char*>(input.data()), input.size()});
}

}  // namespace tacit::http
