#include "store/audit/audit_signing.hpp"

#include <algorithm>

#include "store/audit/audit_form.hpp"
#include "store/audit/audit_log.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view head_context = "tacit signed audit head 1";

/// Calls `use` with the fields that a signature signs.
template <class Use>
auto with_signed_fields(const crypto::Uuid& store, crypto::SigningRole role, const crypto::KeyId& key,
                        const AuditMark& head, std::uint64_t first, Use use) {
  const auto role_byte = static_cast<std::uint8_t>(role);
  const auto sequence = audit_key(head.sequence);
  const auto first_sequence = audit_key(first);
  return use({store.view(), crypto::ByteView(&role_byte, 1), crypto::ByteView(key), crypto::ByteView(sequence),
              crypto::ByteView(head.hash), crypto::ByteView(first_sequence)});
}

/// The text after `before`, up to the next quotation mark; empty if it is not there. In a body a quotation mark within
/// a text is escaped, so `before`, which has unescaped ones, is never found within a text.
std::string_view text_after(std::string_view body, std::string_view before) {
  const std::size_t found = body.find(before);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = body.substr(found + before.size());
  return rest.substr(0, rest.find('"'));
}

bool may_be_unsigned(std::string_view action) { return action == row_of(AuditAction::store_restore).name; }

/// The last entry of the slot that the key may have signed; std::nullopt: there is no bound.
std::optional<std::uint64_t> signed_through(const crypto::Signer& signer, AuditSlot slot) {
  if (signer.state != crypto::SignerState::retired) return std::nullopt;
  if (slot.is_embedded()) return signer.through;
  if (!signer.slots_through) return std::nullopt;
  const auto found = signer.slots_through->find(to_string(slot));
  return found == signer.slots_through->end() ? 0 : found->second;
}

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
                               const crypto::Uuid& store, const AuditMark& head, std::uint64_t first) {
  const auto signature = with_signed_fields(store, role, signer.id, head, first, [&](crypto::SignedFields fields) {
    return signer.key.sign(head_context, fields);
  });
  return {.role = role, .key = signer.id, .signature = signature};
}

bool is_right_signature(const crypto::Signers& signers, const AuditMark& head, std::uint64_t first,
                        const AuditSignature& signature) {
  const crypto::Signer* const signer = signers.find(signature.key);
  if (signer == nullptr) return false;
  return with_signed_fields(
      signers.store(), signature.role, signature.key, head, first,
      [&](crypto::SignedFields fields) { return signer->key.verify(head_context, fields, signature.signature); });
}

bool needs_audit_signature(const crypto::Signers& signers, const AuditMark& entry) {
  if (!signers.cut_off() || entry.sequence == 0) return false;
  return !entry.slot.is_embedded() || entry.sequence >= *signers.cut_off();
}

bool AuditSignatureCheck::is_required(std::uint64_t sequence) const {
  AuditMark mark;
  mark.sequence = sequence;
  mark.slot = slot_;
  return needs_audit_signature(signers_, mark);
}

std::string AuditSignatureCheck::entry(std::uint64_t sequence) const {
  return "audit entry " + name_of_entry(slot_, sequence) + ": ";
}

std::string AuditSignatureCheck::fault_of_first(const AuditMark& mark, std::uint64_t first) const {
  const bool is_overlap = first != 0 && first <= signed_through_;
  if (first != 0 && first <= mark.sequence && !is_overlap) return {};
  const std::string named = entry(mark.sequence) + "its signatures name entry " + name_of_entry(slot_, first) +
                            " as the first of their commit";
  return is_overlap ? named + ", but entry " + name_of_entry(slot_, signed_through_) + " ends another commit" : named;
}

std::optional<std::string> ends_before_cut_off(const crypto::Signers& signers, std::uint64_t last) {
  if (!signers.cut_off() || last + 1 >= *signers.cut_off()) return std::nullopt;
  return "the audit log ends before entry " + std::to_string(*signers.cut_off()) +
         ", from which signatures are required";
}

std::optional<std::string> AuditSignatureCheck::fault_of(const AuditMark& mark, std::uint64_t first,
                                                         const AuditSignature& signature, std::optional<bool> right) {
  const crypto::Signer* const signer = signers_.find(signature.key);
  const std::string is_signed = entry(mark.sequence) + "is signed by the key " + crypto::to_hex(signature.key);
  if (signer == nullptr) return is_signed + ", which root-public-keyring does not know";
  if (signer->role != signature.role) return is_signed + ", which is a key of " + plane(signer->role);
  const auto bound = signed_through(*signer, slot_);
  if (bound && mark.sequence > *bound) {
    return is_signed + (*bound == 0 && !slot_.is_embedded()
                            ? ", which was retired before the slot began"
                            : ", which was retired after entry " + name_of_entry(slot_, *bound));
  }
  if (mark.sequence <= checked_through_) return std::nullopt;
  if (!right) right = is_right_signature(signers_, mark, first, signature);
  if (!*right) return entry(mark.sequence) + "the signature of " + plane(signature.role) + " is wrong";
  ++checked_;
  return std::nullopt;
}

