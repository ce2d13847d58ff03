#include "crypto/keyrings/signers.hpp"

#include <algorithm>

#include "crypto/primitives/digest.hpp"

namespace tacit::crypto {
namespace {

struct Role {
  std::string_view name;
  std::string_view id_purpose;
};

// At the place of the role's value, from 1.
constexpr std::array<Role, signing_roles.size()> roles{{
    {.name = "root", .id_purpose = "sign root"},
    {.name = "api", .id_purpose = "sign api"},
    {.name = "tools", .id_purpose = "sign tools"},
    {.name = "operator", .id_purpose = "sign operator"},
}};

const Role& row_of(SigningRole role) { return roles.at(static_cast<std::size_t>(role) - 1); }

}  // namespace

std::string_view name_of(SigningRole role) { return row_of(role).name; }

std::optional<SigningRole> signing_role(std::string_view name) {
  const auto found = std::ranges::find(signing_roles, name, name_of);
  return found == signing_roles.end() ? std::nullopt : std::optional(*found);
}

KeyId signing_key_id(SigningRole role, const SigningPublicKey& key) {
  return leading_id(sha256({as_bytes("tacit key id"), as_bytes(row_of(role).id_purpose), ByteView(key)}));
}

const Signer* Signers::find(const KeyId& id) const {
  const auto found = std::ranges::find(entries_, id, &Signer::id);
  return found == entries_.end() ? nullptr : &*found;
}

const Signer* Signers::primary(SigningRole role) const {
  const auto found = std::ranges::find_if(
      entries_, [&](const Signer& signer) { return signer.role == role && signer.state == SignerState::primary; });
  return found == entries_.end() ? nullptr : &*found;
}

SigningPhase phase_of(const Signers& signers) {
  if (signers.primary(SigningRole::root) == nullptr) return SigningPhase::none;
  return signers.cut_off() ? SigningPhase::required : SigningPhase::signing;
}

}  // namespace tacit::crypto
