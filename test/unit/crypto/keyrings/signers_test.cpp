// Roles, ids and phases; loading the private halves.
#include "crypto/keyrings/signers.hpp"

#include <algorithm>

#include "crypto/primitives/digest.hpp"
#include "test/unit/crypto/keyrings/signers_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

std::string load_error(const std::filesystem::path& file, SigningRole role) {
  const auto ring = SigningKeyring::load(file, role);
  return ring ? "loaded" : ring.error().message;
}

std::string private_ring(std::string_view kind, const KeyId& id, ByteView seed) {
  return std::string(format_keyring(kind, id, seed).text());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signers)

BOOST_AUTO_TEST_CASE(roles_have_names_and_stored_values) {
  BOOST_TEST(static_cast<int>(SigningRole::root) == 1);
  BOOST_TEST(static_cast<int>(SigningRole::api) == 2);
  BOOST_TEST(static_cast<int>(SigningRole::tools) == 3);
  BOOST_TEST(static_cast<int>(SigningRole::operators) == 4);
  for (const SigningRole role : signing_roles) BOOST_TEST((signing_role(name_of(role)) == role));
  BOOST_TEST(name_of(SigningRole::operators) == "operator");
  for (const std::string_view other : {"", "Root", "operators", "metadata", "root "}) {
    BOOST_TEST(!signing_role(other).has_value(), other);
  }
}

BOOST_AUTO_TEST_CASE(the_id_of_a_key_depends_on_its_role) {
  const SigningPublicKey key = SigningKey::generate().public_key();
  std::vector<KeyId> seen;
  for (const SigningRole role : signing_roles) {
    const std::string purpose = "sign " + std::string(name_of(role));
    const Digest digest = sha256({as_bytes("tacit key id"), as_bytes(purpose), ByteView(key)});
    const KeyId id = signing_key_id(role, key);
    BOOST_TEST(to_hex(id) == to_hex(ByteView(digest).first(8)));
    BOOST_TEST(std::count(seen.begin(), seen.end(), id) == 0);
    seen.push_back(id);
  }
}

BOOST_AUTO_TEST_CASE(a_new_deployment_has_a_key_of_each_role) {
  const SignedRings rings;
  const RootPublicKeyring ring = rings.root_public();
  const Signers& signers = ring.signers();
  BOOST_TEST((phase_of(signers) == SigningPhase::required));
  BOOST_TEST((signers.store() != Uuid{}));
  BOOST_TEST(signers.cut_off().value_or(0) == 1U);
  BOOST_TEST(signers.entries().size() == 4U);
  for (const SigningRole role : signing_roles) {
    const Signer* const primary = signers.primary(role);
    BOOST_REQUIRE(primary != nullptr);
    const SigningKeyring halves = rings.signing(role);
    BOOST_TEST((halves.role() == role));
    const auto* const half = halves.find(primary->id);
    BOOST_REQUIRE(half != nullptr);
    const Signature signature = half->key.sign("context", {});
    BOOST_TEST(primary->key.verify("context", {}, signature));
    BOOST_TEST(halves.find(KeyId{}) == nullptr);
  }
  // The other rings belong together, too.
  BOOST_TEST(rings.root_private().find(ring.primary().id) != nullptr);
  BOOST_TEST(rings.metadata().entries().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_rings_of_a_new_deployment_have_their_modes) {
  const SignedRings rings;
  const auto mode_of = [](const std::filesystem::path& file) {
    struct stat status {};
    BOOST_REQUIRE_EQUAL(::stat(file.c_str(), &status), 0);
    return status.st_mode & 07777;
  };
  for (const SigningRole role : signing_roles) BOOST_TEST(mode_of(rings.files.of(role)) == 0400U);
  BOOST_TEST(mode_of(rings.folder / "private") == 0400U);
  BOOST_TEST(mode_of(rings.folder / "metadata") == 0440U);
  BOOST_TEST(mode_of(rings.files.root_public) == 0444U);
}

BOOST_AUTO_TEST_CASE(a_deployment_that_cannot_be_made_leaves_no_file) {
  for (const char* const existing : {"private", "audit-tools", "metadata", "public"}) {
    const TemporaryFolder folder;
    write_file(folder / existing, "present");
    const SigningFiles files{.root_public = folder / "public",
                             .root_signing = folder / "root-signing",
                             .audit_api = folder / "audit-api",
                             .audit_tools = folder / "audit-tools",
                             .audit_operator = folder / "audit-operator"};
    const auto made = create_keyrings(files, folder / "private", folder / "metadata");
    BOOST_REQUIRE(!made);
    BOOST_TEST(made.error().message == (folder / existing).string() + ": exists already and is not overwritten");
    BOOST_TEST(content_of(folder / existing) == "present");
    const auto left = std::filesystem::directory_iterator(folder.path());
    BOOST_TEST(std::distance(begin(left), end(left)) == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_ring_without_signing_keys_has_the_phase_none) {
  const Rings rings;
  BOOST_TEST((phase_of(rings.root_public.signers()) == SigningPhase::none));
  BOOST_TEST((rings.root_public.signers().store() == Uuid{}));
  BOOST_TEST(rings.root_public.signers().entries().empty());
  BOOST_TEST(rings.root_public.signers().find(KeyId{}) == nullptr);
}

BOOST_AUTO_TEST_CASE(private_rings_are_for_one_role) {
  const SignedRings rings;
  const std::string file = rings.files.audit_api.string();
  BOOST_TEST(load_error(file, SigningRole::api) == "loaded");
  BOOST_TEST(load_error(file, SigningRole::tools) ==
             file + ": line 1 is of an audit-api keyring, not of an audit-tools one");
  BOOST_TEST(load_error(file, SigningRole::root) ==
             file + ": line 1 is of an audit-api keyring, not of a root-signing one");
  // A header alone does not make a key one of another role.
  const SigningKey key = SigningKey::generate();
  const KeyId of_api = signing_key_id(SigningRole::api, key.public_key());
  write_file(file, private_ring("audit-tools", of_api, key.seed().view()));
  BOOST_TEST(load_error(file, SigningRole::tools) == file + ": line 2 has an id that does not match its key");
  write_file(file, private_ring("audit-api", of_api, ByteView(key.seed().view()).first(31)));
  BOOST_TEST(load_error(file, SigningRole::api) == file + ": line 2 has a key that is not 32 bytes long");
}

BOOST_AUTO_TEST_CASE(private_rings_that_others_may_read_are_refused) {
  const SignedRings rings;
  for (const SigningRole role : signing_roles) {
    const std::filesystem::path& file = rings.files.of(role);
    BOOST_REQUIRE_EQUAL(::chmod(file.c_str(), 0440), 0);
    BOOST_TEST(load_error(file, role) != "loaded");
  }
}

BOOST_AUTO_TEST_CASE(a_stand_in_for_a_missing_ring) {
  const TemporaryFolder folder;
  const auto file = folder / "ring";
  for (const std::string_view text : {"none", "none\n"}) {
    write_file(file, text);
    BOOST_TEST(is_absent_keyring(file), text);
    BOOST_TEST(load_error(file, SigningRole::api) != "loaded");
  }
  for (const std::string_view text : {"", "none\n\n", " none", "None", "none\r\n", "tacit-keyring 1 audit-api\n"}) {
    write_file(file, text);
    BOOST_TEST(!is_absent_keyring(file), text);
  }
  write_file(file, "none", 0444);
  BOOST_TEST(!is_absent_keyring(file));
  BOOST_TEST(!is_absent_keyring(folder / "missing"));
}

BOOST_AUTO_TEST_SUITE_END()
