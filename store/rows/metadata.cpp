#include "store/rows/metadata.hpp"

#include <algorithm>

#include "crypto/envelope/padding.hpp"
#include "store/model/quota.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t first_format = 1;
constexpr std::uint8_t third_format = 3;
enum Flag : unsigned { has_display = 1, has_tool_name = 2, has_tool_arg = 4, is_default_flag = 8, expires = 16 };

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }
std::string_view view_of(const std::optional<std::string>& text) { return text ? std::string_view(*text) : ""; }

/// Uses the memory of the string that is there.
void take(Decoder& decoder, bool present, std::optional<std::string>& into) {
  const std::string_view text = decoder.text();
  if (!present) return into.reset();
  if (!into) into.emplace();
  into->assign(text);
}

std::optional<std::string> changed(const std::optional<std::string>& before, const FieldChange& change) {
  switch (change.kind) {
    case FieldChange::Kind::keep:
      return before;
    case FieldChange::Kind::clear:
      return std::nullopt;
    case FieldChange::Kind::set:
      return change.value;
  }
  return before;
}

std::optional<std::int64_t> changed(const std::optional<std::int64_t>& before, const InstantChange& change) {
  switch (change.kind) {
    case FieldChange::Kind::keep:
      return before;
    case FieldChange::Kind::clear:
      return std::nullopt;
    case FieldChange::Kind::set:
      return change.value;
  }
  return before;
}

unsigned flags_of(const Metadata& metadata, std::uint8_t format) {
  return (metadata.display ? has_display : 0U) | (metadata.tool_name ? has_tool_name : 0U) |
         (metadata.tool_arg ? has_tool_arg : 0U) | (metadata.is_default ? is_default_flag : 0U) |
         (format == third_format && metadata.expires_at ? expires : 0U);
}

}  // namespace

bool ends_padded(const Decoder& decoder, std::size_t size) {
  const crypto::ByteView padding = decoder.rest();
  return decoder.ok() && crypto::padme(size - padding.size()) == size &&
         std::ranges::all_of(padding, [](std::uint8_t byte) { return byte == 0; });
}

std::uint64_t Metadata::accounted(std::size_t value_size) const {
  return accounted_bytes(name.size(), value_size, size_of(tool_name), size_of(tool_arg));
}

crypto::WipedBytes encode_metadata(const Metadata& metadata, std::uint8_t format) {
  crypto::WipedBytes out;
  const auto unpadded =
      30 + metadata.name.size() + size_of(metadata.display) + size_of(metadata.tool_name) + size_of(metadata.tool_arg);
  out.reserve(crypto::padme(unpadded));  // at least what is needed
  Encoder encoder(out);
  encoder.u8(format);
  encoder.u8(static_cast<std::uint8_t>(flags_of(metadata, format)));
  if (format != first_format) encoder.u32(metadata.value_length.value_or(0));
  if (format == third_format) encoder.i64(metadata.expires_at.value_or(0));
  encoder.text(metadata.name);
  encoder.text(view_of(metadata.display));
  encoder.text(view_of(metadata.tool_name));
  encoder.text(view_of(metadata.tool_arg));
  if (format != first_format) out.resize(crypto::padme(out.size()));
  return out;
}

bool decode_metadata(crypto::ByteView plaintext, std::uint8_t format, Metadata& into) {
  Decoder decoder(plaintext);
  if (decoder.u8() != format || format < first_format || format > third_format) return false;
  const unsigned flags = decoder.u8();
  into.value_length.reset();
  into.expires_at.reset();
  if (format != first_format) into.value_length = decoder.u32();
  if (format == third_format) {
    const std::int64_t instant = decoder.i64();
    if ((flags & expires) != 0) into.expires_at = instant;
  }
  into.name = decoder.text();
  take(decoder, (flags & has_display) != 0, into.display);
  take(decoder, (flags & has_tool_name) != 0, into.tool_name);
  take(decoder, (flags & has_tool_arg) != 0, into.tool_arg);
  into.is_default = (flags & is_default_flag) != 0;
  return format == first_format ? decoder.done() : ends_padded(decoder, plaintext.size());
}

std::optional<Metadata> decode_metadata(crypto::ByteView plaintext, std::uint8_t format) {
  Metadata metadata;
  if (!decode_metadata(plaintext, format, metadata)) return std::nullopt;
  return metadata;
}

Metadata updated(const Metadata& before, const SecretUpdate& update, const std::optional<std::string>& new_display) {
  Metadata after;
  after.name = update.name.value_or(before.name);
  after.display = new_display ? new_display : before.display;
  after.tool_name = changed(before.tool_name, update.tool_name);
  after.tool_arg = changed(before.tool_arg, update.tool_arg);
  after.is_default = update.is_default_for_tool.value_or(before.is_default);
  after.value_length = before.value_length;
  after.expires_at = changed(before.expires_at, update.expires_at);
  return after;
}

}  // namespace tacit::store
