// Traces of a secret in the process after its use and destruction: searches the whole memory, including freed blocks
// and used stacks, as a core dump or a swapped page would reveal it.
#include <algorithm>
#include <cstring>
#include <fstream>

#include <openssl/crypto.h>
#include <sys/uio.h>
#include <unistd.h>

#include "crypto/envelope/envelope.hpp"
#include "crypto/hpke/hpke.hpp"
#include "crypto/memory/process.hpp"
#include "crypto/primitives/aead.hpp"
#include "crypto/primitives/digest.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

// Before main, because OpenSSL accepts no other memory functions after its first allocation.
const bool wiping = wipe_openssl_memory();

constexpr std::uint8_t mask = 0xa5;

// The search patterns: each half of a secret of 32 bytes, in its possible forms. Masked, so that the search does not
// find the patterns themselves.
class Needles {
 public:
  explicit Needles(ByteView secret) {
    add(secret, [](std::size_t i) { return i; });       // unchanged
    add(secret, [](std::size_t i) { return 31 - i; });  // a number of OpenSSL's, the least significant byte first
    add(secret, [](std::size_t i) { return i ^ 3; });   // the words of SHA-256 in the machine's byte order
    add(
        secret, [](std::size_t i) { return i; }, 0x36);  // the padded keys of HMAC
    add(
        secret, [](std::size_t i) { return i; }, 0x5c);
  }
  std::size_t count_in(ByteView memory) const {
    std::size_t found = 0;
    for (const Bytes& needle : masked_) {
      const std::uint8_t* at = memory.data();
      const std::uint8_t* const end = at + memory.size();
      while (at != nullptr && end - at >= static_cast<std::ptrdiff_t>(needle.size())) {
        if (is_at(needle, at)) ++found;
        const auto left = static_cast<std::size_t>(end - at - 1);
        at = static_cast<const std::uint8_t*>(std::memchr(at + 1, needle.front() ^ mask, left));
      }
    }
    return found;
  }

 private:
  static bool is_at(const Bytes& needle, const std::uint8_t* memory) {
    for (std::size_t i = 0; i < needle.size(); ++i) {
      if ((memory[i] ^ mask) != needle[i]) return false;
    }
    return true;
  }

  template <class Order>
  void add(ByteView secret, Order order, std::uint8_t pad = 0) {
    BOOST_REQUIRE_EQUAL(secret.size(), 32u);
    for (const std::size_t half : {0u, 16u}) {
      Bytes masked;
      for (std::size_t i = half; i < half + 16; ++i) {
        masked.push_back(static_cast<std::uint8_t>(secret[order(i)] ^ pad ^ mask));
      }
      masked_.push_back(std::move(masked));
    }
  }

  std::vector<Bytes> masked_;
};

struct Region {
  std::uintptr_t first, last;
};

// The writable memory, except the shadow memory of sanitizers: terabytes of address space without data.
std::vector<Region> writable_regions() {
  std::vector<Region> regions;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    char write = 0;
    unsigned long first = 0;
    unsigned long last = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx r%c", &first, &last, &write) != 3 || write != 'w') continue;
    if (last - first < 4ul << 30) regions.push_back({first, last});
  }
  return regions;
}

// The kernel copies, so freed memory can be read without undefined behaviour or a sanitizer's report.
std::size_t copies_in_memory(const Needles& needles) {
  static Bytes window(1 << 20);
  std::size_t found = 0;
  for (const auto& [first, last] : writable_regions()) {
    for (std::uintptr_t at = first; at < last; at += window.size() - 31) {
      iovec to{window.data(), window.size()};
      iovec from{reinterpret_cast<void*>(at), std::min<std::size_t>(window.size(), last - at)};
      const ssize_t size = ::process_vm_readv(::getpid(), &to, 1, &from, 1, 0);
      if (size > 0) found += needles.count_in(ByteView(window).first(static_cast<std::size_t>(size)));
      std::fill(window.begin(), window.end(), std::uint8_t{0});
    }
  }
  return found;
}

[[gnu::noinline]] Needles use_key_pair() {
  const KeyPair pair = generate_key_pair();
  const auto box = hpke_seal(pair.public_key, {}, {}, Bytes(10));
  BOOST_REQUIRE(hpke_open(pair.private_key, {}, {}, *box).has_value());
  BOOST_REQUIRE(public_key_of(pair.private_key).has_value());
  return Needles(pair.private_key.view());
}

[[gnu::noinline]] Needles use_value(const Rings& rings, ValueFormat format) {
  const Uuid tenant = make_uuid_v4();
  const TenantKey key = make_tenant_key(rings.root_public, tenant);
  WipedBytes value(32);
  random_bytes(value.span());
  const auto box = seal_value(key, {tenant, tenant, 1}, value.view(), format, {});
  const auto opened_key = open_tenant_key(rings.root_private, rings.store, tenant, key);
  const auto opened = open_value(*opened_key, key, {tenant, tenant, 1}, *box, {});
  BOOST_REQUIRE(opened.has_value());
  return Needles(opened->view());
}

