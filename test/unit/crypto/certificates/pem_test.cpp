// PEM is read strictly: a text is understood completely, or refused with the place of the fault.
#include "crypto/certificates/pem.hpp"

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

const std::string block = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n";

std::vector<PemBlock> parsed(std::string_view text) {
  auto blocks = parse_pem(text);
  BOOST_REQUIRE_MESSAGE(blocks.has_value(), text);
  return std::move(*blocks);
}

std::string fault_of(std::string_view text) {
  const auto blocks = parse_pem(text);
  return blocks.has_error() ? blocks.error().message : "no fault";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pem)

BOOST_AUTO_TEST_CASE(each_block_has_its_label_bytes_and_line) {
  const auto blocks = parsed("subject=CN = x\n" + block + "-----BEGIN X509 CRL-----\n/+8=\n-----END X509 CRL-----\n");
  BOOST_REQUIRE_EQUAL(blocks.size(), 2);
  BOOST_TEST(is_certificate(blocks[0]));
  BOOST_TEST(blocks[0].line == 2);
  BOOST_TEST((Bytes(blocks[0].der.view().begin(), blocks[0].der.view().end()) == Bytes{0, 1, 2}));
  BOOST_TEST(is_crl(blocks[1]));
  BOOST_TEST(blocks[1].line == 5);
  BOOST_TEST((Bytes(blocks[1].der.view().begin(), blocks[1].der.view().end()) == Bytes{0xff, 0xef}));
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_carriage_returns_and_indents_are_accepted) {
  const auto blocks = parsed("\xef\xbb\xbf  -----BEGIN CERTIFICATE-----\r\n\tAAEC\r\n  -----END CERTIFICATE-----\r\n");
  BOOST_REQUIRE_EQUAL(blocks.size(), 1);
  BOOST_TEST(blocks[0].der.size() == 3);
}

BOOST_AUTO_TEST_CASE(an_encrypted_key_is_marked) {
  const auto blocks =
      parsed("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAEC\n-----END RSA PRIVATE KEY-----\n" +
             std::string("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAEC\n-----END ENCRYPTED PRIVATE KEY-----\n"));
  BOOST_REQUIRE_EQUAL(blocks.size(), 2);
  for (const PemBlock& one : blocks) {
    BOOST_TEST(one.encrypted);
    BOOST_TEST(is_private_key(one));
    BOOST_TEST(pem_kind(one) == "an encrypted private key");
  }
}

BOOST_AUTO_TEST_CASE(a_fault_names_its_line) {
  const std::string cut_off = "the block has no END line; the file was cut off or damaged";
  BOOST_TEST(fault_of(block.substr(0, 33)) == "line 1: " + cut_off);
  BOOST_TEST(fault_of(block.substr(0, 33) + block) == "line 1: " + cut_off);
  BOOST_TEST(fault_of(block.substr(28)) == "line 2: the BEGIN line of the block that ends here is missing");
  BOOST_TEST(fault_of("-----BEGIN A-----\nAAEC\n-----END B-----\n") ==
             "line 3: this END line is of another kind than the BEGIN line at line 1");
  BOOST_TEST(fault_of("-----BEGIN A-----\nAAE*\n-----END A-----\n") == "line 2: this text is not base64");
  for (const char* const body : {"AAE", "A===", "AA=C", ""}) {
    BOOST_TEST(fault_of("-----BEGIN A-----\n" + std::string(body) + "\n-----END A-----\n") ==
               "line 1: the block is not base64, or was cut off");
  }
  BOOST_TEST(fault_of("x " + block) ==
             "line 1: BEGIN and END need a line of their own, with five dashes before and after");
  BOOST_TEST(fault_of(std::string(64, 'A') + "\n" + block) ==
             "line 1: base64 outside of a block; its BEGIN line is missing");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_text_are_refused) {
  BOOST_TEST(fault_of(std::string("\x30\x82\x01\x00", 4)) == "it is binary (DER or PKCS #12), not PEM");
  BOOST_TEST(fault_of(block + std::string(1, '\0')) == "it has bytes that are not text, so it is not PEM");
}

BOOST_AUTO_TEST_CASE(a_file_is_refused_by_name) {
  const TemporaryFolder folder;
  const auto why = [&](std::string_view text, std::size_t most) {
    write_file(folder / "file.pem", text);
    const auto read = read_pem_file(folder / "file.pem", most);
    return read.has_error() ? read.error().message : "no fault";
  };
  const std::string name = (folder / "file.pem").string();
  BOOST_TEST(why(block, 1024) == "no fault");
  BOOST_TEST(why(" \n", 1024) == name + ": is empty");
  BOOST_TEST(why("words\n", 1024) == name + ": holds no PEM block (-----BEGIN …-----)");
  BOOST_TEST(why(block, block.size() - 1).starts_with(name + ": "));
  BOOST_TEST(why(block.substr(28), 1024).starts_with(name + ": line 2: "));
}

BOOST_AUTO_TEST_SUITE_END()
