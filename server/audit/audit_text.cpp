#include "server/audit/audit_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/text/base64.hpp"
#include "crypto/text/sentence.hpp"
#include "http/log/printable.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

/// The text of a member: a string unchanged, a list separated by commas.
std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (!value.is_array()) return json::serialize(value);
  std::string text;
  for (const json::value& each : value.get_array()) crypto::append_part(text, text_of(each), ",");
  return text;
}

/// The members of every entry, in the order of a line, after the time and the sequence.
constexpr std::array<std::string_view, 3> leading{"action", "outcome", "actor"};

std::string member(const json::object& entry, std::string_view name) {
  const json::value* const value = entry.if_contains({name.data(), name.size()});
  const std::string text = value != nullptr ? text_of(*value) : std::string();
  return text.empty() ? "-" : text;
}

bool is_leading(std::string_view name) { return name == "time" || std::ranges::find(leading, name) != leading.end(); }

/// Lists of hashes, which say nothing to people.
bool is_of_hashes(std::string_view name) { return name == "rows" || name == "moved" || name == "heads"; }

/// The text, in quotes if it contains characters that separate fields.
std::string field(std::string_view text) {
  const bool plain = std::ranges::none_of(text, [](char c) { return c == ' ' || c == '"' || c == '='; });
  return plain ? std::string(text) : json::serialize(json::string(json::string_view(text.data(), text.size())));
}

/// Ensures one line per entry for any stored data: valid entries have no raw control characters, which JSON forbids.
bool is_one_line_object(std::string_view body) {
  return body.size() > 2 && body.front() == '{' && body.back() == '}' &&
         std::ranges::none_of(body, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// With the first entry of the commit, if this one ends it.
std::string slot_json(const store::AuditRecord& record) {
  if (record.mark.slot.is_embedded()) return {};
  return ",\"slot\":\"" + to_string(record.mark.slot) + "\"" +
         (record.first > 0 ? ",\"commit_first\":" + std::to_string(record.first) : std::string());
}

/// Before the hash, so that the text after the hash stays the body.
std::string signatures_json(const store::AuditRecord& record) {
  if (record.signatures.empty()) return {};
  json::array signatures;
  for (const store::AuditSignature& one : record.signatures) {
    json::object signature;
    signature["plane"] = crypto::name_of(one.role);
    signature["key"] = crypto::to_hex(one.key);
    signature["first"] = record.first;
    signature["signature"] = crypto::base64url_encode(one.signature).text();
    signatures.push_back(std::move(signature));
  }
  return ",\"signatures\":" + json::serialize(signatures);
}

std::string in_quotes(std::string_view text) {
  return json::serialize(json::string(json::string_view(text.data(), text.size())));
}

}  // namespace

std::string audit_line(const store::AuditRecord& record) {
  json::error_code error;
  const json::value parsed = json::parse({record.body.data(), record.body.size()}, error);
  std::string sequence = std::to_string(record.mark.sequence);
  if (!record.mark.slot.is_embedded()) sequence = to_string(record.mark.slot) + ":" + sequence;
  std::string line;
  if (error || !parsed.is_object()) {
    line = "- " + sequence + " unreadable " + field(record.body);
  } else {
    const json::object& entry = parsed.get_object();
    line = member(entry, "time") + " " + sequence;
    for (const std::string_view name : leading) line += " " + field(member(entry, name));
    for (const auto& [name, value] : entry) {
      const std::string_view plain(name.data(), name.size());
      if (is_leading(plain) || is_of_hashes(plain)) continue;
      line.append(" ").append(name.data(), name.size()).append("=").append(field(text_of(value)));
    }
  }
  if (!record.fault.empty()) line += " FAULT=" + field(record.fault);
  return http::printable(line);
}

std::string audit_json(const store::AuditRecord& record) {
  std::string line = "{\"sequence\":" + std::to_string(record.mark.sequence) + slot_json(record) +
                     signatures_json(record) + ",\"hash\":\"" + crypto::to_hex(record.mark.hash) + "\",";
  if (record.fault.empty() && is_one_line_object(record.body)) {
    return line.append(record.body, 1);
  }
  return line + "\"fault\":" + in_quotes(record.fault) + ",\"stored\":" + http::printable_json(in_quotes(record.body)) +
         "}";
}

}  // namespace tacit::server
