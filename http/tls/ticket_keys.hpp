// TLS session ticket keys that several servers share, so that each can resume sessions of the others (RFC 5077, RFC
// 8446 section 4.6.1).
//
// The file contains one or more keys of 80 bytes in the format of nginx's ssl_session_ticket_key: 16 bytes of name, 32
// for HMAC-SHA-256, 32 for AES-256; either binary and concatenated, or in base64 with one key per line. The first key
// encrypts; all keys decrypt. To rotate, insert a new key at the front on all servers and remove the last.
#pragma once

#include <boost/system/result.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "crypto/memory/wiped.hpp"

namespace tacit::http {

/// Immutable after loading; any thread may use them.
class TicketKeys {
 public:
  struct Key {
    std::array<std::uint8_t, 16> name;
    crypto::WipedArray<32> hmac;
    crypto::WipedArray<32> aes;
  };
  static constexpr std::size_t key_size = 80;

  /// Others than the owner and group must not be able to read the file (crypto/files/key_file.hpp). Refuses duplicate
  /// keys and keys of one repeated byte. The error is a sentence that names the file.
  static boost::system::result<std::shared_ptr<const TicketKeys>, std::string> load(const std::filesystem::path& file);
  static boost::system::result<std::shared_ptr<const TicketKeys>, std::string> parse(crypto::ByteView content);

  const std::vector<Key>& keys() const { return keys_; }

  /// Makes the context encrypt and decrypt tickets with these keys. False if OpenSSL fails.
  static bool use(SSL_CTX* context, std::shared_ptr<const TicketKeys> keys);
  /// The keys set with use(); null if none: the context then has its own random key of OpenSSL.
  static std::shared_ptr<const TicketKeys> of(SSL_CTX* context);
  /// Makes `to` also resume the sessions of `from`, whether its keys are shared or its own. False if OpenSSL fails.
  static bool carry_over(SSL_CTX* from, SSL_CTX* to);

 private:
  std::vector<Key> keys_;
};

}  // namespace tacit::http
