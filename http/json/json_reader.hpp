// Reads a body that is a JSON object straight into the fields that want it: no tree is built, so a value is in memory
// only where its field keeps it. Strict RFC 8259: no comments, no NaN, nothing after the object, no key twice in an
// object. A byte order mark before the text is skipped, as the published API does.
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
  std::string_view name;  ///< of static storage
  JsonTarget* target;
};

/// Names of members that nobody asked for, in order; no more than the first unknown_members.
using UnknownMembers = std::vector<std::string>;
inline constexpr std::size_t unknown_members = 256;

/// Hands the values of the named members of the body's object to their targets; other members are read over, and named
/// in `unknown` where that is wanted. An empty body is an object without members. Answers the faults of the document as
/// a whole: not JSON; no object, for which each of the members is missing, as the published API has it. The targets
/// know the faults of the values. Arrays and objects may be open limits::json_depth deep, and an exponent has to fit an
/// int. Leaves no copy of a string on the stack.
Faults read_json(std::string_view body, std::span<const JsonMember> members, UnknownMembers* unknown = nullptr);

}  // namespace tacit::http
