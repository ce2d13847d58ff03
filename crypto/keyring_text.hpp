// The text of a keyring file, whose format is told in keyring.hpp: lines in, entries out, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keyring.hpp"
#include "crypto/wiped.hpp"

namespace tacit::crypto {

/// One key of a ring, its bytes not judged yet.
struct KeyringLine {
  std::size_t number = 0;  ///< the line's number in the file, from 1
  KeyId id{};
  bool primary = false;
  std::string created;  ///< RFC 3339, as it is written there
  WipedBytes key;
};

/// Reads the text of a ring of the given kind. `name` is the file's, for the messages. There is at least one line,
/// exactly one of them is primary, and no id comes twice.
KeyringResult<std::vector<KeyringLine>> parse_keyring(std::string_view name, std::string_view kind,
                                                      std::string_view text);

/// A ring of one primary key, created now.
WipedBytes format_keyring(std::string_view kind, const KeyId& id, ByteView key);

// Changes of a ring's text, which parse_keyring has taken. All else in it stays as it is, comments too.
/// One key more: active, created now.
WipedBytes with_key(std::string_view text, const KeyId& id, ByteView key);
/// That key, which is in it, as the primary one; the one that was it is active.
WipedBytes with_primary(std::string_view text, const KeyId& id);
/// Without that key.
WipedBytes without_key(std::string_view text, const KeyId& id);

/// "name: line N: why".
KeyringError line_error(std::string_view name, std::size_t number, std::string_view why);

/// 16 lower-case hexadecimal digits; nothing if the text is not that.
std::optional<KeyId> parse_key_id(std::string_view text);

/// Whether the text is a date-time of RFC 3339 section 5.6.
bool is_rfc3339(std::string_view text);

}  // namespace tacit::crypto
