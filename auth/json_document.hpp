// JSON that decides who somebody is: the header and claims of tokens, key sets, what issuers say of themselves. Strict
// RFC 8259, since two readers that take a document differently are two opinions on who that is.
#pragma once

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

}  // namespace tacit::auth
