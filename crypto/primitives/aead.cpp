#include "crypto/primitives/aead.hpp"

#include <algorithm>
#include <climits>
#include <stdexcept>

#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto {
namespace {

// Fetched once and never freed: threads may still decrypt while the process's statics are destroyed.
const EVP_CIPHER* algorithm(std::size_t key_size) {
  static const EVP_CIPHER* const aes_128 = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  static const EVP_CIPHER* const aes_256 = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (key_size != 16 && key_size != 32) throw std::invalid_argument("an AES-GCM key has 16 or 32 bytes");
  const EVP_CIPHER* cipher = key_size == 16 ? aes_128 : aes_256;
  require(cipher != nullptr, "OpenSSL offers no AES-GCM");
  return cipher;
}

// The thread's cipher context for one message. The destructor empties it: OpenSSL overwrites the key schedule.
class Cipher {
 public:
  Cipher(ByteView key, const AeadNonce& nonce, bool encrypt) : context_(thread_context()) {
    require(EVP_CipherInit_ex(context_, algorithm(key.size()), nullptr, key.data(), nonce.data(), encrypt) == 1,
            "AES-GCM cannot start");
  }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;
  ~Cipher() { EVP_CIPHER_CTX_reset(context_); }

  // Without `out` the data is AAD. Skips an empty update, because null pointers have another meaning to OpenSSL.
  bool update(std::uint8_t* out, ByteView in) {
    if (in.empty()) return true;
    if (in.size() > INT_MAX) throw std::length_error("AES-GCM: message too long");
    int written = 0;
    return EVP_CipherUpdate(context_, out, &written, in.data(), static_cast<int>(in.size())) == 1;
  }
  bool finish() {
    std::uint8_t none[aead_tag_size];  // GCM writes nothing more, but OpenSSL requires a buffer
    int written = 0;
    return EVP_CipherFinal_ex(context_, none, &written) == 1;
  }
  bool control(int command, std::uint8_t* tag) {
    return EVP_CIPHER_CTX_ctrl(context_, command, int{aead_tag_size}, tag) == 1;
  }

 private:
  static EVP_CIPHER_CTX* thread_context() {
    thread_local const CipherContext context(EVP_CIPHER_CTX_new());
    require(context != nullptr, "no memory for an AES-GCM context");
    return context.get();
  }

  EVP_CIPHER_CTX* context_;
};

}  // namespace

void aes_gcm_seal(ByteView key, const AeadNonce& nonce, ByteView aad, ByteView plaintext, std::span<std::uint8_t> out) {
  if (out.size() != plaintext.size() + aead_tag_size) throw std::length_error("AES-GCM: wrong size of the output");
  Cipher cipher(key, nonce, true);
  const bool sealed = cipher.update(nullptr, aad) && cipher.update(out.data(), plaintext) && cipher.finish() &&
                      cipher.control(EVP_CTRL_AEAD_GET_TAG, out.data() + plaintext.size());
  require(sealed, "AES-GCM cannot seal");
}

bool aes_gcm_open(ByteView key, const AeadNonce& nonce, ByteView aad, ByteView box, std::span<std::uint8_t> out) {
  if (box.size() < aead_tag_size) return false;
  const ByteView ciphertext = box.first(box.size() - aead_tag_size);
  if (out.size() != ciphertext.size()) throw std::length_error("AES-GCM: wrong size of the output");
  std::array<std::uint8_t, aead_tag_size> tag;
  std::copy(box.end() - aead_tag_size, box.end(), tag.begin());
  Cipher cipher(key, nonce, false);
  const bool opened = cipher.update(nullptr, aad) && cipher.update(out.data(), ciphertext) &&
                      cipher.control(EVP_CTRL_AEAD_SET_TAG, tag.data()) && cipher.finish();
  // Plaintext with a wrong tag must not be used.
  if (!opened) wipe(out.data(), out.size());
  return tried(opened);
}

}  // namespace tacit::crypto
