// Reads a body that is a JSON object directly into its fields. No tree is built, so a value is in memory only in its
// field. Strict RFC 8259: no comments, NaN, text after the object or duplicate keys. A byte order mark before the text
// is skipped, as in the published API.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/json/faults.hpp"

namespace tacit::http {

/// One step of a member's value, in document order.
struct JsonEvent {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,    ///< a number without fraction and exponent
    real,       ///< any other number
    text_part,  ///< a part of a string; more follow
    text,       ///< the last part of a string
    key,        ///< a whole key of an object within the value
    array_begin,
    array_end,
    object_begin,
    object_end,
  };
  Kind kind;
  std::string_view text{};  ///< decoded UTF-8 of strings and keys; numbers as written. Valid during the call.
  bool truth = false;       ///< of boolean
};

/// Receives the value of a member.
class JsonTarget {
 public:
  JsonTarget() = default;
  JsonTarget(const JsonTarget&) = delete;
  JsonTarget& operator=(const JsonTarget&) = delete;
  virtual ~JsonTarget() = default;
  virtual void take(const JsonEvent& event) = 0;
};

struct JsonMember {
  std::string_view name;  ///< in static storage
  JsonTarget* target;
  bool added = false;  ///< a field that the published API lacks: not reported as missing where there is no object
};

/// Names of unknown members, in order; at most the first unknown_members.
using UnknownMembers = std::vector<std::string>;
inline constexpr std::size_t unknown_members = 256;

/// Passes the values of the named members of the body's object to their targets. Other members are skipped, and named
/// in `unknown` if it is not null. An empty body is an object without members. Returns the faults of the document as a
/// whole: not JSON, or not an object, which is reported as missing members, as in the published API. The targets hold
/// the faults of the values. Arrays and objects may be nested limits::json_depth deep, and an exponent must fit an int.
/// Leaves no copy of a string on the stack.
Faults read_json(std::string_view body, std::span<const JsonMember> members, UnknownMembers* unknown = nullptr);

}  // namespace tacit::http
