// Parses JSON that decides identity: the header and claims of tokens, key sets, issuers' metadata. Strict RFC 8259,
// because two parsers that read a document differently would disagree on the identity.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace tacit::auth {

/// The nesting limit of arrays and objects.
inline constexpr std::size_t json_document_depth = 16;

/// Parses text that is one JSON value of at most `max_size` bytes, optionally surrounded by white space: valid UTF-8,
/// no byte order mark, comments, NaN or duplicate keys, nested at most json_document_depth deep; else std::nullopt. A
/// number without fraction and exponent becomes an int64 or uint64 if it fits; any other becomes a double, which may be
/// infinite. The value is allocated in `memory`.
std::optional<boost::json::value> parse_json_document(std::string_view text, std::size_t max_size,
                                                      boost::json::storage_ptr memory = {});

/// The same for a document whose parts are judged one by one: objects with duplicate keys are accepted, and
/// has_repeated_member detects them.
std::optional<boost::json::value> parse_json_parts(std::string_view text, std::size_t max_size);

/// Whether an object that parse_json_parts returned has a duplicate key. Nested objects are not checked.
bool has_repeated_member(const boost::json::object& object);

/// The object's member of that name. Null if it is missing or `null`, which is equivalent here: RFC 7519 section 4 and
/// RFC 7517 section 4 omit unknown members.
const boost::json::value* find_member(const boost::json::object& object, std::string_view name);

/// The string; std::nullopt if `value` is null or not a string.
std::optional<std::string_view> text_of(const boost::json::value* value);

}  // namespace tacit::auth
