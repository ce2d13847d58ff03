#include "auth/api_keys/api_key_format.hpp"

#include <array>

#include <boost/crc.hpp>

#include "auth/api_keys/base62.hpp"

namespace tacit::auth {
namespace {

constexpr std::string_view prefix = "tct_";
constexpr std::size_t id_size = 11;
constexpr std::size_t secret_size = 43;
constexpr std::size_t checksum_size = 6;
constexpr std::size_t checked_size = id_size + secret_size;
constexpr std::size_t text_size = prefix.size() + checked_size + checksum_size;

using Checksum = std::array<std::uint8_t, checksum_size>;

Checksum checksum_of(std::string_view id_and_secret) {
  boost::crc_32_type crc;
  crc.process_bytes(id_and_secret.data(), id_and_secret.size());
  Checksum checksum{};
  write_base62(crc.checksum(), checksum);
  return checksum;
}

}  // namespace

GeneratedApiKey generate_api_key() {
  GeneratedApiKey key;
  key.text.reserve(text_size);
  key.text.append(prefix);
  key.text.resize(prefix.size() + checked_size);
  random_base62(key.text.span().subspan(prefix.size()));
  const std::string_view checked = key.text.text().substr(prefix.size());
  const Checksum checksum = checksum_of(checked);
  key.id = checked.substr(0, id_size);
  key.secret_hash = crypto::sha256(crypto::as_bytes(checked.substr(id_size)));
  key.text.append(crypto::ByteView(checksum));
  return key;
}

bool has_api_key_prefix(std::string_view text) { return text.starts_with(prefix); }

std::optional<ParsedApiKey> parse_api_key(std::string_view text) {
  if (text.size() != text_size || !text.starts_with(prefix)) return std::nullopt;
  const std::string_view body = text.substr(prefix.size());
  if (!is_base62(body)) return std::nullopt;
  const std::string_view checked = body.substr(0, checked_size);
  const Checksum checksum = checksum_of(checked);
  // The checksum is not secret, so the comparison need not be constant-time.
  if (crypto::as_text(checksum) != body.substr(checked_size)) return std::nullopt;
  return ParsedApiKey{checked.substr(0, id_size), checked.substr(id_size)};
}

}  // namespace tacit::auth