[[gnu::noinline]] Needles use_tenant_private_key(const Rings& rings) {
  const Uuid tenant = make_uuid_v4();
  const TenantKey key = make_tenant_key(rings.root_public, tenant);
  const auto opened = open_tenant_key(rings.root_private, rings.store, tenant, key);
  BOOST_REQUIRE(opened.has_value());
  return Needles(opened->view());
}

[[gnu::noinline]] Needles use_metadata(const Rings& rings) {
  const Uuid tenant = make_uuid_v4();
  const TenantKeys keys(rings.metadata.primary(), tenant);
  WipedBytes plaintext(32);
  random_bytes(plaintext.span());
  const Bytes box = keys.seal_metadata(tenant, {}, {}, plaintext.view());
  BOOST_REQUIRE(keys.open_metadata(tenant, {}, {}, box).has_value());
  BOOST_REQUIRE(open_metadata(rings.metadata, tenant, tenant, {}, {}, box).has_value());
  static_cast<void>(keys.index_mac("names", {plaintext.view()}));
  return Needles(plaintext.view());
}

[[gnu::noinline]] Needles use_signing_key() {
  const SigningKey key = SigningKey::generate();
  const Signature signature = key.sign("context", {});
  BOOST_REQUIRE(VerifyingKey::from(key.public_key())->verify("context", {}, signature));
  return Needles(key.seed().view());
}

// The keys of a ring that was created, loaded and destroyed.
[[gnu::noinline]] std::vector<Needles> use_rings() {
  const Rings rings;
  const Uuid tenant = make_uuid_v4();
  const TenantKeys keys(rings.metadata.primary(), tenant);
  const TenantKey key = make_tenant_key(rings.root_public, tenant);
  BOOST_REQUIRE(open_tenant_key(rings.root_private, rings.store, tenant, key).has_value());
  BOOST_REQUIRE(keys.open_metadata(tenant, {}, {}, keys.seal_metadata(tenant, {}, {}, {})).has_value());
  return {Needles(rings.metadata.primary().key.view()), Needles(rings.root_private.entries()[0].key.view())};
}

// The last digest of the thread's context is the key itself.
[[gnu::noinline]] Needles use_derived_key() {
  WipedArray<32> expanded;
  hkdf_expand(as_bytes("key"), {as_bytes("info"), ByteView(random_of(8))}, expanded.span());
  return Needles(expanded.view());
}

// The thread's cipher context seals nothing after it.
[[gnu::noinline]] Needles use_box_key() {
  WipedArray<32> key;
  random_bytes(key.span());
  Bytes box(aead_tag_size + 10);
  aes_gcm_seal(key.view(), {}, {}, Bytes(10), box);
  return Needles(key.view());
}

// A block of OpenSSL's with the secret in its middle, because the C library writes into the beginning of freed blocks.
[[gnu::noinline]] Needles free_openssl_block() {
  WipedArray<32> secret;
  random_bytes(secret.span());
  constexpr std::size_t size = 50'000;
  auto* const block = static_cast<std::uint8_t*>(OPENSSL_zalloc(size));
  std::copy_n(secret.data(), secret.size(), block + size / 2);
  auto* const moved = static_cast<std::uint8_t*>(OPENSSL_realloc(block, 2 * size));
  BOOST_REQUIRE(std::equal(moved + size / 2, moved + size / 2 + 32, secret.data()));
  OPENSSL_free(moved);
  return Needles(secret.view());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(process_memory)

// Without this, the other cases would prove nothing: the search finds a secret that is there.
BOOST_AUTO_TEST_CASE(the_search_finds_present_bytes) {
  BOOST_REQUIRE(wiping);
  Bytes secret = random_of(32);
  const Needles needles(secret);
  BOOST_TEST(copies_in_memory(needles) >= 2u);  // two halves
  std::fill(secret.begin(), secret.end(), std::uint8_t{0});
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_CASE(private_keys) {
  const Needles needles = use_key_pair();
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_CASE(values) {
  const Rings rings;
  for (const ValueFormat format : {ValueFormat::first, ValueFormat::padded}) {
    const Needles needles = use_value(rings, format);
    burn_stack();
    BOOST_TEST(copies_in_memory(needles) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(signing_keys) {
  const Needles needles = use_signing_key();
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_CASE(tenant_private_keys) {
  const Rings rings;
  const Needles needles = use_tenant_private_key(rings);
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_CASE(metadata) {
  const Rings rings;
  const Needles needles = use_metadata(rings);
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_CASE(rings) {
  const auto needles = use_rings();
  burn_stack();
  for (const Needles& each : needles) BOOST_TEST(copies_in_memory(each) == 0u);
}

BOOST_AUTO_TEST_CASE(blocks_that_openssl_frees) {
  const Needles needles = free_openssl_block();
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_CASE(box_keys) {
  const Needles needles = use_box_key();
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_CASE(derived_keys) {
  const Needles needles = use_derived_key();
  burn_stack();
  BOOST_TEST(copies_in_memory(needles) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
