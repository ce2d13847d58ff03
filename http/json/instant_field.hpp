// An instant of a body: when something expires.
#pragma once

#include <cstdint>
#include <optional>

#include "http/json/json_fields.hpp"

namespace tacit::http {

/// An RFC 3339 date-time with its offset, or null.
class InstantField final : public JsonTarget {
 public:
  InstantField() = default;
  void take(const JsonEvent& event) override { text_.take(event); }
  Given given() const { return text_.given(); }
  /// Reports an invalid value, and one that is not after `now` (microseconds since the Unix epoch) or that RFC 3339
  /// cannot express in every offset. Null is no fault. Leaves the instant in `instant`, if there is one.
  void check(std::string_view name, std::int64_t now, std::optional<std::int64_t>& instant, Faults& faults) const;

 private:
  static constexpr limits::Length text_length{0, 64};  // a longer text is no date-time
  TextField<std::string> text_{text_length};
};

/// The instant in such a text, or its fault at `loc`, whatever the time is.
std::optional<std::int64_t> read_instant(std::string_view text, Loc loc, Faults& faults);

}  // namespace tacit::http
