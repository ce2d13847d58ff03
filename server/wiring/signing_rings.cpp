#include "server/wiring/signing_rings.hpp"

#include <utility>

namespace tacit::server {
namespace {

/// What follows a problem: an operator may not know why a command needs this file.
std::string purpose(KeyringFile which) {
  return which == KeyringFile::audit_operator ? "; commands that change the store sign their audit entries with it"
                                              : "";
}

SigningRing problem(KeyringFile which, const std::string& what) {
  return {.problem = row_of(which).setting + what + purpose(which)};
}

/// `place` has no keyring.
SigningRing missing(KeyringFile which, const std::filesystem::path& place, const crypto::Signer& primary) {
  const KeyringFileRow& row = row_of(which);
  const std::string why = crypto::is_absent_keyring(place)
                              ? " is a stand-in: the file that the unit's LoadCredential= names does not exist"
                              : " does not exist";
  // The other two sign the record of a new key.
  const bool may_be_new = which == KeyringFile::audit_api || which == KeyringFile::audit_tools;
  return problem(which, ": " + place.string() + why + ", but " + row.signs_as + " signs with the key " +
                            crypto::to_hex(primary.id) +
                            " according to root-public-keyring: put a copy of the keyring there" +
                            (may_be_new ? std::string(", or make a key with tacit key add audit-") +
                                              (which == KeyringFile::audit_api ? "api" : "tools") + " and promote it"
                                        : ""));
}

/// Whether the ring has the private half of that public key.
bool has_half(const crypto::SigningKeyring& ring, const crypto::Signer& signer) {
  const crypto::SigningKeyring::Entry* const entry = ring.find(signer.id);
  return entry != nullptr && entry->key.public_key() == signer.key.bytes();
}

/// Between the addition of the first signing keys and their promotion, commands may use the root signing keyring.
bool may_be_used(KeyringFile which, const crypto::Signers& signers) {
  return which == KeyringFile::root_signing && signers.store() != crypto::Uuid{};
}

}  // namespace

SigningRing load_signing_ring(const Config& config, KeyringFile which, const crypto::Signers& signers) {
  const KeyringFileRow& row = row_of(which);
  const bool is_signing = crypto::phase_of(signers) != crypto::SigningPhase::none;
  const crypto::Signer* const primary = is_signing ? signers.primary(row.role) : nullptr;
  if (is_signing && primary == nullptr) {  // the first promotion promotes a key of each role
    return problem(which, std::string(": root-public-keyring has no primary key with which ") + row.signs_as +
                              " signs: it was edited; put your copy of it back");
  }
  const bool named = !(config.*row.configured).empty();
  if (primary == nullptr && !named && !may_be_used(which, signers)) return {};
  const std::filesystem::path file = keyring_file(config, which);
  if (file.empty()) {
    if (primary == nullptr) return {};
    return missing(which, place_of(config, which), *primary);
  }
  auto ring = crypto::SigningKeyring::load(file, row.role);
  if (!ring) {
    if (primary == nullptr && !named) return {};
    return problem(which, ": " + ring.error().message);
  }
  if (primary != nullptr && !has_half(*ring, *primary)) {
    return problem(which, ": " + file.string() + " does not contain the key " + crypto::to_hex(primary->id) +
                              ", with which " + row.signs_as +
                              " signs according to root-public-keyring: one of the two is not the right one, or was "
                              "edited; compare both with your copies");
  }
  return {.ring = std::make_shared<const crypto::SigningKeyring>(std::move(*ring))};
}

}  // namespace tacit::server
