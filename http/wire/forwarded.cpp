#include "http/wire/forwarded.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

namespace ip = boost::asio::ip;

using crypto::blanks;
using crypto::equal_ignoring_case;
using crypto::trimmed;

/// A hop as the field describes it.
struct Node {
  enum class Kind : std::uint8_t { address, hidden, malformed };
  Kind kind = Kind::malformed;
  ForwardedClient client{};
};

constexpr auto hidden = Node::Kind::hidden;

/// std::nullopt if it is not a port. An obfuscated port (RFC 7239 section 6.2) counts as unknown.
std::optional<std::uint16_t> port_of(std::string_view text) {
  if (text.starts_with('_')) return 0;
  std::uint16_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
  return number;
}

Node address_node(std::string_view address_text, std::string_view port_text, bool v6) {
  const auto address = parse_address(address_text);
  const auto port = port_text.empty() ? std::uint16_t{0} : port_of(port_text);
  if (!address || address->is_v6() != v6 || !port) return {};
  return {Node::Kind::address, {unmapped(*address), *port}};
}

/// `192.0.2.7`, `192.0.2.7:4711`, `[2001:db8::7]`, `[2001:db8::7]:4711`; in X-Forwarded-For also `2001:db8::7`, which
/// proxies write.
Node node_of(std::string_view text, ForwardedField field) {
  if (equal_ignoring_case(text, "unknown") || text.starts_with('_')) return {hidden};
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view port = text.substr(end + 1);
    if (!port.empty() && (port.front() != ':' || port.size() == 1)) return {};
    return address_node(text.substr(1, end - 1), port.empty() ? port : port.substr(1), true);
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return address_node(text, {}, false);
  if (text.find(':', colon + 1) != std::string_view::npos) {
    return field == ForwardedField::x_forwarded_for ? address_node(text, {}, true) : Node{};
  }
  return colon + 1 < text.size() ? address_node(text.substr(0, colon), text.substr(colon + 1), false) : Node{};
}

/// Reads one whole line of `Forwarded` (RFC 7239 section 4) from its beginning, because quoted strings cannot be found
/// from the end.
class ElementReader {
 public:
  explicit ElementReader(std::string_view line) : rest_(line) {}

  /// Appends the `for` value of each element (empty if it has none). False if the line is malformed.
  bool read(std::vector<std::string>& hops) {
    for (;;) {
      std::string hop;
      bool any = false;
      if (!element(hop, any)) return false;
      if (any) hops.push_back(std::move(hop));
      if (rest_.empty()) return true;
      rest_.remove_prefix(1);  // the comma
    }
  }

 private:
  bool element(std::string& hop, bool& any) {
    bool has_for = false;
    for (;;) {
      skip_blanks();
      if (!rest_.empty() && rest_.front() != ',' && rest_.front() != ';') {
        any = true;
        if (!pair(hop, has_for)) return false;
        skip_blanks();
      }
      if (rest_.empty() || rest_.front() == ',') return true;
      if (rest_.front() != ';') return false;
      rest_.remove_prefix(1);
    }
  }

  bool pair(std::string& hop, bool& has_for) {
    const std::string_view name = token();
    if (name.empty() || !rest_.starts_with('=')) return false;
    rest_.remove_prefix(1);
    std::string value;
    if (!(rest_.starts_with('"') ? quoted(value) : plain(value))) return false;
    if (!equal_ignoring_case(name, "for")) return true;
    if (std::exchange(has_for, true)) return false;
    hop = std::move(value);
    return true;
  }

  std::string_view token() {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto end = std::ranges::find_if_not(
        rest_, [&](char c) { return crypto::is_letter_or_digit(c) || marks.find(c) != marks.npos; });
    const std::string_view found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(found.size());
    return found;
  }

  bool plain(std::string& value) {
    value = token();
    return !value.empty();
  }

  bool quoted(std::string& value) {
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') return true;
      if (c == '\\' && rest_.empty()) return false;
      value.push_back(c == '\\' ? take() : c);
    }
    return false;
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

  std::string_view rest_;
};

/// Returns the hops one by one, nearest first.
class HopReader {
 public:
  HopReader(std::span<const std::string_view> lines, ForwardedField field) : lines_(lines), field_(field) {}

  /// False if a line is malformed.
  bool prepare() {
    if (field_ == ForwardedField::x_forwarded_for) return true;
    return std::ranges::all_of(lines_, [&](std::string_view line) { return ElementReader(line).read(hops_); });
  }

  /// std::nullopt if there are no more hops.
  std::optional<Node> next() { return field_ == ForwardedField::forwarded ? next_element() : next_entry(); }

 private:
  std::optional<Node> next_element() {
    if (hops_.empty()) return std::nullopt;
    const std::string hop = std::move(hops_.back());
    hops_.pop_back();
    return hop.empty() ? Node{hidden} : node_of(hop, field_);
  }

  std::optional<Node> next_entry() {
    for (;;) {
      if (rest_.empty()) {
        if (lines_.empty()) return std::nullopt;
        rest_ = lines_.back();
        lines_ = lines_.first(lines_.size() - 1);
      }
      const auto comma = rest_.rfind(',');
      const std::string_view entry = trimmed(comma == std::string_view::npos ? rest_ : rest_.substr(comma + 1));
      rest_ = comma == std::string_view::npos ? std::string_view() : rest_.substr(0, comma);
      if (!entry.empty()) return node_of(entry, field_);
    }
  }

  std::span<const std::string_view> lines_;
  ForwardedField field_;
  std::string_view rest_;          ///< of the line being read
  std::vector<std::string> hops_;  ///< of `Forwarded`
};

}  // namespace

std::optional<ForwardedClient> forwarded_client(const ip::address& peer, std::span<const std::string_view> lines,
                                                ForwardedField field, const Networks& trusted) {
  ForwardedClient client{unmapped(peer)};
  if (!trusted.contain(client.address)) return client;
  HopReader hops(lines, field);
  if (!hops.prepare()) return std::nullopt;
  while (trusted.contain(client.address)) {
    const auto node = hops.next();
    if (!node || node->kind == hidden) return client;
    if (node->kind == Node::Kind::malformed) return std::nullopt;
    client = node->client;
  }
  return client;
}

}  // namespace tacit::http
