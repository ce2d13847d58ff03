// Adding, promoting and retiring signing keys, and the cut-off; each change interrupted after each file.
#include "crypto/signing_edit.hpp"

#include <algorithm>
#include <map>

#include "crypto/keyring_edit.hpp"
#include "crypto/keyring_text.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

constexpr std::array audit_roles{SigningRole::api, SigningRole::tools, SigningRole::operators};

/// A deployment without signing keys, as versions before them made it.
struct Deployment {
  Rings rings;
  SigningFiles files{.root_public = rings.folder / "public",
                     .root_signing = rings.folder / "root-signing",
                     .audit_api = rings.folder / "audit-api",
                     .audit_tools = rings.folder / "audit-tools",
                     .audit_operator = rings.folder / "audit-operator"};

  SigningEdit edit() const {
    auto opened = SigningEdit::open(files);
    BOOST_REQUIRE_MESSAGE(opened, opened.error().message);
    return std::move(*opened);
  }
  Signers signers() const { return RootPublicKeyring::load(files.root_public)->signers(); }
  SigningPhase phase() const { return phase_of(signers()); }
  std::vector<KeyId> halves(SigningRole role) const {
    std::vector<KeyId> ids;
    const auto ring = SigningKeyring::load(files.of(role), role);
    BOOST_REQUIRE_MESSAGE(ring, ring.error().message);
    for (const auto& entry : ring->entries()) ids.push_back(entry.id);
    return ids;
  }
  KeyId add(SigningRole role) const {
    SigningEdit adding = edit();
    const auto id = adding.add(role);
    BOOST_REQUIRE_MESSAGE(id, id.error().message);
    apply(adding);
    return *id;
  }
  void promote(const KeyId& id) const {
    SigningEdit promoting = edit();
    const auto promoted = promoting.promote(id);
    BOOST_REQUIRE_MESSAGE(promoted, promoted.error().message);
    apply(promoting);
  }
  void retire(const KeyId& id, std::uint64_t through) const {
    SigningEdit retiring = edit();
    const auto retired = retiring.retire(id, through);
    BOOST_REQUIRE_MESSAGE(retired, retired.error().message);
    apply(retiring);
  }
  void cut_off(std::uint64_t sequence) const {
    SigningEdit changing = edit();
    const auto changed = changing.set_cut_off(sequence);
    BOOST_REQUIRE_MESSAGE(changed, changed.error().message);
    apply(changing);
  }
  std::string refusal_to_promote(const KeyId& id) const {
    const auto promoted = edit().promote(id);
    return promoted ? "promoted" : promoted.error().message;
  }
  std::string refusal_to_retire(const KeyId& id) const {
    const auto retired = edit().retire(id, 0);
    return retired ? "retired" : retired.error().message;
  }
  std::string in(const std::filesystem::path& file, const std::string& why) const { return file.string() + ": " + why; }

  static void apply(SigningEdit& edit) {
    const auto applied = edit.apply();
    BOOST_REQUIRE_MESSAGE(applied, applied.error().message);
  }
};

/// The contents of the five rings; a missing file is not contained.
using Contents = std::map<std::filesystem::path, std::string>;

std::vector<std::filesystem::path> in_order_of_writing(const SigningFiles& files) {
  return {files.root_signing, files.audit_api, files.audit_tools, files.audit_operator, files.root_public};
}

Contents contents_of(const SigningFiles& files) {
  Contents contents;
  for (const auto& file : in_order_of_writing(files)) {
    if (std::filesystem::exists(file)) contents[file] = read_file(file);
  }
  return contents;
}

