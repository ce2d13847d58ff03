// A deployment whose signing keys a test changes.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keyrings/signing_edit.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

namespace tacit::crypto::test {

/// A deployment without signing keys, as versions before them made it.
struct SigningDeployment {
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
  void retire(const KeyId& id, std::uint64_t through, const SlotSequences& slots_through = {}) const {
    SigningEdit retiring = edit();
    const auto retired = retiring.retire(id, through, slots_through);
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

}  // namespace tacit::crypto::test
