// Keys of TLS session tickets that several servers share, so that a session of one is resumed on another (RFC 5077,
// RFC 8446 section 4.6.1).
//
// A file of one or more keys of 80 bytes, as nginx's ssl_session_ticket_key has them: 16 bytes of name, 32 for
// HMAC-SHA-256, 32 for AES-256. Either the bytes as they are, one key after the other, or each in base64 on a line of
// its own. The first key encrypts; all of them decrypt. To rotate, put a new one first on all servers and drop the
// last.
#pragma once

#include <boost/system/result.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "crypto/wiped.hpp"

namespace tacit::http {

/// Immutable after loading, so any thread may use them.
class TicketKeys {
 public:
  struct Key {
    std::array<std::uint8_t, 16> name;
    crypto::WipedArray<32> hmac;
    crypto::WipedArray<32> aes;
  };
  static constexpr std::size_t key_size = 80;

  /// The error is a sentence that names the file. Group may read it, and nobody else (crypto/key_file.hpp). Refuses a
  /// key that stands there twice, or is all of one byte.
  static boost::system::result<std::shared_ptr<const TicketKeys>, std::string> load(const std::filesystem::path& file);
  static boost::system::result<std::shared_ptr<const TicketKeys>, std::string> parse(crypto::ByteView content);

  const std::vector<Key>& keys() const { return keys_; }

  /// The context makes and takes tickets with these keys from then on. False if OpenSSL cannot.
  static bool use(SSL_CTX* context, std::shared_ptr<const TicketKeys> keys);
  /// What the context was given to use; null: none, it has a key that OpenSSL drew for it alone.
  static std::shared_ptr<const TicketKeys> of(SSL_CTX* context);
  /// Sessions of `from` are resumed with `to`, too, whoever's its keys are. False if OpenSSL cannot.
  static bool carry_over(SSL_CTX* from, SSL_CTX* to);

 private:
  std::vector<Key> keys_;
};

}  // namespace tacit::http
