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

/// Between the addition of the first signing keys and their promotion, commands may use the root signing keyring.
bool may_be_used(KeyringFile which, const crypto::Signers& signers) {
  return which == KeyringFile::root_signing && signers.store() != crypto::Uuid{};
}

}  // namespace

SigningRing load_signing_ring(const Config& config, KeyringFile which, const crypto::Signers& signers) {
  const KeyringFileRow& row = row_of(which);
  const crypto::Signer* const primary =
      crypto::phase_of(signers) == crypto::SigningPhase::none ? nullptr : signers.primary(row.role);
  const bool named = !(config.*row.configured).empty();
  if (primary == nullptr && !named && !may_be_used(which, signers)) return {};
  const std::filesystem::path file = keyring_file(config, which);
  if (file.empty()) {
    if (primary == nullptr) return {};
    return problem(which, std::string(" is not configured, but root-public-keyring names a key of ") + row.signs_as);
  }
  auto ring = crypto::SigningKeyring::load(file, row.role);
  if (!ring) {
    if (primary == nullptr && !named) return {};
    return problem(which, ": " + ring.error().message);
  }
  if (primary != nullptr && ring->find(primary->id) == nullptr) {
    return problem(which, ": " + file.string() + " does not contain the key " + crypto::to_hex(primary->id) +
                              ", with which " + row.signs_as + " signs according to root-public-keyring");
  }
  return {.ring = std::make_shared<const crypto::SigningKeyring>(std::move(*ring))};
}

}  // namespace tacit::server
