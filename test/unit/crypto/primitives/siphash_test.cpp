// SipHash against its published vector and OpenSSL's implementation.
#include "crypto/primitives/siphash.hpp"

#include <boost/test/unit_test.hpp>
#include <numeric>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/primitives/random.hpp"

using namespace tacit::crypto;

namespace {

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

std::uint64_t word(const std::uint8_t* bytes) {
  std::uint64_t result = 0;
  for (int i = 7; i >= 0; --i) result = result << 8 | bytes[i];
  return result;
}

// OpenSSL's implementation as the reference.
std::uint64_t reference(ByteView key, ByteView data) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  std::size_t size = 8;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
  std::uint8_t out[8] = {};
  BOOST_REQUIRE(EVP_MAC_init(context, key.data(), key.size(), parameters) == 1);
  BOOST_REQUIRE(EVP_MAC_update(context, data.data(), data.size()) == 1);
  BOOST_REQUIRE(EVP_MAC_final(context, out, &size, sizeof out) == 1);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  return word(out);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(siphash)

BOOST_AUTO_TEST_CASE(the_example_of_the_paper) {
  // Appendix A of the paper: the key 00 01 … 0f, the message 00 01 … 0e.
  const Bytes key = counted(16);
  BOOST_TEST(tacit::crypto::siphash({{word(key.data()), word(key.data() + 8)}}, counted(15)) == 0xa129ca6149be45e5U);
}

BOOST_AUTO_TEST_CASE(any_length_matches_openssl) {
  for (std::size_t size = 0; size <= 300; ++size) {
    Bytes key(16);
    Bytes data(size);
    random_bytes(key);
    random_bytes(data);
    BOOST_TEST(tacit::crypto::siphash({{word(key.data()), word(key.data() + 8)}}, data) == reference(key, data),
               "length " << size);
  }
}

BOOST_AUTO_TEST_CASE(random_keys_differ) {
  const SipKey one = SipKey::random();
  const SipKey other = SipKey::random();
  BOOST_TEST((one.words != other.words));
  BOOST_TEST(tacit::crypto::siphash(one, counted(16)) != tacit::crypto::siphash(other, counted(16)));
}

BOOST_AUTO_TEST_SUITE_END()
