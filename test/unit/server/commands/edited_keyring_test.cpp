// What commands do with keyrings that were edited by hand, are missing, locked or of another time.
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keyrings/keyring_edit.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "test/says.hpp"
#include "test/unit/server/commands/installation_fixture.hpp"

using namespace tacit::test;
namespace crypto = tacit::crypto;

namespace {

using Words = std::vector<std::string>;

using tacit::test::says;

struct Rings : MadeInstallation {
  std::filesystem::path file(const char* name) const { return directory / name; }
  void replace(const char* name, const std::string& text, mode_t mode) const {
    std::filesystem::remove(file(name));
    directory.write(name, text);
    BOOST_REQUIRE(::chmod(file(name).c_str(), mode) == 0);
  }
  /// As an attacker with the public keyring alone would: the primary key is that of another installation.
  std::string make_foreign_key_primary() const {
    const MadeInstallation other;
    std::istringstream lines(content_of(other.directory / "public"));
    std::string foreign;
    while (!says(foreign, " primary ")) BOOST_REQUIRE(static_cast<bool>(std::getline(lines, foreign)));
    std::string text = content_of(file("public"));
    const auto own = text.find(" primary ");
    text.replace(own, 9, " active ");
    replace("public", text.insert(text.find('\n') + 1, foreign + "\n"), 0444);
    return foreign.substr(0, 16);
  }
  /// With both halves, but not by `tacit key promote`.
  std::string make_own_key_primary() const {
    auto ring = crypto::KeyringEdit::open_root(file("private"), file("public"));
    BOOST_REQUIRE_MESSAGE(ring, ring.error().message);
    const auto id = ring->add();
    BOOST_REQUIRE(id);
    BOOST_REQUIRE(ring->apply());
    auto again = crypto::KeyringEdit::open_root(file("private"), file("public"));
    BOOST_REQUIRE(again);
    BOOST_REQUIRE(again->promote(*id));
    BOOST_REQUIRE(again->apply());
    return crypto::to_hex(*id);
  }
  crypto::SigningFiles signing_files() const {
    return {.root_public = file("public"),
            .root_signing = file("root-signing.keyring"),
            .audit_api = file("audit-api.keyring"),
            .audit_tools = file("audit-tools.keyring"),
            .audit_operator = file("audit-operator.keyring")};
  }
  std::string make_own_signing_key_primary() const {
    std::optional<crypto::KeyId> id;
    for (const bool promotes : {false, true}) {
      auto edit = crypto::SigningEdit::open(signing_files());
      BOOST_REQUIRE_MESSAGE(edit, edit.error().message);
      if (promotes) {
        BOOST_REQUIRE(edit->promote(*id));
      } else {
        id = *edit->add(crypto::SigningRole::root);
      }
      BOOST_REQUIRE(edit->apply());
    }
    return crypto::to_hex(*id);
  }
};

const std::string unnamed = ", which the store does not name";

}  // namespace

BOOST_AUTO_TEST_SUITE(edited_keyring)

BOOST_FIXTURE_TEST_CASE(commands_that_change_something_refuse_a_primary_key_that_the_store_does_not_name, Rings) {
  good({"quota", "set", tenant, "5M"});
  const std::string log = good({"audit", "export"});
  const std::string key = make_foreign_key_primary();
  for (const Words& words : std::vector<Words>{{"api-key", "create", "--tenant", tenant, "--name", "n"},
                                               {"quota", "set", tenant, "6M"},
                                               {"limits", "set", tenant, "--secrets", "7"},
                                               {"export", "--tenant", tenant},
                                               {"erase", "--tenant", tenant, "--yes"},
                                               {"audit", "prune", "--before", "2", "--yes"},
                                               {"key", "add", "metadata"},
                                               {"key", "add", "audit-api"},
                                               {"key", "prekeys", "--add", "1"},
                                               {"key", "rewrap", "metadata"},
                                               {"tenant", "rekey", "--tenant", tenant},
                                               {"tenant", "rekey", "--all"}}) {
    const std::string told = refused(words);
    BOOST_TEST(says(told, "has the key " + key + " as primary" + unnamed), told);
    BOOST_TEST(says(told, (directory / "store").string() + " cannot be changed: "), told);
  }
  BOOST_TEST(good({"audit", "export"}) == log);
}

BOOST_FIXTURE_TEST_CASE(commands_that_read_warn_of_it_and_verify_finds_it, Rings) {
  good({"quota", "set", tenant, "5M"});
  const std::string key = make_foreign_key_primary();
  for (const Words& words : std::vector<Words>{{"quota", "get", tenant},
                                               {"api-key", "list"},
                                               {"audit", "tail"},
                                               {"audit", "verify"},
                                               {"key", "list", "--uses"},
                                               {"erase", "--tenant", tenant, "--dry-run"}}) {
    const Finished done = run(words);
    BOOST_TEST(done.code == 0, done.err);
    BOOST_TEST(says(done.err, "tacit: warning: the store in "), done.err);
    BOOST_TEST(says(done.err, key + " as primary" + unnamed), done.err);
  }
  const Finished verified = run({"verify"});
  BOOST_TEST(verified.code == 1);
  BOOST_TEST(says(verified.out, "problems       1\n"), verified.out);
  BOOST_TEST(says(verified.out, "the root public keyring has the key " + key + " as primary" + unnamed), verified.out);
  BOOST_TEST(says(good({"key", "list"}), "its private half is missing"));
}

