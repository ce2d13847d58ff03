// Texts as JSON and for terminals: what is written, Boost.JSON reads as the same text.
#include <boost/json/parse.hpp>

#include "crypto/text/utf8.hpp"
#include "http/json/json_writer.hpp"
#include "http/log/printable.hpp"
#include "store/model/json_text.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

std::string parsed(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  TACIT_HOLDS(!error && value.is_string());
  return std::string(value.get_string().data(), value.get_string().size());
}

bool controls_terminal(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

Description describe() {
  return {.max_size = 512,
          .seeds = {"plain", "\"quoted\\\"", std::string("nul\0", 4), "\x1b[31mred\n",
                    "gr\xC3\xBC\xC3\x9F \xF0\x9F\x94\x91",
                    "\xE2\x80\xAE"
                    "bidi",
                    "\xFF\xC3"},
          .words = {"\\u", "\x1b", "\xC2\x85", "\xE2\x80\xA8", "\x7f", "\"", "\\"}};
}

void take(std::string_view input) {
  std::string for_audit;
  store::append_json_string(for_audit, input);
  const std::string audited = parsed(for_audit);
  TACIT_HOLDS(crypto::is_utf8(audited) && audited.size() <= 3 * input.size());

  const std::string shown = http::printable(input);
  TACIT_HOLDS(crypto::is_utf8(shown) && !controls_terminal(shown) && shown.size() <= 6 * input.size());
  TACIT_HOLDS(http::printable(shown) == shown);
  std::string piecewise;
  std::string held;
  for (const char c : input) {  // an incomplete character waits for its rest
    held.push_back(c);
    const std::size_t left = http::append_printable(piecewise, held, {.continues = true});
    held.erase(0, held.size() - left);
  }
  http::append_printable(piecewise, held);
  TACIT_HOLDS(piecewise == shown);

  if (!crypto::is_utf8(input)) return;
  TACIT_HOLDS(audited == input);
  crypto::WipedBytes json;
  http::write_text(json, input);
  TACIT_HOLDS(parsed(json.text()) == input);
  const std::string printable_json = http::printable_json(json.text());
  TACIT_HOLDS(parsed(printable_json) == input && !controls_terminal(printable_json));
}

const Target target("json_text", describe, take);

}  // namespace
}  // namespace tacit::fuzz
