// Faults of a body, path or query: the 422 answer. Types and messages are pydantic v2's, which clients of the published
// API know; pydantic's `input` is left out, and no message repeats a character of what was sent: it may be a secret.
// Places do: on the tool plane they have names of arguments and fields.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/wiped.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {

/// A name as the request has it.
struct SentName {
  std::string text;
};

/// One step of the way to a fault: a field's name (of static storage), an index or a byte offset, or a name that is
/// anybody's to choose.
using LocStep = std::variant<std::string_view, std::uint64_t, SentName>;
using Loc = std::vector<LocStep>;

struct Fault {
  std::string_view type;  ///< of static storage
  Loc loc;
  std::string msg;
  std::string ctx{};  ///< what `ctx` is, as JSON; empty: there is none
};

/// In the order in which the fields are declared.
using Faults = std::vector<Fault>;

/// What a reader of requests answers.
template <class T>
using Parsed = boost::system::result<T, Faults>;

// The kinds of fault, with pydantic's words (pydantic.dev: "Validation Errors").
Fault missing(Loc loc);
Fault string_type(Loc loc);
Fault string_unicode(Loc loc);
Fault string_too_short(Loc loc, std::size_t min);
/// Tells both lengths in `ctx`.
Fault string_too_long(Loc loc, std::size_t max, std::size_t found);
Fault bool_type(Loc loc);
Fault bool_parsing(Loc loc);
Fault int_parsing(Loc loc);
Fault greater_than_equal(Loc loc, std::size_t min);
Fault less_than_equal(Loc loc, std::size_t max);
Fault list_type(Loc loc);
Fault dict_type(Loc loc);
/// `what` is "List" or "Dictionary".
Fault too_short(Loc loc, std::string_view what, std::size_t min, std::size_t found);
Fault too_long(Loc loc, std::string_view what, std::size_t max, std::size_t found);
/// `expected` lists what there is to choose from.
Fault literal_error(Loc loc, std::string_view expected);
Fault datetime_type(Loc loc);
/// `why` in the words of speedate, whose parser pydantic uses.
Fault datetime_parsing(Loc loc, std::string_view why);
Fault timezone_aware(Loc loc);
Fault datetime_future(Loc loc);
Fault less_than(Loc loc, std::string_view limit);
/// A field that there is not, where such are not ignored.
Fault extra_forbidden(Loc loc);
Fault uuid_type(Loc loc);
/// `why` in the words of uuid-rs, whose parser pydantic uses.
Fault uuid_parsing(Loc loc, std::string_view why);
/// A syntax error at a byte of the body, which does not count a byte order mark; `why` in `ctx`, as FastAPI has it.
Fault json_invalid(std::size_t offset, std::string_view why);
/// A rule of our own; `rule` is a sentence without the full stop.
Fault value_error(Loc loc, std::string_view rule);

/// The rule that a default belongs to one argument of some tool.
Fault default_unbound();

/// `{"detail":[{"type":…,"loc":[…],"msg":…},…]}`
void write_faults(crypto::WipedBytes& out, const Faults& faults);

}  // namespace tacit::http
