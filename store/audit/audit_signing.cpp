#include "store/audit/audit_signing.hpp"

#include <algorithm>

#include "store/audit/audit_log.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view head_context = "tacit signed audit head 1";

/// Calls `use` with the fields that a signature signs.
template <class Use>
auto with_signed_fields(const crypto::Uuid& store, crypto::SigningRole role, const crypto::KeyId& key,
                        const AuditMark& head, Use use) {
  const auto role_byte = static_cast<std::uint8_t>(role);
  const auto sequence = audit_key(head.sequence);
  return use({store.view(), crypto::ByteView(&role_byte, 1), crypto::ByteView(key), crypto::ByteView(sequence),
              crypto::ByteView(head.hash)});
}

/// The text after `before`, up to the next quotation mark; empty if it is not there. In a body a quotation mark within
/// a text is escaped, so `before`, which has unescaped ones, is never found within a text.
std::string_view text_after(std::string_view body, std::string_view before) {
  const std::size_t found = body.find(before);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = body.substr(found + before.size());
  return rest.substr(0, rest.find('"'));
}

std::string entry(std::uint64_t sequence) { return "audit entry " + std::to_string(sequence) + ": "; }

std::string plane(crypto::SigningRole role) { return "the plane " + std::string(crypto::name_of(role)); }

}  // namespace

std::uint8_t plane_bit(crypto::SigningRole role) {
  if (role == crypto::SigningRole::api) return by_api;
  return role == crypto::SigningRole::tools ? by_tools : by_operators;
}

std::optional<crypto::SigningRole> audit_plane(std::string_view body) {
  const std::string_view time = audit_time(body);
  if (time.empty()) return std::nullopt;
  constexpr std::string_view before = "\",\"plane\":\"";
  const std::string_view rest = body.substr(static_cast<std::size_t>(time.data() + time.size() - body.data()));
  if (!rest.starts_with(before)) return std::nullopt;
  const auto role = crypto::signing_role(text_after(rest, before));
  return role == crypto::SigningRole::root ? std::nullopt : role;
}

std::string_view audit_action_text(std::string_view body) { return text_after(body, "\",\"action\":\""); }

AuditSignature sign_audit_head(const crypto::SigningKeyring::Entry& signer, crypto::SigningRole role,
                               const crypto::Uuid& store, const AuditMark& head) {
  const auto signature = with_signed_fields(
      store, role, signer.id, head, [&](crypto::SignedFields fields) { return signer.key.sign(head_context, fields); });
  return {.role = role, .key = signer.id, .signature = signature};
}

std::optional<std::string> AuditSignatureCheck::fault_of(const AuditMark& mark, const AuditSignature& signature) {
  const crypto::Signer* const signer = signers_.find(signature.key);
  const std::string is_signed = entry(mark.sequence) + "is signed by the key " + crypto::to_hex(signature.key);
  if (signer == nullptr) return is_signed + ", which root-public-keyring does not know";
  if (signer->role != signature.role) return is_signed + ", which is a key of " + plane(signer->role);
  if (signer->state == crypto::SignerState::retired && mark.sequence > signer->through) {
    return is_signed + ", which was retired after entry " + std::to_string(signer->through);
  }
  if (mark.sequence <= checked_through_) return std::nullopt;
  const bool right = with_signed_fields(
      signers_.store(), signature.role, signature.key, mark,
      [&](crypto::SignedFields fields) { return signer->key.verify(head_context, fields, signature.signature); });
  if (!right) return entry(mark.sequence) + "the signature of " + plane(signature.role) + " is wrong";
  ++checked_;
  return std::nullopt;
}

void AuditSignatureCheck::expect(const AuditMark& mark, std::string_view body, std::vector<std::string>& findings) {
  const auto role = audit_plane(body);
  if (!role) return;
  const std::string_view action = audit_action_text(body);
  present_.at(static_cast<std::size_t>(*role) - 1) = true;
  const bool required = signers_.cut_off() && mark.sequence >= *signers_.cut_off();
  if (required && action != row_of(AuditAction::store_restore).name) {
    Unsigned& open = of(*role);
    if (open.first == 0) open.first = mark.sequence;
    open.last = mark.sequence;
  }
  const auto known = find_audit_action(action);
  if (required && known && (row_of(*known).planes & plane_bit(*role)) == 0) {
    findings.push_back(entry(mark.sequence) + "the action " + std::string(action) + " is none of " + plane(*role));
  }
}

std::vector<std::string> AuditSignatureCheck::follow(const AuditMark& mark, std::string_view body,
                                                     std::span<const AuditSignature> signatures) {
  std::vector<std::string> findings;
  expect(mark, body, findings);
  signed_planes_ = 0;
  if (signatures.empty()) return findings;
  for (const AuditSignature& signature : signatures) {
    if (auto fault = fault_of(mark, signature)) {
      findings.push_back(std::move(*fault));
    } else {
      signed_planes_ |= plane_bit(signature.role);
    }
    const std::size_t index = static_cast<std::size_t>(signature.role) - 1;
    if (index >= present_.size() || !present_.at(index)) {
      findings.push_back(entry(mark.sequence) + "is signed for " + plane(signature.role) +
                         ", which has no entry in its commit");
    } else {
      unsigned_.at(index) = {};
    }
  }
  for (const crypto::SigningRole each : crypto::signing_roles) {
    const Unsigned& open = of(each);
    if (open.first == 0) continue;
    findings.push_back("audit entries " + std::to_string(open.first) + " to " + std::to_string(open.last) + ": " +
                       plane(each) + " is not signed");
  }
  unsigned_ = {};
  present_ = {};
  return findings;
}

void AuditSignatureCheck::begin_within_commit() {
  unsigned_ = {};
  present_.fill(true);
}

bool AuditSignatureCheck::is_open() const {
  return std::ranges::any_of(unsigned_, [](const Unsigned& open) { return open.first != 0; });
}

std::vector<std::string> AuditSignatureCheck::finish() {
  std::uint64_t first = 0;
  for (const Unsigned& open : unsigned_) {
    if (open.first != 0 && (first == 0 || open.first < first)) first = open.first;
  }
  if (first == 0) return {};
  return {"the newest audit entries, from " + std::to_string(first) + ", are not signed"};
}

}  // namespace tacit::store
