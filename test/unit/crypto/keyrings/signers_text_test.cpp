// The lines of signing keys in the root public keyring: reading, each fault, changes that keep all other text.
#include "crypto/keyrings/signers_text.hpp"

#include <algorithm>

#include "test/unit/crypto/keyrings/signers_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

SigningPublicKey new_key() { return SigningKey::generate().public_key(); }

/// The lines of a ring in the phase `required`, and its keys.
struct Lines {
  SigningPublicKey root = new_key();
  SigningPublicKey api = new_key();
  SigningPublicKey tools = new_key();
  SigningPublicKey operators = new_key();
  std::string store = "store " + std::string(store_text);

  std::vector<std::string> all() const {
    return {store,
            sign_line(SigningRole::root, "primary", root),
            sign_line(SigningRole::api, "primary", api),
            sign_line(SigningRole::tools, "primary", tools),
            sign_line(SigningRole::operators, "primary", operators),
            "cut-off 17"};
  }
};

KeyringResult<Signers> parsed(const std::string& text) {
  if (const auto lines = parse_keyring("file", "root-public", text); !lines) return lines.error();
  return parse_signers("file", text);
}

std::string fault_of(const std::vector<std::string>& lines) {
  const auto signers = parsed(public_ring(lines));
  return signers ? "" : signers.error().message;
}

/// The store's line, and then that one, which is line 4 of the ring.
std::string fault_after_store(const std::string& line) { return fault_of({Lines().store, line}); }

/// The line with another field, from 0.
std::string with_field(const std::string& line, std::size_t number, std::string_view field) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < number; ++i) start = line.find(' ', start) + 1;
  const std::size_t end = std::min(line.find(' ', start), line.size());
  return line.substr(0, start) + std::string(field) + line.substr(end);
}

/// In a ring of version 3.
std::string fault_in_version_3(const std::string& line) {
  std::string text = public_ring({Lines().store, line});
  text.replace(text.find(" 2 "), 3, " 3 ");
  const auto signers = parsed(text);
  return signers ? "" : signers.error().message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signers_text)

BOOST_AUTO_TEST_CASE(all_lines_are_read) {
  const Lines lines;
  const SigningPublicKey old = new_key();
  auto all = lines.all();
  all.push_back("# an old key");
  all.push_back("");
  all.push_back(sign_line(SigningRole::api, "retired", old, " 1234"));
  const auto signers = parsed(public_ring(all));
  BOOST_REQUIRE_MESSAGE(signers, signers.error().message);
  BOOST_TEST(signers->store().str() == store_text);
  BOOST_TEST(signers->cut_off().value_or(0) == 17U);
  BOOST_TEST(signers->entries().size() == 5U);
  BOOST_TEST((signers->primary(SigningRole::api)->id == signing_key_id(SigningRole::api, lines.api)));
  const Signer* const retired = signers->find(signing_key_id(SigningRole::api, old));
  BOOST_REQUIRE(retired != nullptr);
  BOOST_TEST((retired->state == SignerState::retired));
  BOOST_TEST(retired->through == 1234U);
  BOOST_TEST(retired->created == created);
  BOOST_TEST(to_hex(retired->key.bytes()) == to_hex(old));
  BOOST_TEST((phase_of(*signers) == SigningPhase::required));
}

BOOST_AUTO_TEST_CASE(the_phase_follows_from_the_lines) {
  const Lines lines;
  auto all = lines.all();
  all.pop_back();
  BOOST_TEST((phase_of(*parsed(public_ring(all))) == SigningPhase::signing));
  all[1] = sign_line(SigningRole::root, "active", lines.root);
  BOOST_TEST((phase_of(*parsed(public_ring(all))) == SigningPhase::none));
  BOOST_TEST((phase_of(*parsed(public_ring({lines.store}))) == SigningPhase::none));
}

BOOST_AUTO_TEST_CASE(the_order_of_lines_is_free) {
  auto all = Lines().all();
  std::reverse(all.begin(), all.end());
  BOOST_TEST(fault_of(all) == "");
}

BOOST_AUTO_TEST_CASE(faults_of_the_store_line) {
  const Lines lines;
  BOOST_TEST(fault_of({}) == "file: has no store id");
  BOOST_TEST(fault_of({lines.store, lines.store}) == "file: line 4 is a second store id; the first is on line 3");
  for (const std::string_view bad : {"store", "store ", "store  x y"}) {
    BOOST_TEST(fault_of({std::string(bad)}).starts_with("file: line 3 "), bad);
  }
  BOOST_TEST(fault_of({lines.store + " more"}) ==
             "file: line 3 must have two fields separated by one space: store and a UUID");
  BOOST_TEST(fault_of({"store 0F8FAD5B-d9cb-469f-a165-70867728950e"}) ==
             "file: line 3 has a store id that is not a UUID in lower case");
  BOOST_TEST(fault_of({"store 00000000-0000-0000-0000-000000000000"}) == "file: line 3 has a store id of zeros only");
}

