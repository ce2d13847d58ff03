// The text of a keyring file, in the format of keyring.hpp: parsing and formatting.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// One key of a ring, its bytes not yet checked.
struct KeyringLine {
  std::size_t number = 0;  ///< the line's number in the file, from 1
  KeyId id{};
  bool primary = false;
  std::string created;  ///< RFC 3339, as in the file
  WipedBytes key;
};

/// Reads the text of a ring of the given kind. `name` is the file's, for the messages. The result has at least one
/// line, exactly one primary key, and no repeated id.
KeyringResult<std::vector<KeyringLine>> parse_keyring(std::string_view name, std::string_view kind,
                                                      std::string_view text);

/// A ring of one primary key, created now.
WipedBytes format_keyring(std::string_view kind, const KeyId& id, ByteView key);

// Changes of a ring's text that parse_keyring has accepted. All other text stays, including comments.
/// Adds a key: active, created now.
WipedBytes with_key(std::string_view text, const KeyId& id, ByteView key);
/// Makes that key, which the ring has, the primary one; the former primary key becomes active.
WipedBytes with_primary(std::string_view text, const KeyId& id);
/// Removes that key.
WipedBytes without_key(std::string_view text, const KeyId& id);

/// "name: line N: why".
KeyringError line_error(std::string_view name, std::size_t number, std::string_view why);

/// 16 lower-case hexadecimal digits; std::nullopt for any other text.
std::optional<KeyId> parse_key_id(std::string_view text);

/// Whether the text is a date-time of RFC 3339 section 5.6.
bool is_rfc3339(std::string_view text);

}  // namespace tacit::crypto
