// Faults of a body, path or query, for the 422 response. Types and messages are pydantic v2's, which clients of the
// published API know. pydantic's `input` is omitted and messages repeat nothing of the request, because it may be a
// secret. Locations do: on the tool plane they contain names of arguments and fields.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/memory/wiped.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {

/// A name from the request.
struct SentName {
  std::string text;
};

/// One step of a fault's location: a field's name (in static storage), an index or byte offset, or a name that the
/// client chose.
using LocStep = std::variant<std::string_view, std::uint64_t, SentName>;
using Loc = std::vector<LocStep>;

struct Fault {
  std::string_view type;  ///< in static storage
  Loc loc;
  std::string msg;
  std::string ctx{};  ///< the value of `ctx` as JSON; empty: none
};

/// In the order of the fields' declarations.
using Faults = std::vector<Fault>;

/// The result of reading a request.
template <class T>
using Parsed = boost::system::result<T, Faults>;

/// The faults of all parts of a request, in their order; empty if each could be read.
template <class... T>
Faults all_faults(const Parsed<T>&... parts) {
  Faults all;
  const auto add = [&all](const auto& part) {
    if (!part.has_error()) return;
    const Faults faults = part.error();  // a copy: error() returns one each time
    all.insert(all.end(), faults.begin(), faults.end());
  };
  (add(parts), ...);
  return all;
}

// The kinds of fault, with pydantic's texts (pydantic.dev: "Validation Errors").
Fault missing(Loc loc);
Fault string_type(Loc loc);
Fault string_unicode(Loc loc);
Fault string_too_short(Loc loc, std::size_t min);
/// Sets both lengths in `ctx`.
Fault string_too_long(Loc loc, std::size_t max, std::size_t found);
Fault bool_type(Loc loc);
Fault bool_parsing(Loc loc);
Fault int_type(Loc loc);
Fault int_parsing(Loc loc);
Fault int_from_float(Loc loc);
Fault greater_than_equal(Loc loc, std::size_t min);
Fault less_than_equal(Loc loc, std::size_t max);
Fault list_type(Loc loc);
Fault dict_type(Loc loc);
/// An item of a list that is no object.
Fault model_attributes_type(Loc loc);
/// `what` is "List" or "Dictionary".
Fault too_short(Loc loc, std::string_view what, std::size_t min, std::size_t found);
Fault too_long(Loc loc, std::string_view what, std::size_t max, std::size_t found);
/// `expected` lists the choices.
Fault literal_error(Loc loc, std::string_view expected);
Fault datetime_type(Loc loc);
/// `why` in the wording of speedate, pydantic's parser.
Fault datetime_parsing(Loc loc, std::string_view why);
Fault timezone_aware(Loc loc);
Fault datetime_future(Loc loc);
Fault less_than(Loc loc, std::string_view limit);
/// An unknown field, where those are not ignored.
Fault extra_forbidden(Loc loc);
Fault uuid_type(Loc loc);
/// `why` in the wording of uuid-rs, pydantic's parser.
Fault uuid_parsing(Loc loc, std::string_view why);
/// A syntax error at a byte offset of the body, not counting a byte order mark; `why` goes into `ctx`, as in FastAPI.
Fault json_invalid(std::size_t offset, std::string_view why);
/// A rule of Tacit's own; `rule` is a sentence without the full stop.
Fault value_error(Loc loc, std::string_view rule);

/// The rule that a default belongs to one argument of some tool.
Fault default_unbound();

/// The rule that a value which is sealed with its tool and argument is needed to change them.
Fault value_needed();

/// The rule that an idempotency key belongs to one body.
Fault idempotency_key_reused();

/// The limits of one answer of the tool plane, with the place of what asks for too much.
Fault too_many_arguments(Loc loc);
Fault too_many_value_bytes(Loc loc);

/// The faults of an item of the list `list` of the body, found as those of a body of its own, at their places.
Faults faults_of_item(std::string_view list, std::size_t index, Faults faults);

/// `{"detail":[{"type":…,"loc":[…],"msg":…},…]}`
void write_faults(crypto::WipedBytes& out, const Faults& faults);

}  // namespace tacit::http