BOOST_FIXTURE_TEST_CASE(a_rewrap_does_not_name_a_key_without_its_private_half, Rings) {
  const std::string key = make_foreign_key_primary();
  const std::string told = refused({"key", "rewrap", "root", "--yes"}, 1);
  BOOST_TEST(says(told, "the root private keyring lacks the primary key " + key + unnamed), told);
  BOOST_TEST(says(told, "put your copy of root-public-keyring back"), told);
}

BOOST_FIXTURE_TEST_CASE(a_rewrap_names_a_key_after_a_confirmation, Rings) {
  const std::string key = make_own_key_primary();
  const Finished alone = run({"key", "rewrap", "root"});
  BOOST_TEST(alone.code == 2);
  BOOST_TEST(says(alone.err, "The store does not name the primary root key " + key), alone.err);
  BOOST_TEST(says(alone.err, "nothing was done"), alone.err);
  BOOST_TEST(says(alone.err, "--yes"), alone.err);
  BOOST_TEST(!says(alone.err, "--dry-run"), alone.err);
  BOOST_TEST(run_on_terminal({"key", "rewrap", "root"}, "y").code == 1);
  BOOST_TEST(run({"verify"}).code == 1);
  const Finished typed = run_on_terminal({"key", "rewrap", "root"}, key);
  BOOST_TEST(typed.code == 0, typed.err);
  BOOST_TEST(says(typed.err, "Type " + key + " to continue"), typed.err);
  good({"verify"});
  good({"api-key", "create", "--tenant", tenant, "--name", "n"});
  good({"key", "rewrap", "root"});  // asks no more
}

BOOST_FIXTURE_TEST_CASE(a_rewrap_names_a_signing_key_after_a_confirmation, Rings) {
  const std::string key = make_own_signing_key_primary();
  BOOST_TEST(says(refused({"quota", "set", tenant, "5M"}), key + " as the primary root signing key" + unnamed));
  BOOST_TEST(says(run({"key", "rewrap", "root"}).err, "The store does not name the primary root signing key " + key));
  good({"key", "rewrap", "root", "--yes"});
  good({"quota", "set", tenant, "5M"});
  good({"verify"});
}

BOOST_FIXTURE_TEST_CASE(the_keys_of_readable_keyrings_are_listed, Rings) {
  replace("audit-api.keyring", "no keyring", 0400);
  Finished listed = run({"key", "list"});
  BOOST_TEST(listed.code == 1);
  BOOST_TEST(says(listed.err, file("audit-api.keyring").string() + ": "), listed.err);
  for (const char* const ring : {"root ", "metadata ", "signing ", "audit-api ", "audit-tools ", "audit-operator "}) {
    BOOST_TEST(says(listed.out, std::string("\n") + ring), listed.out);
  }
  BOOST_TEST(says(listed.out, "its private half was not checked"), listed.out);
  replace("metadata", "no keyring", 0400);
  listed = run({"key", "list"});
  BOOST_TEST(listed.code == 1);
  BOOST_TEST(says(listed.out, "\nroot "), listed.out);
  BOOST_TEST(!says(listed.out, "\nmetadata "), listed.out);
}

BOOST_FIXTURE_TEST_CASE(a_missing_keyring_is_named_with_its_setting_and_what_to_do, Rings) {
  for (const auto& [name, setting] :
       {std::pair{"audit-operator.keyring", "audit-operator-keyring"}, std::pair{"metadata", "metadata-keyring"},
        std::pair{"public", "root-public-keyring"}}) {
    const std::string text = content_of(file(name));
    std::filesystem::remove(file(name));
    const std::string told = refused({"quota", "set", tenant, "5M"});
    BOOST_TEST(told.starts_with("tacit: " + std::string(setting) + ": " + file(name).string() + " does not exist"),
               told);
    BOOST_TEST(says(told, "put a copy of the keyring there"), told);
    replace(name, text, 0400);
  }
  good({"quota", "set", tenant, "5M"});
}

BOOST_FIXTURE_TEST_CASE(a_locked_keyring_is_named, Rings) {
  const auto held = crypto::KeyringEdit::open_root(file("private"), file("public"));
  BOOST_REQUIRE(held);
  for (const Words& words :
       std::vector<Words>{{"key", "add", "root"}, {"key", "add", "audit-api"}, {"tenant", "rekey", "--all"}}) {
    const std::string told = refused(words, 1);
    BOOST_TEST(says(told, ": is being changed by another process"), told);
    BOOST_TEST(says(told, file(words.back() == "root" ? "private" : "public").string() + ": "), told);
  }
}

BOOST_FIXTURE_TEST_CASE(a_backup_of_other_keyrings_is_named, Rings) {
  const MadeInstallation other;
  const std::string backup = (directory / "copy").string();
  other.good({"backup", backup});
  const std::string verified = refused({"verify", "--backup", backup});
  BOOST_TEST(says(verified, "the store in " + backup + " cannot be used: "), verified);
  BOOST_TEST(!says(verified, (directory / "store").string()), verified);
  const Finished restored = run({"restore", backup, "--store", (directory / "restored").string()});
  BOOST_TEST(restored.code == 1);
  BOOST_TEST(says(restored.err, "with the keyrings of its time: name them with --root-public-keyring FILE"),
             restored.err);
}

BOOST_FIXTURE_TEST_CASE(a_rekey_of_an_unknown_tenant_fails, Rings) {
  BOOST_TEST(says(refused({"tenant", "rekey", "--tenant", tenant}, 1),
                  "nothing is stored of the tenant " + std::string(tenant)));
}

BOOST_AUTO_TEST_SUITE_END()
