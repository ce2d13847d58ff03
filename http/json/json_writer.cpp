#include "http/json/json_writer.hpp"

#include <array>
#include <charconv>

#include "crypto/text/json_escape.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::http {

void write_text(crypto::WipedBytes& out, std::string_view utf8) {
  out.push_back('"');
  crypto::append_json_escaped(out, utf8);
  out.push_back('"');
}

void write_text_or_null(crypto::WipedBytes& out, const std::optional<std::string>& utf8) {
  if (utf8) {
    write_text(out, *utf8);
  } else {
    out.append("null");
  }
}

void write_number(crypto::WipedBytes& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(std::string_view(digits.data(), end));
}

void write_bool(crypto::WipedBytes& out, bool value) { out.append(value ? "true" : "false"); }

void write_uuid(crypto::WipedBytes& out, const crypto::Uuid& id) {
  std::array<char, 38> text;
  text.front() = text.back() = '"';
  id.write(text.data() + 1);
  out.append(std::string_view(text.data(), text.size()));
}

void write_time(crypto::WipedBytes& out, std::int64_t microseconds_since_epoch) {
  const store::Rfc3339Text text = store::rfc3339_text(microseconds_since_epoch);
  out.push_back('"');
  out.append(std::string_view(text.data(), text.size()));
  out.push_back('"');
}

void write_time_or_null(crypto::WipedBytes& out, const std::optional<std::int64_t>& instant) {
  if (instant) {
    write_time(out, *instant);
  } else {
    out.append("null");
  }
}

}  // namespace tacit::http
