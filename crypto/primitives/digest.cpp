#include "crypto/primitives/digest.hpp"

#include <algorithm>
#include <stdexcept>

#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto {
namespace {

constexpr std::size_t block_size = 64;

// Fetched once and never freed: threads may still hash while the process's statics are destroyed.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = [] {
    const EVP_MD* md = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    require(md != nullptr, "OpenSSL offers no SHA-256");
    return md;
  }();
  return fetched;
}

// One hash computation on the thread's own context. Only one may exist on a thread at a time; no code here calls out
// meanwhile.
class Hash {
 public:
  Hash() : context_(thread_context()) { start(); }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  // A restart overwrites the state, which is the digest or an HMAC's key, by the constants of FIPS 180-4.
  ~Hash() { EVP_DigestInit_ex(context_, algorithm(), nullptr); }

  void start() { require(EVP_DigestInit_ex(context_, algorithm(), nullptr) == 1, "SHA-256 cannot start"); }
  void update(ByteView data) {
    require(EVP_DigestUpdate(context_, data.data(), data.size()) == 1, "SHA-256 cannot continue");
  }
  void finish(std::uint8_t* out) { require(EVP_DigestFinal_ex(context_, out, nullptr) == 1, "SHA-256 cannot finish"); }

 private:
  static EVP_MD_CTX* thread_context() {
    thread_local const DigestContext context(EVP_MD_CTX_new());
    require(context != nullptr, "no memory for a SHA-256 context");
    return context.get();
  }

  EVP_MD_CTX* context_;
};

// RFC 2104 section 2, over Hash: OpenSSL 3.0's EVP_MAC copies a context for every message, which costs more than
// hashing a short one.
class Hmac {
 public:
  explicit Hmac(ByteView key) {
    if (key.size() > block_size) {
      hash_.update(key);
      hash_.finish(key_.data());
    } else {
      std::copy(key.begin(), key.end(), key_.data());
    }
    start();
  }

  // Begins a message; the constructor calls it for the first one.
  void start() { begin_pass(0x36); }
  void update(ByteView data) { hash_.update(data); }
  void finish(std::uint8_t* out) {
    WipedArray<32> inner;
    hash_.finish(inner.data());
    begin_pass(0x5c);
    hash_.update(inner.view());
    hash_.finish(out);
  }

 private:
  void begin_pass(std::uint8_t pad) {
    WipedArray<block_size> padded;
    for (std::size_t i = 0; i < block_size; ++i) padded.data()[i] = static_cast<std::uint8_t>(key_.data()[i] ^ pad);
    hash_.start();
    hash_.update(padded.view());
  }

  Hash hash_;
  WipedArray<block_size> key_;
};

}  // namespace

Digest sha256(std::initializer_list<ByteView> parts) {
  Digest digest;
  Hash hash;
  for (const ByteView part : parts) hash.update(part);
  hash.finish(digest.data());
  return digest;
}

struct Sha256::Context {
  DigestContext own{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  require(context_->own && EVP_DigestInit_ex(context_->own.get(), algorithm(), nullptr) == 1, "SHA-256 cannot start");
}

Sha256::~Sha256() = default;

void Sha256::update(ByteView data) {
  require(EVP_DigestUpdate(context_->own.get(), data.data(), data.size()) == 1, "SHA-256 cannot continue");
}

Digest Sha256::finish() {
  Digest digest;
  require(EVP_DigestFinal_ex(context_->own.get(), digest.data(), nullptr) == 1, "SHA-256 cannot finish");
  return digest;
}

Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  Digest digest;
  Hmac hmac(key);
  for (const ByteView part : parts) hmac.update(part);
  hmac.finish(digest.data());
  return digest;
}

WipedArray<32> hkdf_extract(ByteView salt, std::initializer_list<ByteView> input_key_parts) {
  WipedArray<32> key;
  Hmac hmac(salt);
  for (const ByteView part : input_key_parts) hmac.update(part);
  hmac.finish(key.data());
  return key;
}

void hkdf_expand(ByteView key, std::initializer_list<ByteView> info, std::span<std::uint8_t> out) {
  if (out.size() > 255 * std::size_t{32}) throw std::length_error("HKDF-Expand makes at most 8160 bytes");
  WipedArray<32> block;
  Hmac hmac(key);
  for (std::uint8_t counter = 1; !out.empty(); ++counter) {
    if (counter > 1) {
      hmac.start();
      hmac.update(block.view());
    }
    for (const ByteView part : info) hmac.update(part);
    hmac.update(ByteView(&counter, 1));
    hmac.finish(block.data());
    const std::size_t size = std::min(out.size(), block.size());
    std::copy_n(block.data(), size, out.data());
    out = out.subspan(size);
  }
}

}  // namespace tacit::crypto