BOOST_AUTO_TEST_CASE(faults_of_the_cut_off_line) {
  const Lines lines;
  auto all = lines.all();
  all.push_back("cut-off 18");
  BOOST_TEST(fault_of(all) == "file: line 9 is a second cut-off; the first is on line 8");
  for (const std::string_view bad : {"0", "017", "-1", "+1", "1.0", "x", "", "18446744073709551616", "1 "}) {
    BOOST_TEST(!fault_of({lines.store, "cut-off " + std::string(bad)}).empty(), bad);
  }
  BOOST_TEST(fault_after_store("cut-off 0") == "file: line 4 has a cut-off that is not a number from 1");
  BOOST_TEST(fault_after_store("cut-off") ==
             "file: line 4 must have two fields separated by one space: cut-off and a number");
  all = lines.all();
  all[3] = sign_line(SigningRole::tools, "active", lines.tools);
  BOOST_TEST(fault_of(all) == "file: line 8 is a cut-off, but there is no primary key of the role tools");
}

BOOST_AUTO_TEST_CASE(faults_of_a_line_of_a_signing_key) {
  const SigningPublicKey key = new_key();
  const std::string line = sign_line(SigningRole::api, "active", key);
  const std::string six =
      "file: line 4 must have six fields separated by one space: sign, role, id, state, created, key";
  const std::string seven =
      "file: line 4 must have seven fields separated by one space: sign, role, id, retired, "
      "created, key, last audit entry";
  BOOST_TEST(fault_after_store(line) == "");
  BOOST_TEST(fault_after_store("sign") == six);
  BOOST_TEST(fault_after_store(line + " 7") == six);
  BOOST_TEST(fault_after_store(line.substr(0, line.rfind(' '))) == six);
  BOOST_TEST(fault_after_store(sign_line(SigningRole::api, "retired", key)) == seven);
  BOOST_TEST(fault_after_store(with_field(line, 1, "apis")) ==
             "file: line 4 has a role that is not one of root, api, tools, operator");
  BOOST_TEST(fault_after_store(with_field(line, 2, "0123")) ==
             "file: line 4 has an id that is not 16 lower-case hexadecimal digits");
  BOOST_TEST(fault_after_store(with_field(line, 3, "Active")) ==
             "file: line 4 has a state that is not one of primary, active, retired");
  BOOST_TEST(fault_after_store(with_field(line, 4, "yesterday")) ==
             "file: line 4 has a creation time that is not a date-time of RFC 3339");
  BOOST_TEST(fault_after_store(with_field(line, 1, "tools")) == "file: line 4 has an id that does not match its key");
}

BOOST_AUTO_TEST_CASE(faults_of_a_signing_key) {
  const std::string line = sign_line(SigningRole::api, "active", new_key());
  const auto with_key_bytes = [&](ByteView bytes) {
    return fault_after_store(with_field(line, 5, base64url_encode(bytes).text()));
  };
  BOOST_TEST(fault_after_store(with_field(line, 5, "+++")) ==
             "file: line 4 has a key that is not base64url without padding");
  BOOST_TEST(with_key_bytes(random_of(31)) == "file: line 4 has a key that is not 32 bytes long");
  BOOST_TEST(with_key_bytes(Bytes(32)) == "file: line 4 has a key that is not a sound public key of Ed25519");
  BOOST_TEST(with_key_bytes(Bytes(32, 0xff)) == "file: line 4 has a key that is not a sound public key of Ed25519");
  BOOST_TEST(with_key_bytes(new_key()) == "file: line 4 has an id that does not match its key");
}

BOOST_AUTO_TEST_CASE(faults_of_a_retired_key) {
  const std::string api = sign_line(SigningRole::api, "retired", new_key());
  const std::string root = sign_line(SigningRole::root, "retired", new_key());
  BOOST_TEST(fault_after_store(api + " 0") == "");
  BOOST_TEST(fault_after_store(root + " 0") == "");
  for (const std::string_view bad : {"-1", "01", "x", "", "18446744073709551616"}) {
    BOOST_TEST(fault_after_store(api + " " + std::string(bad)) ==
               "file: line 4 has a last audit entry that is not a number");
  }
  BOOST_TEST(fault_after_store(root + " 5") == "file: line 4 has a last audit entry, though its role is root");
}

