// Boxes made while the random generators repeat, as in two clones of a virtual machine. For that, this file defines
// getrandom(2) and RAND_priv_bytes for the whole test program; they are the real ones except within a case.
#include "crypto/primitives/hedge.hpp"

#include <dlfcn.h>
#include <openssl/rand.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <tuple>

#include "crypto/envelope/envelope.hpp"
#include "crypto/hpke/hpke_openssl.hpp"
#include "crypto/hpke/hpke_own.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

thread_local bool kernel_repeats = false;
thread_local bool openssl_repeats = false;

struct Repeating {
  explicit Repeating(bool kernel = true, bool openssl = true) {
    kernel_repeats = kernel;
    openssl_repeats = openssl;
  }
  Repeating(const Repeating&) = delete;
  Repeating& operator=(const Repeating&) = delete;
  ~Repeating() { kernel_repeats = openssl_repeats = false; }
};

template <class Function>
Function the_real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" ssize_t getrandom(void* out, std::size_t size, unsigned flags) {
  static const auto real = the_real<ssize_t (*)(void*, std::size_t, unsigned)>("getrandom");
  if (!kernel_repeats) return real(out, size, flags);
  std::memset(out, 0x17, size);
  return static_cast<ssize_t>(size);
}

extern "C" int RAND_priv_bytes(unsigned char* out, int size) {
  static const auto real = the_real<int (*)(unsigned char*, int)>("RAND_priv_bytes");
  if (!openssl_repeats) return real(out, size);
  std::memset(out, 0x42, static_cast<std::size_t>(size));
  return 1;
}

