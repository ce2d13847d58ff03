// SHA-256, HMAC and HKDF against published vectors.
#include "crypto/primitives/digest.hpp"

#include <stdexcept>
#include <thread>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using tacit::crypto::test::from_hex;

namespace {

struct HmacVector {
  Bytes key;
  Bytes data;
  std::string_view mac;
};

// RFC 4231 sections 4.2 to 4.8, without 4.6, which is of a truncated MAC.
std::vector<HmacVector> hmac_vectors() {
  const auto text = [](std::string_view t) { return Bytes(t.begin(), t.end()); };
  return {
      {Bytes(20, 0x0b), text("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {text("Jefe"), text("what do ya want for nothing?"),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {Bytes(20, 0xaa), Bytes(50, 0xdd), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Bytes(50, 0xcd),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {Bytes(131, 0xaa), text("Test Using Larger Than Block-Size Key - Hash Key First"),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {Bytes(131, 0xaa),
       text("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
            "hashed before being used by the HMAC algorithm."),
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
}

struct HkdfVector {
  Bytes ikm, salt, info;
  std::string_view prk, okm;
};

Bytes counting(std::uint8_t first, std::size_t size) {
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(first + i));
  return bytes;
}

// RFC 5869 appendices A.1 to A.3.
std::vector<HkdfVector> hkdf_vectors() {
  return {
      {.ikm = Bytes(22, 0x0b),
       .salt = counting(0x00, 13),
       .info = counting(0xf0, 10),
       .prk = "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
       .okm = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {.ikm = counting(0x00, 80),
       .salt = counting(0x60, 80),
       .info = counting(0xb0, 80),
       .prk = "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
       .okm =
           "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c"
           "2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {.ikm = Bytes(22, 0x0b),
       .salt = {},
       .info = {},
       .prk = "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
       .okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(digest)

// The examples of FIPS 180-4 that NIST publishes, and the empty message.
BOOST_AUTO_TEST_CASE(sha256_of_known_messages) {
  const auto hash = [](std::string_view text) { return to_hex(sha256(as_bytes(text))); };
  BOOST_TEST(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(hash(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(parts_are_hashed_one_after_the_other) {
  const Bytes data = test::random_of(300);
  for (std::size_t cut = 0; cut <= data.size(); cut += 13) {
    const ByteView first = ByteView(data).first(cut);
    const ByteView second = ByteView(data).subspan(cut);
    BOOST_TEST((sha256({first, {}, second}) == sha256(data)));
    BOOST_TEST((hmac_sha256(data, {first, second, {}}) == hmac_sha256(data, data)));
    BOOST_TEST(to_hex(hkdf_extract(data, {first, second}).view()) == to_hex(hkdf_extract(data, {data}).view()));
  }
}

BOOST_AUTO_TEST_CASE(hmac_of_rfc_4231) {
  for (const HmacVector& vector : hmac_vectors()) {
    BOOST_TEST(to_hex(hmac_sha256(vector.key, vector.data)) == vector.mac);
  }
}

BOOST_AUTO_TEST_CASE(hmac_keys_around_the_block_size) {
  const Bytes data = test::random_of(10);
  const Bytes key = test::random_of(65);
  const Digest shortened = sha256(key);
  BOOST_TEST((hmac_sha256(key, data) == hmac_sha256(shortened, data)));  // RFC 2104 section 2
  Bytes padded(key.begin(), key.begin() + 63);
  const Digest mac = hmac_sha256(padded, data);
  padded.push_back(0);
  BOOST_TEST((hmac_sha256(padded, data) == mac));
  padded.back() = 1;
  BOOST_TEST((hmac_sha256(padded, data) != mac));
  BOOST_TEST((hmac_sha256({}, {}) == hmac_sha256(Bytes(64, 0), {})));
}

BOOST_AUTO_TEST_CASE(hkdf_of_rfc_5869) {
  for (const HkdfVector& vector : hkdf_vectors()) {
    const auto prk = hkdf_extract(vector.salt, {vector.ikm});
    BOOST_TEST(to_hex(prk.view()) == vector.prk);
    Bytes okm(vector.okm.size() / 2);
    hkdf_expand(prk.view(), {vector.info}, okm);
    BOOST_TEST(to_hex(okm) == vector.okm);
  }
}

BOOST_AUTO_TEST_CASE(hkdf_expand_has_a_limit) {
  const Bytes key = test::random_of(32);
  Bytes most(8160);
  hkdf_expand(key, {}, most);
  Bytes less(100);
  hkdf_expand(key, {}, less);
  BOOST_TEST(std::equal(less.begin(), less.end(), most.begin()));
  BOOST_TEST(std::any_of(most.end() - 32, most.end(), [](std::uint8_t byte) { return byte != 0; }));
  Bytes more(8161);
  BOOST_CHECK_THROW(hkdf_expand(key, {}, more), std::length_error);
}

BOOST_AUTO_TEST_CASE(threads_do_not_disturb_each_other) {
  const Bytes data = test::random_of(5000);
  const Digest expected = hmac_sha256(data, data);
  std::array<int, 4> right{};
  std::vector<std::thread> threads;
  for (int& count : right) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) count += hmac_sha256(data, data) == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : right) BOOST_TEST(count == 200);
}

BOOST_AUTO_TEST_SUITE_END()