/// Puts the state back in which only the first `written` changed files have their new content.
void interrupt(const SigningFiles& files, const Contents& before, std::size_t written) {
  const Contents after = contents_of(files);
  for (const auto& file : in_order_of_writing(files)) {
    const auto old = before.find(file);
    if (old != before.end() && old->second == after.at(file)) continue;
    if (old == before.end() && !after.contains(file)) continue;
    if (written > 0) {
      --written;
    } else if (old == before.end()) {
      std::filesystem::remove(file);
    } else {
      write_file(file, old->second, file == files.root_public ? 0444 : 0400);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_edit)

BOOST_AUTO_TEST_CASE(the_first_addition_makes_all_rings) {
  const Deployment deployment;
  const std::string before = read_file(deployment.files.root_public);
  BOOST_TEST(deployment.edit().is_first());
  {
    SigningEdit prepared = deployment.edit();
    BOOST_REQUIRE(prepared.add(SigningRole::root));
    BOOST_TEST(read_file(deployment.files.root_public) == before);  // only prepared
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
  const Deployment deployment;
  const auto added = deployment.edit().add(SigningRole::api);
  BOOST_REQUIRE(!added);
  BOOST_TEST(added.error().message ==
             deployment.in(deployment.files.root_public, "has no signing keys; add one of the role root first"));
}

BOOST_AUTO_TEST_CASE(the_first_promotion_is_of_all_roles) {
  const Deployment deployment;
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
  const Deployment deployment;
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
  const Deployment deployment;
  const KeyId root = deployment.add(SigningRole::root);
  // The planes' rings may be on other hosts; the others are needed here.
  for (const auto& file : {deployment.files.root_signing, deployment.files.audit_operator}) {
    const std::string text = read_file(file);
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
  const Deployment deployment;
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
  const Deployment deployment;
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

BOOST_AUTO_TEST_CASE(what_is_not_retired) {
  const Deployment deployment;
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
  const Deployment deployment;
  const KeyId id = deployment.add(SigningRole::root);
  BOOST_TEST(!deployment.edit().set_cut_off(3));
  deployment.promote(id);
  deployment.cut_off(30);
  const std::string text = read_file(deployment.files.root_public);
  deployment.cut_off(40);
  BOOST_TEST(read_file(deployment.files.root_public) == text);
  deployment.cut_off(20);
  BOOST_TEST(deployment.signers().cut_off().value_or(0) == 20U);
  BOOST_TEST(!deployment.edit().set_cut_off(0));
}

// After an interruption at any file the same change again gives the state that the whole change gives.
BOOST_AUTO_TEST_CASE(an_interrupted_first_addition_is_completed) {
  for (std::size_t written = 0; written <= 5; ++written) {
    const Deployment deployment;
    const Contents before = contents_of(deployment.files);
    const KeyId first = deployment.add(SigningRole::root);
    interrupt(deployment.files, before, written);
    const KeyId again = deployment.add(SigningRole::root);
    const bool completed = written >= 1 && written < 5;
    BOOST_TEST((again == first) == completed, "after " << written << " files");
    BOOST_TEST(deployment.signers().entries().size() == (written == 5 ? 5U : 4U));
    for (const SigningRole role : signing_roles) {
      for (const KeyId& half : deployment.halves(role)) BOOST_TEST(deployment.signers().find(half) != nullptr);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_addition_is_completed) {
  for (const SigningRole role : signing_roles) {
    const Deployment deployment;
    deployment.add(SigningRole::root);
    const Contents before = contents_of(deployment.files);
    const KeyId first = deployment.add(role);
    interrupt(deployment.files, before, 1);
    BOOST_TEST(deployment.signers().find(first) == nullptr);
    BOOST_TEST((deployment.add(role) == first));
    BOOST_TEST(deployment.halves(role).size() == 2U);
    BOOST_TEST(deployment.signers().entries().size() == 5U);
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_promotion_is_repeated) {
  for (std::size_t written = 0; written < 2; ++written) {
    const Deployment deployment;
    deployment.add(SigningRole::root);
    const KeyId id = deployment.add(SigningRole::root);  // another than the marked one of the private ring
    const KeyId next_api = deployment.add(SigningRole::api);
    const Contents before = contents_of(deployment.files);
    deployment.promote(id);
    const Contents after = contents_of(deployment.files);
    interrupt(deployment.files, before, written);
    BOOST_TEST((deployment.phase() == SigningPhase::none));
    deployment.promote(id);
    BOOST_TEST((contents_of(deployment.files) == after), "after " << written << " files");
    BOOST_TEST((deployment.signers().find(next_api)->state == SignerState::active));
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_retirement_is_repeated) {
  for (const SigningRole role : signing_roles) {
    const Deployment deployment;
    deployment.promote(deployment.add(SigningRole::root));
    const KeyId old = deployment.signers().primary(role)->id;
    deployment.promote(deployment.add(role));
    const Contents before = contents_of(deployment.files);
    deployment.retire(old, 5);
    const Contents after = contents_of(deployment.files);
    interrupt(deployment.files, before, 1);
    BOOST_TEST((deployment.signers().find(old)->state == SignerState::active));
    BOOST_TEST(deployment.refusal_to_promote(old).find("has no key") != std::string::npos);
    deployment.retire(old, 5);
    BOOST_TEST((contents_of(deployment.files) == after));
  }
}

BOOST_AUTO_TEST_CASE(an_edit_excludes_edits_of_the_root_keys) {
  const Deployment deployment;
  const SigningEdit first = deployment.edit();
  const auto second = KeyringEdit::open_root(deployment.rings.folder / "private", deployment.files.root_public);
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.error().message.starts_with(
      deployment.in(deployment.files.root_public, "is being changed by another process")));
  BOOST_TEST(second.error().is_locked);
  BOOST_TEST(!SigningEdit::open(deployment.files));
}

BOOST_AUTO_TEST_CASE(edits_of_the_root_keys_keep_signing_keys) {
  const Deployment deployment;
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
  const Deployment deployment;
  deployment.add(SigningRole::root);
  const std::string text = read_file(deployment.files.root_public);
  write_file(deployment.files.root_public, text + "store " + deployment.signers().store().str() + "\n", 0444);
  BOOST_TEST(!SigningEdit::open(deployment.files));
  BOOST_TEST(!KeyringEdit::open_root(deployment.rings.folder / "private", deployment.files.root_public));
  BOOST_TEST(!list_keyring(deployment.files.root_public, "root-public"));
}

BOOST_AUTO_TEST_SUITE_END()
