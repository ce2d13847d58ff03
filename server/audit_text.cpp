#include "server/audit_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdint>

#include "crypto/keyring.hpp"
#include "server/output.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

/// The text of a member: a string as it is, a list with commas.
std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (!value.is_array()) return json::serialize(value);
  std::string text;
  for (const json::value& each : value.get_array()) text.append(text.empty() ? "" : ",").append(text_of(each));
  return text;
}

std::string take(json::object& entry, std::string_view name) {
  const auto at = entry.find({name.data(), name.size()});
  if (at == entry.end()) return "-";
  std::string text = text_of(at->value());
  entry.erase(at);
  return text.empty() ? "-" : text;
}

/// In quotes if it could be mistaken for the end of the field.
std::string field(std::string_view text) {
  const bool plain = std::ranges::none_of(text, [](char c) { return c == ' ' || c == '"' || c == '='; });
  return plain ? std::string(text) : json::serialize(json::string(json::string_view(text.data(), text.size())));
}

/// Every line is one whatever is stored: entries of ours have no raw control characters, which JSON forbids.
bool is_one_line_object(std::string_view body) {
  return body.size() > 2 && body.front() == '{' && body.back() == '}' &&
         std::ranges::none_of(body, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string in_quotes(std::string_view text) {
  return json::serialize(json::string(json::string_view(text.data(), text.size())));
}

}  // namespace

std::string audit_line(const store::AuditRecord& record) {
  json::error_code error;
  const json::value parsed = json::parse({record.body.data(), record.body.size()}, error);
  const std::string sequence = std::to_string(record.mark.sequence);
  std::string line;
  if (error || !parsed.is_object()) {
    line = "- " + sequence + " unreadable " + field(record.body);
  } else {
    json::object entry = parsed.get_object();
    line = take(entry, "time") + " " + sequence;
    for (const char* const name : {"action", "outcome", "actor"}) line += " " + field(take(entry, name));
    for (const auto& [name, value] : entry) {
      line.append(" ").append(name.data(), name.size()).append("=").append(field(text_of(value)));
    }
  }
  if (!record.fault.empty()) line += " FAULT=" + field(record.fault);
  return printable(line);
}

std::string audit_json(const store::AuditRecord& record) {
  std::string line = "{\"sequence\":" + std::to_string(record.mark.sequence) + ",\"hash\":\"" +
                     crypto::to_hex(record.mark.hash) + "\",";
  if (record.fault.empty() && is_one_line_object(record.body)) {
    return line.append(record.body, 1);
  }
  return line + "\"fault\":" + in_quotes(record.fault) + ",\"stored\":" + in_quotes(record.body) + "}";
}

std::string escaped_for_terminal(std::string_view json) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  while (!json.empty()) {
    const std::size_t size = control_size(json);
    if (size == 0) {
      result += json.front();
      json.remove_prefix(1);
      continue;
    }
    std::uint32_t point = static_cast<unsigned char>(json[0]);
    if (size > 1) point &= size == 2 ? 0x1fU : 0x0fU;
    for (std::size_t i = 1; i < size; ++i) point = point << 6U | (static_cast<unsigned char>(json[i]) & 0x3fU);
    result += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) result += digits[point >> static_cast<unsigned>(shift) & 15U];
    json.remove_prefix(size);
  }
  return result;
}

}  // namespace tacit::server
