// Reads a body that is a JSON object straight into the fields that want it: no tree is built, so a value is in memory
// only where its field keeps it. Strict RFC 8259: no comments, no byte order mark, no NaN, nothing after the object, no
// key twice in an object.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "http/faults.hpp"

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

/// Whoever takes the value of a member.
class JsonTarget {
 public:
  JsonTarget() = default;
  JsonTarget(const JsonTarget&) = delete;
  JsonTarget& operator=(const JsonTarget&) = delete;
  virtual ~JsonTarget() = default;
  virtual void take(const JsonEvent& event) = 0;
};

struct JsonMember {
  std::string_view name;
  JsonTarget* target;
};

/// Hands the values of the named members of the body's object to their targets; other members are read over. Answers
/// the faults of the document as a whole (empty, not an object, not JSON); the targets know those of the values. Arrays
/// and objects may be open limits::json_depth deep, and an exponent has to fit an int. Leaves no copy of a string on
/// the stack.
Faults read_json(std::string_view body, std::span<const JsonMember> members);

}  // namespace tacit::http