// Version 2, which programs before it wrote, has no such field, and is read as it was.
BOOST_AUTO_TEST_CASE(faults_of_the_last_entries_of_slots) {
  const std::string api = sign_line(SigningRole::api, "retired", new_key()) + " 7";
  const std::string root = sign_line(SigningRole::root, "retired", new_key()) + " 0";
  for (const std::string_view good : {"-", "api-1:0", "api-1:57,tools-4095:9", "tools-2:1,operator-3:2,api-9:3"}) {
    BOOST_TEST(fault_in_version_3(api + " " + std::string(good)) == "", good);
  }
  BOOST_TEST(fault_in_version_3(api) == "");
  for (const std::string_view bad :
       {"", "0:5", "api-0:5", "api-4096:5", "api-01:5", "root-1:5", "api:5", "api-1", "api-1:", "api-1:05", "api-1:5,",
        ",api-1:5", "api-1:5,api-1:6", "api-1:5;tools-1:6", "--"}) {
    BOOST_TEST(fault_in_version_3(api + " " + std::string(bad)) ==
                   "file: line 4 has last audit entries of slots that are not SLOT:NUMBER,... or -",
               bad);
  }
  BOOST_TEST(!fault_in_version_3(root + " -").empty());
  BOOST_TEST(!fault_in_version_3(api + " - -").empty());
  BOOST_TEST(!fault_after_store(api + " -").empty());
}

BOOST_AUTO_TEST_CASE(a_retirement_with_slots_makes_a_ring_one_of_version_3) {
  const Lines lines;
  auto all = lines.all();
  const SigningPublicKey former = new_key();
  all.push_back(sign_line(SigningRole::api, "retired", former, " 12"));
  const SigningPublicKey old = new_key();
  all.push_back(sign_line(SigningRole::tools, "active", old));
  const KeyId id = signing_key_id(SigningRole::tools, old);
  const WipedBytes retired = with_retired_signer(public_ring(all), id, 99, SlotSequences{{"tools-1", 5}, {"api-2", 6}});
  BOOST_TEST(retired.text().find("tacit-keyring 3 root-public\n") != std::string_view::npos);
  const auto signers = parsed(std::string(retired.text()));
  BOOST_REQUIRE_MESSAGE(signers, signers.error().message);
  BOOST_TEST(signers->find(id)->through == 99U);
  BOOST_TEST((signers->find(id)->slots_through == SlotSequences{{"api-2", 6}, {"tools-1", 5}}));
  const Signer* const before = signers->find(signing_key_id(SigningRole::api, former));
  BOOST_TEST(before->through == 12U);
  BOOST_TEST(!before->slots_through.has_value());
  BOOST_TEST(signers->cut_off().value_or(0) == 17U);
  const auto roots = parse_keyring("file", "root-public", retired.text());
  BOOST_TEST(roots.has_value());
}

BOOST_AUTO_TEST_CASE(signing_keys_do_not_repeat) {
  const Lines lines;
  const std::string root = sign_line(SigningRole::root, "primary", lines.root);
  BOOST_TEST(fault_of({lines.store, root, sign_line(SigningRole::root, "active", lines.root)}) ==
             "file: line 5 has the same id as line 4");
  BOOST_TEST(fault_of({lines.store, root, sign_line(SigningRole::root, "primary", lines.api)}) ==
             "file: line 5 is a second primary key of the role root; the first is on line 4");
  BOOST_TEST(fault_of({lines.store, root, sign_line(SigningRole::api, "primary", lines.root)}) == "");
}

BOOST_AUTO_TEST_CASE(other_lines_are_a_fault) {
  const std::string word = "file: line 4 has an unknown first word";
  for (const std::string_view line : {"stores x", "Sign root", "0123 active", " store", "cut_off 3"}) {
    BOOST_TEST(fault_after_store(std::string(line)) == word, line);
  }
}

// A program that knows version 1 alone refuses the ring in words, and a ring of version 1 has none of these lines.
BOOST_AUTO_TEST_CASE(versions_are_not_mixed) {
  const Lines lines;
  std::string text = public_ring(lines.all());
  text.replace(text.find(" 2 "), 3, " 1 ");
  const auto first = parsed(text);
  BOOST_REQUIRE(!first);
  BOOST_TEST(first.error().message ==
             "file: line 3 must have four fields separated by one space: id, state, created, key");
  std::string other = public_ring(lines.all());
  other.replace(other.find("root-public"), 11, "metadata");
  const auto metadata = parse_keyring("file", "metadata", other);
  BOOST_REQUIRE(!metadata);
  BOOST_TEST(metadata.error().message == "file: line 1 has a format version that this program does not know");
}