void AuditSignatureCheck::expect(const AuditMark& mark, std::string_view body, Texts& findings) {
  const auto role = audit_plane(body);
  const std::string_view action = audit_action_text(body);
  const bool required = is_required(mark.sequence);
  const std::uint8_t bit = role ? plane_bit(*role) : std::uint8_t{0};
  waiting_.push_back(
      {.sequence = mark.sequence, .plane = bit, .needs_signature = required && role && !may_be_unsigned(action)});
  if (waiting_.size() > most_in_commit) {
    give_up(waiting_.front());
    waiting_.pop_front();
  }
  if (!required) return;
  const auto say = [&](const std::string& what) { findings.push_back(entry(mark.sequence) + what); };
  if (!has_entry_form(body)) return say("does not have the form of an entry");
  if (!role) say("names no plane");
  const auto known = find_audit_action(action);
  if (!known) return say("names no action");
  if (role && (row_of(*known).planes & bit) == 0) {
    say(plane(*role) + " has no action " + std::string(action));
  }
}

std::vector<std::string> AuditSignatureCheck::follow(const AuditMark& mark, std::string_view body, std::uint64_t first,
                                                     std::span<const AuditSignature> signatures,
                                                     const std::vector<bool>* right) {
  Texts findings;
  expect(mark, body, findings);
  signed_planes_ = 0;
  if (!signatures.empty()) settle(mark, first, signatures, right, findings);
  return findings;
}

void AuditSignatureCheck::settle(const AuditMark& mark, std::uint64_t first, std::span<const AuditSignature> signatures,
                                 const std::vector<bool>* right, Texts& findings) {
  std::string fault = fault_of_first(mark, first);
  if (!fault.empty()) findings.push_back(std::move(fault));
  const std::uint8_t signed_for = verify(mark, first, signatures, right, findings);
  for (const Waiting& each : waiting_) {
    if (each.sequence < first || (each.plane & signed_for) == 0) give_up(each);
  }
  report_unsigned(findings);
  waiting_.clear();
  signed_through_ = mark.sequence;
}

std::uint8_t AuditSignatureCheck::planes_from(std::uint64_t first) const {
  if (first <= unknown_through_) return every_plane;
  std::uint8_t planes = 0;
  for (const Waiting& each : waiting_) {
    if (each.sequence >= first) planes |= each.plane;
  }
  return planes;
}

std::uint8_t AuditSignatureCheck::verify(const AuditMark& mark, std::uint64_t first,
                                         std::span<const AuditSignature> signatures, const std::vector<bool>* right,
                                         Texts& findings) {
  const bool is_known = right != nullptr && right->size() == signatures.size();
  const std::uint8_t present = planes_from(first);
  std::uint8_t signed_for = 0;
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    const AuditSignature& signature = signatures[i];
    const std::uint8_t bit = plane_bit(signature.role);
    const auto known = is_known ? std::optional<bool>((*right)[i]) : std::nullopt;
    if (auto fault = fault_of(mark, first, signature, known)) {
      findings.push_back(std::move(*fault));
    } else {
      signed_planes_ |= bit;
    }
    if ((present & bit) == 0) {
      findings.push_back(entry(mark.sequence) + "is signed for " + plane(signature.role) +
                         ", which has no entry in its commit");
    }
    signed_for |= bit;
  }
  return signed_for;
}

void AuditSignatureCheck::give_up(const Waiting& waiting) {
  if (!waiting.needs_signature) return;
  for (const crypto::SigningRole role : crypto::signing_roles) {
    if (role == crypto::SigningRole::root || plane_bit(role) != waiting.plane) continue;
    Unsigned& open = unsigned_.at(static_cast<std::size_t>(role) - 1);
    if (open.first == 0) open.first = waiting.sequence;
    open.last = waiting.sequence;
  }
}

void AuditSignatureCheck::report_unsigned(Texts& findings) {
  for (const crypto::SigningRole role : crypto::signing_roles) {
    Unsigned& open = unsigned_.at(static_cast<std::size_t>(role) - 1);
    if (open.first == 0) continue;
    findings.push_back("audit entries " + name_of_entry(slot_, open.first) + " to " + name_of_entry(slot_, open.last) +
                       ": " + plane(role) + " is not signed");
    open = {};
  }
}

void AuditSignatureCheck::begin_after(std::uint64_t sequence) {
  unsigned_ = {};
  waiting_.clear();
  unknown_through_ = sequence;
}

bool AuditSignatureCheck::is_open() const {
  return std::ranges::any_of(unsigned_, [](const Unsigned& open) { return open.first != 0; }) ||
         std::ranges::any_of(waiting_, &Waiting::needs_signature);
}

std::vector<std::string> AuditSignatureCheck::finish() {
  for (const Waiting& each : waiting_) give_up(each);
  waiting_.clear();
  std::uint64_t first = 0;
  for (const Unsigned& open : unsigned_) {
    if (open.first != 0 && (first == 0 || open.first < first)) first = open.first;
  }
  if (first == 0) return {};
  return {"the newest audit entries, from " + name_of_entry(slot_, first) + ", are not signed"};
}

}  // namespace tacit::store
