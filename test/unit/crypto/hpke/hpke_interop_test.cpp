// Tacit's HPKE against @hpke/core of npm, run by node (test/unit/crypto/hpke/hpke_peer.mjs), in both directions.
#include <cstdio>
#include <fstream>
#include <sstream>

#include "crypto/hpke/hpke.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

constexpr std::string_view source_folder = TACIT_SOURCE_DIR;

struct Case {
  KeyPair pair = generate_key_pair();
  Bytes info, aad, plaintext;
};

std::size_t random_size(std::size_t limit) {
  const Bytes random = random_of(2);
  return static_cast<std::size_t>(random[0] * 256 + random[1]) % limit;
}

// Edge sizes first, then random ones.
std::vector<Case> make_cases() {
  std::vector<Case> cases;
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 31u, 32u, 33u, 255u, 4096u, 65536u}) {
    cases.push_back({generate_key_pair(), random_of(size % 50), random_of(size % 33), random_of(size)});
  }
  for (int i = 0; i < 60; ++i) {
    cases.push_back(
        {generate_key_pair(), random_of(random_size(300)), random_of(random_size(300)), random_of(random_size(3000))});
  }
  return cases;
}

std::string field(ByteView bytes) { return bytes.empty() ? " -" : " " + to_hex(bytes); }

std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

void require_peer() {
  const auto module = std::filesystem::path(source_folder) / "test/node_modules/@hpke/core/package.json";
  BOOST_REQUIRE_MESSAGE(std::filesystem::exists(module),
                        module.string() + " is missing: run npm ci --prefix " + std::string(source_folder) + "/test");
  BOOST_REQUIRE_MESSAGE(std::system("node --version >/dev/null 2>&1") == 0, "node is missing: install nodejs");
}

// Sends the requests and returns the answers, line by line.
std::vector<std::string> ask_peer(const std::string& requests) {
  const TemporaryFolder folder;
  std::ofstream(folder / "requests") << requests;
  // Node finds the module because node_modules lies in a folder above the script.
  const auto script = std::filesystem::path(source_folder) / "test/unit/crypto/hpke/hpke_peer.mjs";
  const std::string command = "node " + quoted(script) + " <" + quoted(folder / "requests") + " >" +
                              quoted(folder / "answers") + " 2>" + quoted(folder / "errors");
  const int status = std::system(command.c_str());
  std::ostringstream errors;
  errors << std::ifstream(folder / "errors").rdbuf();
  BOOST_REQUIRE_MESSAGE(status == 0, "the peer failed: " + errors.str());
  std::vector<std::string> answers;
  std::ifstream input(folder / "answers");
  for (std::string line; std::getline(input, line);) answers.push_back(line);
  return answers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hpke_interop)

BOOST_AUTO_TEST_CASE(the_peer_opens_what_tacit_seals) {
  require_peer();
  const auto cases = make_cases();
  std::string requests;
  for (const Case& c : cases) {
    const auto box = hpke_seal(c.pair.public_key, c.info, c.aad, c.plaintext);
    BOOST_REQUIRE(box.has_value());
    requests += "open" + field(c.pair.private_key.view()) + field(c.info) + field(c.aad) + field(*box) + "\n";
  }
  const auto answers = ask_peer(requests);
  BOOST_REQUIRE_EQUAL(answers.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) BOOST_TEST(" " + answers[i] == field(cases[i].plaintext));
}

BOOST_AUTO_TEST_CASE(tacit_opens_what_the_peer_seals) {
  require_peer();
  const auto cases = make_cases();
  std::string requests;
  for (const Case& c : cases) {
    requests += "seal" + field(c.pair.public_key) + field(c.info) + field(c.aad) + field(c.plaintext) + "\n";
  }
  const auto answers = ask_peer(requests);
  BOOST_REQUIRE_EQUAL(answers.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto opened = hpke_open(cases[i].pair.private_key, cases[i].info, cases[i].aad, from_hex(answers[i]));
    BOOST_REQUIRE_MESSAGE(opened.has_value(), "case " << i);
    BOOST_TEST(to_hex(opened->view()) == to_hex(cases[i].plaintext));
  }
}

BOOST_AUTO_TEST_CASE(the_peer_refuses_what_was_altered) {
  require_peer();
  const KeyPair pair = generate_key_pair();
  const Bytes plaintext = random_of(20);
  const auto box = hpke_seal(pair.public_key, {}, {}, plaintext);
  Bytes altered = *box;
  altered.back() ^= 1;
  const std::string key = field(pair.private_key.view());
  const auto answers = ask_peer("open" + key + " - -" + field(*box) + "\nopen" + key + " - -" + field(altered) +
                                "\nopen" + key + " 00 -" + field(*box) + "\nopen" + key + " - 00" + field(*box) + "\n");
  const std::vector<std::string> expected = {to_hex(plaintext), "refused", "refused", "refused"};
  BOOST_TEST(answers == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
