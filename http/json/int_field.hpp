// The number of a version, in a body or in a path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/json/json_fields.hpp"

namespace tacit::http {

/// A number from 1 on, as pydantic reads it: also "3" and 3.0. One beyond 32 bits is the largest of them.
class IntField final : public ScalarField {
 public:
  void take(const JsonEvent& event) override;
  /// Reports a missing, null or invalid field.
  void require(std::string_view name, Faults& faults) const;
  std::uint32_t value() const { return value_; }

 private:
  enum class Wrong : std::uint8_t { no, text, fraction, small };

  void take_number(std::string_view text);

  std::string text_;
  Wrong wrong_ = Wrong::no;
  std::uint32_t value_ = 0;
};

/// A type of its own: a Parsed<std::uint32_t> could not tell a number from a count of faults.
struct VersionNumber {
  std::uint32_t value = 0;
};

/// The number in a segment of a path, as sent; the fault's place is `["path", name]`. A number beyond 32 bits, and one
/// below 1, names nothing: 0.
Parsed<VersionNumber> parse_path_number(std::string_view segment, std::string_view name);

}  // namespace tacit::http
