#include "http/json/int_field.hpp"

#include <charconv>
#include <limits>
#include <optional>

namespace tacit::http {
namespace {

using Kind = JsonEvent::Kind;

constexpr std::size_t longest_text = 32;
constexpr std::uint32_t largest = std::numeric_limits<std::uint32_t>::max();

/// A decimal number with a sign or without; those beyond 64 bits as the nearest ones.
std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  if (error != std::errc::result_out_of_range) return number;
  return text.starts_with('-') ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void IntField::take_number(std::string_view text) {
  const auto number = whole_number(text);
  given_ = Given::value;
  if (!number) {
    wrong_ = Wrong::text;
  } else if (*number < 1) {
    wrong_ = Wrong::small;
  } else {
    value_ = *number > largest ? largest : static_cast<std::uint32_t>(*number);
  }
}

void IntField::take(const JsonEvent& event) {
  if (given_ == Given::wrong) return;
  switch (event.kind) {
    case Kind::integer:
      return take_number(event.text);
    case Kind::real:
      // 3.0 is a whole number; a text with an exponent is rare enough to be refused.
      if (event.text.ends_with(".0")) return take_number(event.text.substr(0, event.text.size() - 2));
      given_ = Given::value;
      wrong_ = Wrong::fraction;
      return;
    case Kind::text_part:
    case Kind::text:
      if (text_.size() <= longest_text) text_.append(event.text.substr(0, longest_text));
      if (event.kind == Kind::text) take_number(text_);
      return;
    case Kind::null:
      given_ = Given::null;
      return;
    default:
      given_ = Given::wrong;
  }
}

void IntField::require(std::string_view name, Faults& faults) const {
  Loc loc{"body", name};
  if (given_ == Given::absent) return faults.push_back(missing(std::move(loc)));
  if (given_ != Given::value) return faults.push_back(int_type(std::move(loc)));
  if (wrong_ == Wrong::text) faults.push_back(int_parsing(std::move(loc)));
  if (wrong_ == Wrong::fraction) faults.push_back(int_from_float(std::move(loc)));
  if (wrong_ == Wrong::small) faults.push_back(greater_than_equal(std::move(loc), 1));
}

Parsed<VersionNumber> parse_path_number(std::string_view segment, std::string_view name) {
  const auto number = whole_number(segment);
  if (!number) return Faults{int_parsing(Loc{"path", name})};
  return VersionNumber{*number < 1 || *number > largest ? 0 : static_cast<std::uint32_t>(*number)};
}

}  // namespace tacit::http