BOOST_AUTO_TEST_CASE(a_store_makes_a_ring_one_of_version_2) {
  const PublicKey key = generate_key_pair().public_key;
  const WipedBytes first = format_keyring("root-public", keyring_kinds::root_key_id(key), key);
  const std::string noted = "# a note\n" + std::string(first.text()) + "# the end";
  const WipedBytes second = with_store(noted, *parse_uuid(store_text));
  std::string expected = noted + "\nstore " + std::string(store_text) + "\n";
  expected.replace(expected.find(" 1 "), 3, " 2 ");
  BOOST_TEST(second.text() == expected);
  BOOST_TEST(parsed(std::string(second.text()))->store().str() == store_text);
}

BOOST_AUTO_TEST_CASE(changes_keep_all_other_lines) {
  const Lines lines;
  auto all = lines.all();
  all.insert(all.begin() + 2, "# the API plane's");
  const std::string before = public_ring(all);
  const SigningPublicKey added = new_key();
  const KeyId id = signing_key_id(SigningRole::api, added);

  const WipedBytes with_added = with_signer(before, SigningRole::api, SignerState::active, added);
  BOOST_TEST(with_added.text().starts_with(before + "sign api " + to_hex(id) + " active 20"));
  const WipedBytes promoted = with_primary_signer(with_added.text(), SigningRole::api, id);
  auto signers = parsed(std::string(promoted.text()));
  BOOST_REQUIRE_MESSAGE(signers, signers.error().message);
  BOOST_TEST((signers->primary(SigningRole::api)->id == id));
  BOOST_TEST((signers->primary(SigningRole::root)->id == signing_key_id(SigningRole::root, lines.root)));
  const KeyId old = signing_key_id(SigningRole::api, lines.api);
  BOOST_TEST((signers->find(old)->state == SignerState::active));

  const WipedBytes retired = with_retired_signer(promoted.text(), old, 99, std::nullopt);
  signers = parsed(std::string(retired.text()));
  BOOST_REQUIRE_MESSAGE(signers, signers.error().message);
  BOOST_TEST(signers->find(old)->through == 99U);
  // A promotion does not revive a retired key.
  const WipedBytes again = with_primary_signer(retired.text(), SigningRole::api, id);
  BOOST_TEST(again.text() == retired.text());

  const WipedBytes lower = with_cut_off(again.text(), 3);
  signers = parsed(std::string(lower.text()));
  BOOST_TEST(signers->cut_off().value_or(0) == 3U);
  BOOST_TEST(lower.text().find("cut-off 17") == std::string_view::npos);
  BOOST_TEST(lower.text().find("# the API plane's\n") != std::string_view::npos);
}

// The edits of root keys (crypto/keyrings/keyring_text.hpp) leave the lines of signing keys as they are.
BOOST_AUTO_TEST_CASE(edits_of_root_keys_keep_signing_keys) {
  const std::string before = public_ring(Lines().all());
  const PublicKey key = generate_key_pair().public_key;
  const KeyId id = keyring_kinds::root_key_id(key);
  const WipedBytes added = with_key(before, id, key);
  const WipedBytes promoted = with_primary(added.text(), id);
  const auto lines = parse_keyring("file", "root-public", promoted.text());
  BOOST_REQUIRE_MESSAGE(lines, lines.error().message);
  const WipedBytes removed = without_key(promoted.text(), lines->front().id);
  const auto signers = parsed(std::string(removed.text()));
  BOOST_REQUIRE_MESSAGE(signers, signers.error().message);
  BOOST_TEST(signers->entries().size() == 4U);
  BOOST_TEST(signers->cut_off().value_or(0) == 17U);
}

// Reading any file ends with a ring or with a message.
BOOST_AUTO_TEST_CASE(damaged_text_gives_no_other_key) {
  const Lines lines;
  const std::string good = public_ring(lines.all());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int mask : {0x01, 0x20, 0x80}) {
      std::string text = good;
      text[at] = static_cast<char>(text[at] ^ mask);
      const auto signers = parsed(text);
      if (!signers) {
        BOOST_TEST(signers.error().message.starts_with("file: "));
        continue;
      }
      for (const Signer& signer : signers->entries()) {
        BOOST_TEST((signer.id == signing_key_id(signer.role, signer.key.bytes())));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
