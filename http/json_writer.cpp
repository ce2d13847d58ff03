#include "http/json_writer.hpp"

#include <array>
#include <charconv>

#include "store/timestamp.hpp"

namespace tacit::http {
namespace {

// What follows the backslash for each byte that must be escaped (RFC 8259 section 7): its short form, or `u`; 0 for all
// others.
constexpr std::array<char, 256> escape_of = [] {
  std::array<char, 256> table{};
  for (std::size_t control = 0; control < 0x20; ++control) table[control] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

void write_escape(crypto::WipedBytes& out, char c, char escape) {
  static constexpr char digits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  std::array<char, 6> text{'\\', escape, '0', '0', digits[byte >> 4], digits[byte & 0x0f]};
  out.append(std::string_view(text.data(), escape == 'u' ? 6 : 2));
  crypto::wipe(text.data(), text.size());
}

}  // namespace

void write_text(crypto::WipedBytes& out, std::string_view utf8) {
  out.push_back('"');
  std::size_t run = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const char escape = escape_of[static_cast<unsigned char>(utf8[i])];
    if (escape == 0) continue;
    out.append(utf8.substr(run, i - run));
    write_escape(out, utf8[i], escape);
    run = i + 1;
  }
  out.append(utf8.substr(run));
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

}  // namespace tacit::http