namespace {

std::string hedged(ByteView key = {}, std::string_view purpose = "test", ByteView one = {}, ByteView two = {}) {
  return to_hex(hedged_random(key, purpose, {one, two}).view());
}

std::string enc_of(ByteView box) { return to_hex(box.first(65)); }

using Sealed = std::tuple<PublicKey, std::string, std::string, std::string>;  // to, info, aad, plaintext

std::optional<Bytes> seal(const Sealed& what) {
  const auto& [to, info, aad, plaintext] = what;
  return hpke_seal(to, as_bytes(info), as_bytes(aad), as_bytes(plaintext));
}

// The salt of a metadata box, from which its key is derived: the nonce is always zero.
std::string salt_of(ByteView box) { return to_hex(box.subspan(9, 32)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(hedge)

BOOST_AUTO_TEST_CASE(one_good_generator_suffices) {
  BOOST_TEST(hedged() != hedged());
  for (const bool kernel : {true, false}) {
    const Repeating repeating(kernel, !kernel);
    BOOST_TEST(hedged() != hedged());
  }
  const Repeating repeating;
  BOOST_TEST(to_hex(random_of(8)) == to_hex(random_of(8)));
  BOOST_TEST(hedged() == hedged());
}

BOOST_AUTO_TEST_CASE(every_input_counts) {
  const Repeating repeating;
  const Bytes ab = {'a', 'b'};
  const ByteView all = ab;
  const std::set<std::string> different = {hedged(),
                                           hedged({}, "tests"),
                                           hedged(all),
                                           hedged({}, "test", all),
                                           hedged({}, "test", {}, all),
                                           hedged({}, "test", all.first(1), all.last(1)),
                                           hedged({}, "test", all.first(1), all)};
  BOOST_TEST(different.size() == 7U);
}

BOOST_AUTO_TEST_CASE(hpke_never_has_one_ephemeral_key_for_two_messages) {
  const PublicKey to = generate_key_pair().public_key;
  const Repeating repeating;
  const Sealed first = {to, "info", "aad", "the plaintext"};
  BOOST_TEST(to_hex(*seal(first)) == to_hex(*seal(first)));  // nothing else is random
  std::set<std::string> seen;
  for (const Sealed& what : {first, Sealed(generate_key_pair().public_key, "info", "aad", "the plaintext"),
                             Sealed(to, "other", "aad", "the plaintext"), Sealed(to, "infoa", "ad", "the plaintext"),
                             Sealed(to, "info", "other", "the plaintext"), Sealed(to, "info", "aadt", "he plaintext"),
                             Sealed(to, "info", "aad", "the plaintex"), Sealed(to, "info", "aad", "the plaintexU")}) {
    seen.insert(enc_of(*seal(what)));
  }
  BOOST_TEST(seen.size() == 8U);
}

BOOST_AUTO_TEST_CASE(hedged_boxes_open) {
  const KeyPair pair = generate_key_pair();
  const Repeating repeating;
  for (const std::size_t size : {0U, 1U, 1000U}) {
    const Bytes plaintext(size, 7);
    const auto box = hpke_seal(pair.public_key, {}, plaintext, plaintext);
    const auto opened = hpke_open(pair.private_key, {}, plaintext, *box);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(to_hex(opened->view()) == to_hex(plaintext));
  }
}

#if TACIT_OPENSSL_HAS_HPKE
BOOST_AUTO_TEST_CASE(both_implementations_derive_the_same_key) {
  const PublicKey to = generate_key_pair().public_key;
  const Repeating repeating;
  const Bytes data(30, 1);
  BOOST_TEST(to_hex(*hpke_own::seal(to, data, data, data)) == to_hex(*hpke_openssl::seal(to, data, data, data)));
}
#endif

// Two clones, each with a create or a change of its own.
BOOST_AUTO_TEST_CASE(clones_seal_values_under_different_keys) {
  const Rings rings;
  const ValueAddress address{make_uuid_v4(), make_uuid_v4(), 1};
  ValueAddress other = address;
  other.secret = make_uuid_v4();
  ValueAddress next = address;
  next.version = 2;
  const TenantKey key = make_tenant_key(rings.root_public, address.tenant);
  const Repeating repeating;
  const auto enc = [&](const ValueAddress& where, std::string_view value) {
    return enc_of(ByteView(*seal_value(key, where, as_bytes(value), ValueFormat::first, {})).subspan(9));
  };
  BOOST_TEST(enc(address, "value one") == enc(address, "value one"));
  const std::set<std::string> seen = {enc(address, "value one"), enc(address, "value two"), enc(other, "value one"),
                                      enc(next, "value one")};
  BOOST_TEST(seen.size() == 4U);
}

BOOST_AUTO_TEST_CASE(clones_seal_metadata_under_different_keys) {
  const Rings rings;
  const Rings others;
  const Uuid tenant = make_uuid_v4();
  const Uuid secret = make_uuid_v4();
  const TenantKeys keys(rings.metadata.primary(), tenant);
  const TenantKeys of_another(rings.metadata.primary(), make_uuid_v4());
  const TenantKeys elsewhere(others.metadata.primary(), tenant);
  const Uuid other = make_uuid_v4();
  const Bytes header(24, 1);
  const Bytes box(90, 2);
  const Bytes plain(40, 3);
  const Bytes changed(40, 4);
  const Repeating repeating;
  const std::string first = salt_of(keys.seal_metadata(secret, header, box, plain));
  BOOST_TEST(first == salt_of(keys.seal_metadata(secret, header, box, plain)));  // nothing else is random
  const std::set<std::string> seen = {first,
                                      salt_of(keys.seal_metadata(secret, header, box, changed)),
                                      salt_of(keys.seal_metadata(other, header, box, plain)),
                                      salt_of(keys.seal_metadata(secret, changed, box, plain)),
                                      salt_of(keys.seal_metadata(secret, header, changed, plain)),
                                      salt_of(of_another.seal_metadata(secret, header, box, plain)),
                                      salt_of(elsewhere.seal_metadata(secret, header, box, plain))};
  BOOST_TEST(seen.size() == 7U);
  const Bytes sealed = keys.seal_metadata(secret, header, box, plain);
  BOOST_TEST(keys.open_metadata(secret, header, box, sealed).has_value());
}

BOOST_AUTO_TEST_CASE(clones_seal_prefixes_under_different_keys) {
  const Rings rings;
  const TenantKeys keys(rings.metadata.primary(), make_uuid_v4());
  const TenantKeys of_another(rings.metadata.primary(), make_uuid_v4());
  const Bytes plain(82, 3);
  const Bytes changed(82, 4);
  const Repeating repeating;
  const auto salt = [](const Bytes& box) { return to_hex(ByteView(box).subspan(1, 32)); };
  const std::string first = salt(keys.seal_prefixes(plain));
  BOOST_TEST(first == salt(keys.seal_prefixes(plain)));
  const std::set<std::string> seen = {first, salt(keys.seal_prefixes(changed)), salt(of_another.seal_prefixes(plain))};
  BOOST_TEST(seen.size() == 3U);
}

// A padded value and its binding.
BOOST_AUTO_TEST_CASE(clones_seal_padded_values_under_different_keys) {
  const Rings rings;
  const ValueAddress address{make_uuid_v4(), make_uuid_v4(), 1};
  const TenantKey key = make_tenant_key(rings.root_public, address.tenant);
  const Repeating repeating;
  const auto enc = [&](std::string_view value, std::string_view binding) {
    const Bytes box = *seal_value(key, address, as_bytes(value), ValueFormat::padded, as_bytes(binding));
    return enc_of(ByteView(box).subspan(9));
  };
  const std::set<std::string> seen = {enc("value", ""), enc("other", ""), enc("value", "tool"), enc("value", "tool2")};
  BOOST_TEST(seen.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
