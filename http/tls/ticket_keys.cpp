#include "http/tls/ticket_keys.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "crypto/files/key_file.hpp"
#include "crypto/files/text_file.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::http {
namespace {

using boost::system::result;
using crypto::ByteView;
using Keys = std::shared_ptr<const TicketKeys>;

bool is_text(ByteView content) {
  return std::ranges::all_of(content, [](std::uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

/// Decodes base64 or base64url (RFC 4648 sections 4 and 5), with or without padding.
std::optional<crypto::WipedBytes> decode(std::string_view line) {
  if (line.ends_with('=')) line.remove_suffix(1);
  crypto::WipedBytes url;
  for (const char c : line) url.push_back(c == '+' ? '-' : c == '/' ? '_' : c);
  return crypto::base64url_decode(url.text());
}

void release_keys(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Keys*>(held); }

/// The index of a context's keys (SSL_CTX_set_ex_data(3)).
int place() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, release_keys);
  return index;
}

bool set_up(const TicketKeys::Key& key, const std::uint8_t* iv, bool encrypts, EVP_CIPHER_CTX* cipher,
            EVP_MAC_CTX* mac) {
  if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.aes.data(), iv, encrypts ? 1 : 0) != 1) return false;
  // OpenSSL modifies neither.
  auto* const secret = const_cast<std::uint8_t*>(key.hmac.data());
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, key.hmac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

/// SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
int choose_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
               int encrypts) {
  constexpr int failed = -1;
  constexpr int full_handshake = 0;
  constexpr int taken = 1;
  constexpr int taken_and_renewed = 2;
  const auto* const held = static_cast<const Keys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), place()));
  if (held == nullptr) return full_handshake;
  const std::vector<TicketKeys::Key>& keys = (*held)->keys();
  if (encrypts != 0) {
    std::ranges::copy(keys.front().name, name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return failed;
    return set_up(keys.front(), iv, true, cipher, mac) ? taken : failed;
  }
  const auto found = std::ranges::find_if(
      keys, [&](const TicketKeys::Key& key) { return std::equal(key.name.begin(), key.name.end(), name); });
  if (found == keys.end()) return full_handshake;
  if (!set_up(*found, iv, false, cipher, mac)) return failed;
  // A ticket of an old key is replaced by one of the new key before the old key is removed. In TLS 1.3 a ticket should
  // be used only once (RFC 8446 appendix C.4), so it is always replaced.
  const bool renewed = found != keys.begin() || SSL_version(ssl) == TLS1_3_VERSION;
  return renewed ? taken_and_renewed : taken;
}

}  // namespace

result<Keys, std::string> TicketKeys::parse(ByteView content) {
  crypto::WipedBytes decoded;
  if (is_text(content)) {
    std::string_view text = crypto::as_text(content);
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      if (line.empty()) continue;
      const auto key = decode(line);
      if (!key || key->size() != key_size) return std::string("has a line that is not 80 bytes in base64");
      decoded.append(key->view());
    }
    content = decoded.view();
  }
  if (content.empty() || content.size() % key_size != 0) return std::string("is not one or more keys of 80 bytes");
  auto keys = std::make_shared<TicketKeys>();
  for (; !content.empty(); content = content.subspan(key_size)) {
    Key& key = keys->keys_.emplace_back();
    std::ranges::copy(content.first(16), key.name.begin());
    std::ranges::copy(content.subspan(16, 32), key.hmac.span().begin());
    std::ranges::copy(content.subspan(48, 32), key.aes.span().begin());
    const ByteView whole = content.first(key_size);
    if (std::ranges::all_of(whole, [&](std::uint8_t byte) { return byte == whole.front(); })) {
      return std::string("has a key that is one repeated byte");
    }
    const auto same = std::ranges::count_if(keys->keys_, [&](const Key& other) { return other.name == key.name; });
    if (same > 1) return std::string("has two keys with the same name");
  }
  return Keys(std::move(keys));
}

result<Keys, std::string> TicketKeys::load(const std::filesystem::path& file) {
  constexpr mode_t forbidden = 037;
  auto content = crypto::read_key_file(file, forbidden);
  if (!content) return content.error().message;
  // The keys may be binary or text.
  if (const auto fault = crypto::make_plain_secret(*content)) {
    return "the session ticket keys in " + file.string() + ": the file " + *fault;
  }
  auto keys = parse(content->view());
  if (keys.has_error()) return "the session ticket keys in " + file.string() + ": the file " + keys.error();
  return keys;
}

bool TicketKeys::use(SSL_CTX* context, std::shared_ptr<const TicketKeys> keys) {
  auto held = std::make_unique<Keys>(std::move(keys));
  if (SSL_CTX_set_ex_data(context, place(), held.get()) != 1) return false;
  static_cast<void>(held.release());  // now owned by the context
  return SSL_CTX_set_tlsext_ticket_key_evp_cb(context, choose_key) == 1;
}

std::shared_ptr<const TicketKeys> TicketKeys::of(SSL_CTX* context) {
  const auto* const held = static_cast<const Keys*>(SSL_CTX_get_ex_data(context, place()));
  return held != nullptr ? *held : nullptr;
}

bool TicketKeys::carry_over(SSL_CTX* from, SSL_CTX* to) {
  if (auto keys = of(from)) return use(to, std::move(keys));
  crypto::WipedArray<key_size> drawn;
  return SSL_CTX_get_tlsext_ticket_keys(from, drawn.data(), static_cast<long>(drawn.size())) == 1 &&
         SSL_CTX_set_tlsext_ticket_keys(to, drawn.data(), static_cast<long>(drawn.size())) == 1;
}

}  // namespace tacit::http
