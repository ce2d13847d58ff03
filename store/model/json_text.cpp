#include "store/model/json_text.hpp"

#include "crypto/text/json_escape.hpp"
#include "crypto/text/utf8.hpp"

namespace tacit::store {
namespace {

/// The escapes of all entries since the first format: control characters and DEL by their numbers.
constexpr crypto::JsonEscapes escapes = [] {
  crypto::JsonEscapes table = crypto::json_escapes;
  for (std::size_t control = 0; control < 0x20; ++control) table[control] = 'u';
  table[0x7f] = 'u';
  return table;
}();

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (;;) {
    const std::size_t sound = crypto::utf8_prefix(text);
    crypto::append_json_escaped(out, text.substr(0, sound), escapes);
    if (sound == text.size()) break;
    out += replacement;
    text.remove_prefix(sound + 1);
  }
  out += '"';
}

}  // namespace tacit::store
