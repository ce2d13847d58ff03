#include "server/audit/audit_point.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

#include "crypto/text/ascii.hpp"
#include "http/json/date_time.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::server {
namespace {

bool is_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, crypto::is_digit); }

/// A date-time contains a colon; a span of time does not.
std::int64_t read_instant(std::string_view text) {
  if (text.find(':') == text.npos) {
    return store::now_microseconds() - std::chrono::microseconds(read_time_span(text)).count();
  }
  const auto instant = http::parse_date_time(text);
  if (const auto* const found = std::get_if<std::int64_t>(&instant)) return *found;
  throw UsageError(shown(text) + " is not a time (such as 2026-01-31T12:00:00Z)");
}

bool read_hash(std::string_view text, crypto::Digest& hash) {
  if (text.size() != 2 * hash.size()) return false;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = crypto::hex_value(text[2 * i]);
    const int low = crypto::hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    hash[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

/// SLOT:SEQUENCE:HASH of several slots, separated by commas.
store::AuditAnchor read_anchor_of_slots(std::string_view text) {
  store::AuditAnchor anchor;
  for (std::string_view rest = text; !rest.empty();) {
    const auto comma = rest.find(',');
    const store::AuditAnchor one = read_audit_anchor(rest.substr(0, comma));
    if (!one.sequence) throw UsageError(shown(text) + " has a HASH without its SEQUENCE");
    anchor.marks.push_back(mark_of(one));
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
  }
  return anchor;
}

}  // namespace

store::AuditPoint read_audit_point(std::string_view text) {
  store::AuditPoint point;
  const auto colon = text.find(':');
  const auto slot = colon == text.npos ? std::nullopt : store::parse_audit_slot(text.substr(0, colon));
  if (slot && !slot->is_embedded() && is_number(text.substr(colon + 1))) {
    point.slot = *slot;
    text.remove_prefix(colon + 1);
  }
  if (is_number(text)) {
    point.sequence = read_number(text, 0, UINT64_MAX);
    return point;
  }
  try {
    point.instant = read_instant(text);
  } catch (const UsageError&) {
    throw UsageError(shown(text) + " is neither a sequence nor a time (such as 2026-01-31T12:00:00Z, or 2h or 7d ago)");
  }
  return point;
}

store::AuditAnchor read_audit_anchor(std::string_view text) {
  if (text.find(',') != text.npos) return read_anchor_of_slots(text);
  store::AuditAnchor anchor;
  std::string_view rest = text;
  auto colon = rest.find(':');
  const auto slot = colon == rest.npos ? std::nullopt : store::parse_audit_slot(rest.substr(0, colon));
  if (slot && !slot->is_embedded()) {
    anchor.slot = *slot;
    rest.remove_prefix(colon + 1);
    colon = rest.find(':');
  }
  if (colon != rest.npos) anchor.sequence = read_number(rest.substr(0, colon), 1, UINT64_MAX);
  const bool has_place = anchor.sequence || anchor.slot.is_embedded();
  if (!has_place || !read_hash(rest.substr(colon == rest.npos ? 0 : colon + 1), anchor.hash)) {
    throw UsageError(shown(text) + " is neither HASH nor SEQUENCE:HASH, with 64 hexadecimal digits");
  }
  return anchor;
}

store::AuditMark mark_of(const store::AuditAnchor& anchor) {
  store::AuditMark mark;
  mark.sequence = anchor.sequence.value_or(0);
  mark.hash = anchor.hash;
  mark.slot = anchor.slot;
  return mark;
}

}  // namespace tacit::server
