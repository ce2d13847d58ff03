// Adding, promoting and retiring signing keys, and the cut-off.
#include "crypto/keyrings/signing_edit.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keyrings/keyring_edit.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "test/unit/crypto/keyrings/signing_edit_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

constexpr std::array audit_roles{SigningRole::api, SigningRole::tools, SigningRole::operators};

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_edit)

BOOST_AUTO_TEST_CASE(the_first_addition_makes_all_rings) {
  const SigningDeployment deployment;
  const std::string before = content_of(deployment.files.root_public);
  BOOST_TEST(deployment.edit().is_first());
  {
    SigningEdit prepared = deployment.edit();
    BOOST_REQUIRE(prepared.add(SigningRole::root));
    BOOST_TEST(content_of(deployment.files.root_public) == before);  // only prepared
    BOOST_TEST(!std::filesystem::exists(deployment.files.root_signing));
  }
  const KeyId id = deployment.add(SigningRole::root);
  const Signers signers = deployment.signers();
  BOOST_TEST(!deployment.edit().is_first());
  BOOST_TEST((signers.store() != Uuid{}));
  BOOST_TEST(signers.entries().size() == 4U);
  BOOST_TEST((deployment.phase() == SigningPhase::none));  // all are active
  for (const SigningRole role : signing_roles) {
    const auto halves = deployment.halves(role);
    BOOST_REQUIRE_EQUAL(halves.size(), 1U);
    BOOST_REQUIRE(signers.find(halves.front()) != nullptr);
    BOOST_TEST((signers.find(halves.front())->role == role));
    BOOST_TEST((signers.find(halves.front())->state == SignerState::active));
  }
  BOOST_TEST((deployment.halves(SigningRole::root).front() == id));
  // The root keys are as before.
  const auto ring = RootPublicKeyring::load(deployment.files.root_public);
  BOOST_TEST((ring->primary().id == deployment.rings.root_public.primary().id));
}

BOOST_AUTO_TEST_CASE(other_roles_follow_the_root_signing_key) {
  const SigningDeployment deployment;
  const auto added = deployment.edit().add(SigningRole::api);
  BOOST_REQUIRE(!added);
  BOOST_TEST(added.error().message ==
             deployment.in(deployment.files.root_public, "has no signing keys; add one of the role root first"));
}

BOOST_AUTO_TEST_CASE(the_first_promotion_is_of_all_roles) {
  const SigningDeployment deployment;
  const KeyId id = deployment.add(SigningRole::root);
  const KeyId later = deployment.add(SigningRole::tools);
  deployment.promote(id);
  const Signers signers = deployment.signers();
  BOOST_TEST((deployment.phase() == SigningPhase::signing));
  BOOST_TEST((signers.primary(SigningRole::root)->id == id));
  for (const SigningRole role : audit_roles) {
    BOOST_REQUIRE(signers.primary(role) != nullptr);
    BOOST_TEST((signers.primary(role)->id == deployment.halves(role).front()));
  }
  BOOST_TEST((signers.find(later)->state == SignerState::active));
  deployment.cut_off(12);
  BOOST_TEST((deployment.phase() == SigningPhase::required));
}

BOOST_AUTO_TEST_CASE(a_later_promotion_is_of_one_role) {
  const SigningDeployment deployment;
  deployment.promote(deployment.add(SigningRole::root));
  const Signers before = deployment.signers();
  for (const SigningRole role : signing_roles) {
    const KeyId id = deployment.add(role);
    deployment.promote(id);
    const Signers after = deployment.signers();
    BOOST_TEST((after.primary(role)->id == id));
    BOOST_TEST((after.find(before.primary(role)->id)->state == SignerState::active));
    BOOST_TEST(deployment.halves(role).size() == 2U);
    BOOST_TEST(deployment.refusal_to_promote(id) ==
               deployment.in(deployment.files.root_public, "the key " + to_hex(id) + " is the primary one already"));
  }
}

