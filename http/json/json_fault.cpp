#include "http/json/json_fault.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "crypto/text/ascii.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {
namespace {

constexpr std::string_view white_space = " \t\n\r";

using crypto::is_digit;

bool is_hex(char c) { return crypto::hex_value(c) >= 0; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<JsonFault> document() {
    skip();
    bool due = true;  // a value must begin here
    while (due || !open_.empty()) {
      auto fault = due ? value(due) : next_item(due);
      if (fault) return fault;
      if (open_.size() > limits::json_depth) return std::nullopt;
    }
    skip();
    if (at_ != text_.size()) return JsonFault{at_, "Extra data"};
    return std::nullopt;
  }

 private:
  /// The character at the current position; at the end NUL, which is valid nowhere.
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void skip() { at_ = std::min(text_.find_first_not_of(white_space, at_), text_.size()); }

  std::optional<JsonFault> value(bool& due) {
    const char c = peek();
    if (c == '{' || c == '[') return open(c, due);
    due = false;
    if (c == '"') return string();
    if (word() || number()) return std::nullopt;
    return JsonFault{at_, "Expecting value"};
  }

  std::optional<JsonFault> open(char c, bool& due) {
    ++at_;
    skip();
    const char closing = c == '{' ? '}' : ']';
    due = peek() != closing;
    if (!due) {
      ++at_;
      return std::nullopt;
    }
    open_.push_back(closing);
    return closing == '}' ? name() : std::nullopt;
  }

  /// After an item of the innermost open array or object.
  std::optional<JsonFault> next_item(bool& due) {
    skip();
    const char closing = open_.back();
    if (peek() == closing) {
      ++at_;
      open_.pop_back();
      return std::nullopt;
    }
    if (peek() != ',') return JsonFault{at_, "Expecting ',' delimiter"};
    ++at_;
    skip();
    due = true;
    return closing == '}' ? name() : std::nullopt;
  }

  std::optional<JsonFault> name() {
    if (peek() != '"') return JsonFault{at_, "Expecting property name enclosed in double quotes"};
    if (auto fault = string()) return fault;
    skip();
    if (peek() != ':') return JsonFault{at_, "Expecting ':' delimiter"};
    ++at_;
    skip();
    return std::nullopt;
  }

  std::optional<JsonFault> string() {
    const std::size_t start = at_++;
    for (; at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return std::nullopt;
      }
      if (c < 0x20) return JsonFault{at_, "Invalid control character at"};
      if (c != '\\') continue;
      if (at_ + 1 == text_.size()) break;
      if (auto fault = escape()) return fault;
    }
    return JsonFault{start, "Unterminated string starting at"};
  }

  /// Reads an escape from its backslash to its last character.
  std::optional<JsonFault> escape() {
    constexpr std::string_view known = "\"\\/bfnrt";
    const std::size_t backslash = at_++;
    if (text_[at_] != 'u') {
      if (known.find(text_[at_]) == std::string_view::npos) return JsonFault{backslash, "Invalid \\escape"};
      return std::nullopt;
    }
    const std::string_view digits = text_.substr(at_ + 1, 4);
    // The escape must be complete within the string.
    if (at_ + 5 >= text_.size() || !std::ranges::all_of(digits, is_hex)) {
      return JsonFault{at_, "Invalid \\uXXXX escape"};
    }
    at_ += 4;
    return std::nullopt;
  }

  bool word() {
    constexpr std::array<std::string_view, 6> words{"true", "false", "null", "NaN", "Infinity", "-Infinity"};
    const auto found = std::ranges::find_if(words, [&](auto word) { return text_.substr(at_).starts_with(word); });
    if (found == words.end()) return false;
    at_ += found->size();
    return true;
  }

  /// Reads the longest valid number: of `1.` and `1e` only the digit.
  bool number() {
    const std::size_t sign = peek() == '-' ? 1 : 0;
    if (!is_digit(peek(sign))) return false;
    at_ += sign;
    const bool zero = peek() == '0';
    ++at_;
    if (!zero) digits();
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      digits();
    }
    if (peek() != 'e' && peek() != 'E') return true;
    const std::size_t exponent = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if (!is_digit(peek(exponent))) return true;
    at_ += exponent;
    digits();
    return true;
  }
  void digits() {
    while (is_digit(peek())) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;  // the closing characters of the open arrays and objects
};

}  // namespace

std::optional<JsonFault> python_json_fault(std::string_view text) { return Scanner(text).document(); }

}  // namespace tacit::http
