#include "http/wire/request_id.hpp"

#include <array>
#include <charconv>

#include "crypto/primitives/random.hpp"
#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

bool is_sane_request_id(std::string_view id) {
  if (id.empty() || id.size() > 64 || id.find("tct_") != std::string_view::npos) return false;
  for (const char c : id) {
    const bool plain = crypto::is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
    if (!plain) return false;
  }
  return true;
}

std::uint64_t random_number() {
  std::uint64_t number = 0;
  crypto::random_bytes({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
  return number;
}

}  // namespace

RequestIds::RequestIds() : connection_(random_number()) {}

std::string RequestIds::take(std::string_view own) {
  if (is_sane_request_id(own)) return std::string(own);
  std::array<char, 32> text;
  char* end = std::to_chars(text.data(), text.data() + 16, connection_, 16).ptr;
  *end++ = '-';
  end = std::to_chars(end, text.data() + text.size(), ++requests_).ptr;
  return {text.data(), end};
}

}  // namespace tacit::http