BOOST_AUTO_TEST_CASE(a_promotion_needs_the_private_half) {
  const SigningDeployment deployment;
  const KeyId root = deployment.add(SigningRole::root);
  // The planes' rings may be on other hosts; the others are needed here.
  for (const auto& file : {deployment.files.root_signing, deployment.files.audit_operator}) {
    const std::string text = content_of(file);
    std::filesystem::remove(file);
    BOOST_TEST(deployment.refusal_to_promote(root).starts_with(file.string() + ": "));
    write_file(file, text);
  }
  std::filesystem::remove(deployment.files.audit_api);
  std::filesystem::remove(deployment.files.audit_tools);
  deployment.promote(root);
  BOOST_TEST((deployment.phase() == SigningPhase::signing));
  // A ring with another key only.
  const KeyId other = deployment.add(SigningRole::operators);
  const SigningKey foreign = SigningKey::generate();
  const KeyId foreign_id = signing_key_id(SigningRole::operators, foreign.public_key());
  write_file(deployment.files.audit_operator,
             format_keyring("audit-operator", foreign_id, foreign.seed().view()).text());
  BOOST_TEST(deployment.refusal_to_promote(other) ==
             deployment.in(deployment.files.audit_operator,
                           "has no key " + to_hex(other) + ", so no process could sign with it"));
}

BOOST_AUTO_TEST_CASE(a_lost_keyring_of_a_plane_is_made_again) {
  const SigningDeployment deployment;
  deployment.promote(deployment.add(SigningRole::root));
  for (const SigningRole role : {SigningRole::api, SigningRole::tools}) {
    std::filesystem::remove(deployment.files.of(role));
    const KeyId id = deployment.add(role);
    BOOST_TEST((deployment.halves(role) == std::vector<KeyId>{id}));
    deployment.promote(id);
    BOOST_TEST((deployment.signers().primary(role)->id == id));
  }
  // Without these the addition could not be recorded in the store.
  for (const SigningRole role : {SigningRole::root, SigningRole::operators}) {
    std::filesystem::remove(deployment.files.of(role));
    BOOST_TEST(!deployment.edit().add(role));
  }
}

BOOST_AUTO_TEST_CASE(a_retired_key_verifies_only) {
  const SigningDeployment deployment;
  const KeyId first = deployment.add(SigningRole::root);
  deployment.promote(first);
  const KeyId second = deployment.add(SigningRole::root);
  deployment.promote(second);
  deployment.retire(first, 77);
  const KeyId old_api = deployment.signers().primary(SigningRole::api)->id;
  deployment.promote(deployment.add(SigningRole::api));
  deployment.retire(old_api, 77);
  const Signers signers = deployment.signers();
  BOOST_TEST((signers.find(first)->state == SignerState::retired));
  BOOST_TEST(signers.find(first)->through == 0U);  // of the role root
  BOOST_TEST(signers.find(old_api)->through == 77U);
  BOOST_TEST((deployment.halves(SigningRole::root) == std::vector<KeyId>{second}));
  const std::string retired = deployment.in(deployment.files.root_public, "the key " + to_hex(first) + " was retired");
  BOOST_TEST(deployment.refusal_to_retire(first) == retired);
  BOOST_TEST(deployment.refusal_to_promote(first) == retired);
}

BOOST_AUTO_TEST_CASE(a_retired_audit_key_has_a_last_entry_in_each_slot) {
  const SigningDeployment deployment;
  const KeyId root = deployment.add(SigningRole::root);
  deployment.promote(root);
  const KeyId api = deployment.signers().primary(SigningRole::api)->id;
  const KeyId tools = deployment.signers().primary(SigningRole::tools)->id;
  deployment.promote(deployment.add(SigningRole::api));
  deployment.promote(deployment.add(SigningRole::tools));
  const SlotSequences slots{{"api-1", 57}, {"operator-12", 0}, {"tools-4095", 9}};
  deployment.retire(api, 3, slots);
  deployment.retire(tools, 4);
  deployment.promote(deployment.add(SigningRole::root));
  deployment.retire(root, 5, slots);
  const Signers signers = deployment.signers();
  BOOST_TEST((signers.find(api)->slots_through == slots));
  BOOST_TEST((signers.find(tools)->slots_through == SlotSequences()));
  BOOST_TEST(signers.find(root)->slots_through.has_value() == false);
}

