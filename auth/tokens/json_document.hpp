// JSON that decides who somebody is: the header and claims of tokens, key sets, what issuers say of themselves. Strict
// RFC 8259, since two readers that take a document differently are two opinions on who that is.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace tacit::auth {

/// Arrays and objects that may be open at once in any such document.
inline constexpr std::size_t json_document_depth = 16;

/// Nothing unless the text is one JSON value of at most `max_size` bytes, with white space around it at most: valid
/// UTF-8, no byte order mark, no comments, no NaN, no key twice in any object, no deeper than json_document_depth.
/// A number without fraction and exponent that fits is an int64 or uint64 of the value; every other one is a double,
/// which may be infinite. The value lives in `memory`.
std::optional<boost::json::value> parse_json_document(std::string_view text, std::size_t max_size,
                                                      boost::json::storage_ptr memory = {});

/// The same of a document whose parts are judged one by one: an object with a key twice is there, and
/// has_repeated_member tells it.
std::optional<boost::json::value> parse_json_parts(std::string_view text, std::size_t max_size);

/// Of what parse_json_parts answered: whether that object has a key twice. Says nothing of objects within it.
bool has_repeated_member(const boost::json::object& object);

/// The object's member of that name, for reading what others wrote: null if it is not there, or is there as `null`,
/// which says the same (RFC 7519 section 4 and RFC 7517 section 4 leave out what is not known).
const boost::json::value* find_member(const boost::json::object& object, std::string_view name);

/// Nothing unless the value is there and a string.
std::optional<std::string_view> text_of(const boost::json::value* value);

}  // namespace tacit::auth
