#include "store/verify/replay_entry.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

#include "crypto/text/base64.hpp"
#include "crypto/text/hex.hpp"
#include "store/audit/audit_signing.hpp"

namespace tacit::store {
namespace {

namespace json = boost::json;

std::string_view view_of(const json::string& string) { return {string.data(), string.size()}; }

/// A text member; empty if there is none.
std::string_view text(const json::object& entry, std::string_view name) {
  const json::value* const member = entry.if_contains({name.data(), name.size()});
  const json::string* const string = member != nullptr ? member->if_string() : nullptr;
  return string != nullptr ? view_of(*string) : std::string_view();
}

/// A number member.
std::optional<std::uint64_t> number(const json::object& entry, std::string_view name) {
  const json::value* const member = entry.if_contains({name.data(), name.size()});
  if (member == nullptr || !member->is_number()) return std::nullopt;
  json::error_code error;
  const auto value = member->to_number<std::uint64_t>(error);
  if (error) return std::nullopt;
  return value;
}

/// The elements of a list, each read by `read`; empty if there is no list, or an element cannot be read.
template <class T, class Read>
std::vector<T> list(const json::object& entry, std::string_view name, Read read) {
  const json::value* const member = entry.if_contains({name.data(), name.size()});
  const json::array* const array = member != nullptr ? member->if_array() : nullptr;
  std::vector<T> elements;
  if (array == nullptr) return elements;
  elements.reserve(array->size());
  for (const json::value& value : *array) {
    const std::optional<T> element = read(value);
    if (!element) return {};
    elements.push_back(*element);
  }
  return elements;
}

std::optional<crypto::Uuid> uuid_of(const json::value& value) {
  const json::string* const string = value.if_string();
  return string != nullptr ? crypto::parse_uuid(view_of(*string)) : std::nullopt;
}

template <std::size_t N>
bool decode(std::string_view text, std::array<std::uint8_t, N>& out) {
  const auto bytes = crypto::base64url_decode(text);
  if (!bytes || bytes->size() != N) return false;
  std::ranges::copy(bytes->view(), out.begin());
  return true;
}

std::optional<crypto::Digest> digest_of(const json::value& value) {
  const json::string* const string = value.if_string();
  crypto::Digest digest{};
  if (string == nullptr || !decode(view_of(*string), digest)) return std::nullopt;
  return digest;
}

std::optional<std::uint32_t> version_of(const json::value& value) {
  json::error_code error;
  const auto version = value.to_number<std::uint32_t>(error);
  if (error) return std::nullopt;
  return version;
}

/// Four encodings without a separator, of 22, 22, 43 and 43 characters.
std::optional<MovedRow> moved_row_of(const json::value& value) {
  constexpr std::size_t id_size = 22;
  constexpr std::size_t digest_size = 43;
  const json::string* const string = value.if_string();
  if (string == nullptr || string->size() != 2 * (id_size + digest_size)) return std::nullopt;
  std::string_view rest = view_of(*string);
  const auto next = [&rest](std::size_t size, auto& out) {
    const std::string_view field = rest.substr(0, size);
    rest.remove_prefix(size);
    return decode(field, out);
  };
  MovedRow moved;
  const bool whole = next(id_size, moved.tenant.bytes) && next(id_size, moved.secret.bytes) &&
                     next(digest_size, moved.before) && next(digest_size, moved.after);
  if (!whole) return std::nullopt;
  return moved;
}

std::optional<crypto::KeyNumber> number_of(std::string_view hex) {
  crypto::KeyNumber number{};
  if (hex.size() != 2 * number.size()) return std::nullopt;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const std::size_t high = crypto::hex_digits.find(hex[2 * i]);
    const std::size_t low = crypto::hex_digits.find(hex[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    number.at(i) = static_cast<std::uint8_t>(high << 4U | low);
  }
  return number;
}

/// Whether JSON's members are what the check of the signatures reads without it. JSON has the last one of a name,
/// however that is spelled.
bool agrees(const json::object& members, std::string_view body, std::optional<crypto::SigningRole> plane) {
  if (text(members, "action") != audit_action_text(body)) return false;
  return !plane || text(members, "plane") == crypto::name_of(*plane);
}

}  // namespace

std::optional<ReplayEntry> read_replay_entry(std::string_view body) {
  json::error_code error;
  const json::value parsed = json::parse({body.data(), body.size()}, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const json::object& members = parsed.get_object();
  const auto action = find_audit_action(text(members, "action"));
  const auto plane = audit_plane(body);
  if (!action || !agrees(members, body, plane)) return std::nullopt;
  ReplayEntry entry;
  entry.action = *action;
  entry.ok = text(members, "outcome") == name_of(AuditOutcome::ok);
  entry.plane = plane ? plane_bit(*plane) : std::uint8_t{0};
  entry.time = text(members, "time");
  entry.reason = text(members, "reason");
  entry.tenant = crypto::parse_uuid(text(members, "tenant"));
  entry.secrets = list<crypto::Uuid>(members, "secrets", uuid_of);
  entry.rows = list<crypto::Digest>(members, "rows", digest_of);
  entry.versions = list<std::uint32_t>(members, "versions", version_of);
  if (entry.rows.size() != std::max<std::size_t>(entry.secrets.size(), 1)) entry.rows.clear();
  if (entry.versions.size() != entry.secrets.size()) entry.versions.clear();
  entry.tenant_key = number_of(text(members, "tenant_key"));
  entry.moved = list<MovedRow>(members, "moved", moved_row_of);
  entry.change = number(members, "change");
  return entry;
}

}  // namespace tacit::store
