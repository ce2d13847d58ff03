// The part of a secret that is sealed beside its value: everything that would reveal its owner or its purpose.
//
// Format 1, the plaintext of a metadata box: 1 format ‖ 1 flags (1: display, 2: tool_name, 4: tool_arg, 8: default)
// ‖ secret_name ‖ display ‖ tool_name ‖ tool_arg, each a 4-byte length and its bytes, empty where the flag is not set.
// Format 2, in rows of format 2: 1 format ‖ 1 flags ‖ 4 length of the value ‖ the four texts ‖ zeros up to the padded
// size (crypto/envelope/padding.hpp).
// Format 3, in rows of format 3: 1 format ‖ 1 flags (16: expires) ‖ 4 length of the value ‖ 8 instant from which the
// secret is not released, 0 without the flag (microseconds since the Unix epoch) ‖ the four texts ‖ zeros likewise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/memory/wiped.hpp"
#include "store/model/secret.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {

struct Metadata {
  std::string name;
  std::optional<std::string> display;
  std::optional<std::string> tool_name;
  std::optional<std::string> tool_arg;
  bool is_default = false;
  std::optional<std::uint32_t> value_length{};  ///< not in format 1
  std::optional<std::int64_t> expires_at{};     ///< in format 3 only

  bool operator==(const Metadata&) const = default;
  /// Whether a default has the binding that it is the default for.
  bool default_is_bound() const { return !is_default || (tool_name && tool_arg); }
  /// The bytes that count against the quota, for a value of that size.
  std::uint64_t accounted(std::size_t value_size) const;
};

/// In the format of the secret's row, 1 to 3. Formats 2 and 3 need the value's length.
crypto::WipedBytes encode_metadata(const Metadata& metadata, std::uint8_t format);
/// std::nullopt if it is incomplete or not of that format.
std::optional<Metadata> decode_metadata(crypto::ByteView plaintext, std::uint8_t format);
/// The same into an object whose strings' memory is used again. False: its content has no use.
bool decode_metadata(crypto::ByteView plaintext, std::uint8_t format, Metadata& into);

/// Whether the rest of `size` bytes is the padding of what the decoder has read (crypto/envelope/padding.hpp).
bool ends_padded(const Decoder& decoder, std::size_t size);

/// The metadata after an update. A new value changes `display`, and its length is for the caller to change.
Metadata updated(const Metadata& before, const SecretUpdate& update, const std::optional<std::string>& new_display);

}  // namespace tacit::store
