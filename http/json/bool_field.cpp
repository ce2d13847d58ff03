// pydantic v2's lax reading of a boolean from a JSON value ("Conversion Table": bool).
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "crypto/text/ascii.hpp"
#include "http/json/json_fields.hpp"

namespace tacit::http {
namespace {

using Kind = JsonEvent::Kind;

struct Word {
  std::string_view text;
  bool means;
};
constexpr std::array words{Word{"0", false}, Word{"1", true},    Word{"f", false},   Word{"t", true},
                           Word{"n", false}, Word{"y", true},    Word{"no", false},  Word{"yes", true},
                           Word{"on", true}, Word{"off", false}, Word{"true", true}, Word{"false", false}};
constexpr std::size_t longest_word = 5;

// The number as a 64-bit integer, if it is integral: pydantic converts only those to booleans.
std::optional<std::int64_t> as_integer(const JsonEvent& number) {
  if (number.kind == Kind::integer) {
    std::int64_t value = 0;
    const auto end = number.text.data() + number.text.size();
    if (std::from_chars(number.text.data(), end, value).ec != std::errc{}) return std::nullopt;
    return value;
  }
  // std::from_chars does not distinguish underflow, which is 0 here, from overflow, which is infinite.
  const double value = std::strtod(std::string(number.text).c_str(), nullptr);
  constexpr double past_int64 = 9223372036854775808.0;
  if (std::trunc(value) != value || value >= past_int64 || value <= -past_int64) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

}  // namespace

void BoolField::set(std::optional<bool> value) {
  given_ = value ? Given::value : Given::wrong;
  unreadable_ = !value;
  value_ = value.value_or(false);
}

void BoolField::take_number(const JsonEvent& event) {
  const std::optional<std::int64_t> number = as_integer(event);
  if (!number) {
    given_ = Given::wrong;
  } else if (*number == 0 || *number == 1) {
    set(*number == 1);
  } else {
    set(std::nullopt);
  }
}

void BoolField::take_word(std::string_view part, bool last) {
  // One character more than the longest word suffices to detect that it is not a word.
  word_.append(part.substr(0, longest_word + 1 - std::min(word_.size(), longest_word + 1)));
  if (!last) return;
  word_ = crypto::lower(word_);
  const auto known = std::ranges::find(words, word_, &Word::text);
  set(known == words.end() ? std::nullopt : std::optional(known->means));
}

void BoolField::take(const JsonEvent& event) {
  if (given_ == Given::wrong) return;
  switch (event.kind) {
    case Kind::null:
      given_ = Given::null;
      break;
    case Kind::boolean:
      set(event.truth);
      break;
    case Kind::integer:
    case Kind::real:
      take_number(event);
      break;
    case Kind::text_part:
      take_word(event.text, false);
      break;
    case Kind::text:
      take_word(event.text, true);
      break;
    default:
      given_ = Given::wrong;
  }
}

void BoolField::check(std::string_view name, Faults& faults) const {
  if (given_ != Given::wrong) return;
  faults.push_back(unreadable_ ? bool_parsing(Loc{"body", name}) : bool_type(Loc{"body", name}));
}

}  // namespace tacit::http