BOOST_AUTO_TEST_CASE(what_is_not_retired) {
  const SigningDeployment deployment;
  const KeyId first = deployment.add(SigningRole::root);
  BOOST_TEST(
      deployment.refusal_to_retire(first) ==
      deployment.in(deployment.files.root_signing, "the key " + to_hex(first) + " is the only one; add another first"));
  deployment.promote(first);
  BOOST_TEST(deployment.refusal_to_retire(first) ==
             deployment.in(deployment.files.root_public,
                           "the key " + to_hex(first) + " is the primary one; promote another first"));
  const std::string unknown = deployment.in(deployment.files.root_public, "has no signing key " + to_hex(KeyId{}));
  BOOST_TEST(deployment.refusal_to_retire(KeyId{}) == unknown);
  BOOST_TEST(deployment.refusal_to_promote(KeyId{}) == unknown);
  BOOST_TEST(deployment.refusal_to_retire(deployment.rings.root_public.primary().id).find("has no signing key") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cut_off_needs_primary_keys_and_only_falls) {
  const SigningDeployment deployment;
  const KeyId id = deployment.add(SigningRole::root);
  BOOST_TEST(!deployment.edit().set_cut_off(3));
  deployment.promote(id);
  deployment.cut_off(30);
  const std::string text = content_of(deployment.files.root_public);
  deployment.cut_off(40);
  BOOST_TEST(content_of(deployment.files.root_public) == text);
  deployment.cut_off(20);
  BOOST_TEST(deployment.signers().cut_off().value_or(0) == 20U);
  BOOST_TEST(!deployment.edit().set_cut_off(0));
}

BOOST_AUTO_TEST_CASE(an_edit_excludes_edits_of_the_root_keys) {
  const SigningDeployment deployment;
  const SigningEdit first = deployment.edit();
  const auto second = KeyringEdit::open_root(deployment.rings.folder / "private", deployment.files.root_public);
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.error().message.starts_with(
      deployment.in(deployment.files.root_public, "is being changed by another process")));
  BOOST_TEST(second.error().is_locked);
  BOOST_TEST(!SigningEdit::open(deployment.files));
}

BOOST_AUTO_TEST_CASE(edits_of_the_root_keys_keep_signing_keys) {
  const SigningDeployment deployment;
  deployment.promote(deployment.add(SigningRole::root));
  deployment.cut_off(9);
  const Signers before = deployment.signers();
  const auto root = [&] {
    return std::move(KeyringEdit::open_root(deployment.rings.folder / "private", deployment.files.root_public)).value();
  };
  KeyId id{};
  {
    KeyringEdit adding = root();
    id = adding.add().value();
    BOOST_REQUIRE(adding.apply());
  }
  {
    KeyringEdit promoting = root();
    BOOST_REQUIRE(promoting.promote(id));
    BOOST_REQUIRE(promoting.apply());
  }
  {
    KeyringEdit retiring = root();
    BOOST_REQUIRE(retiring.retire(deployment.rings.root_public.primary().id));
    BOOST_REQUIRE(retiring.apply());
  }
  const auto ring = RootPublicKeyring::load(deployment.files.root_public);
  BOOST_REQUIRE_MESSAGE(ring, ring.error().message);
  BOOST_TEST((ring->primary().id == id));
  BOOST_TEST(ring->entries().size() == 1U);
  BOOST_TEST((ring->signers().store() == before.store()));
  BOOST_TEST(ring->signers().entries().size() == before.entries().size());
  BOOST_TEST(ring->signers().cut_off().value_or(0) == 9U);
}

BOOST_AUTO_TEST_CASE(a_faulty_line_of_a_signing_key_stops_every_edit) {
  const SigningDeployment deployment;
  deployment.add(SigningRole::root);
  const std::string text = content_of(deployment.files.root_public);
  write_file(deployment.files.root_public, text + "store " + deployment.signers().store().str() + "\n", 0444);
  BOOST_TEST(!SigningEdit::open(deployment.files));
  BOOST_TEST(!KeyringEdit::open_root(deployment.rings.folder / "private", deployment.files.root_public));
  BOOST_TEST(!list_keyring(deployment.files.root_public, "root-public"));
}

BOOST_AUTO_TEST_SUITE_END()
