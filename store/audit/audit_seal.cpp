// Signs the audit log's head in each commit, on the engine's writer thread.
#include <exception>
#include <limits>
#include <string_view>
#include <utility>

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_history.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

using crypto::SigningRole;

constexpr std::array<SigningRole, 3> planes{SigningRole::api, SigningRole::tools, SigningRole::operators};

/// What the entries of a commit need.
struct Needs {
  std::array<bool, crypto::signing_roles.size()> present{};   ///< the role's plane has entries
  std::array<bool, crypto::signing_roles.size()> required{};  ///< and one that may not stay unsigned
  std::string_view last_body;                                 ///< a view of the last row
};

constexpr std::size_t place_of(SigningRole role) { return static_cast<std::size_t>(role) - 1; }

/// False if the plane of the entry is not known.
bool add_entry(Needs& needs, std::string_view body) {
  const auto role = audit_plane(body);
  if (!role) return false;
  needs.present.at(place_of(*role)) = true;
  // The restoring command may lack the operator's key.
  const bool may_be_unsigned =
      *role == SigningRole::operators && audit_action_text(body) == row_of(AuditAction::store_restore).name;
  if (!may_be_unsigned) needs.required.at(place_of(*role)) = true;
  needs.last_body = body;
  return true;
}

/// Of the rows of a commit, which must outlive the result. std::nullopt if the plane of an entry is not known.
std::optional<Needs> needs_of(const std::vector<Row>& rows) {
  Needs needs;
  for (const Row& row : rows) {
    const auto entry = parse_audit_row(row);
    const bool added = entry && add_entry(needs, entry->body);
    if (!added) return std::nullopt;
  }
  return needs;
}

/// Likewise, of the bodies.
std::optional<Needs> needs_of(std::span<const std::string> bodies) {
  Needs needs;
  for (const std::string& body : bodies) {
    if (!add_entry(needs, body)) return std::nullopt;
  }
  return needs;
}

class AuditSeal final : public CommitSeal {
 public:
  AuditSeal(const StoreKeys& keys, std::shared_ptr<AuditHistory> history)
      : keys_(keys), history_(std::move(history)), signs_(keys.phase() != crypto::SigningPhase::none) {}

  Task<void> begin(Transaction& transaction) override {
    signed_.clear();
    before_.reset();
    head_.reset();
    begun_ = false;
    try {
      const auto newest = co_await history_->look(transaction, keys_);
      if (newest) before_ = newest->sequence;  // otherwise no entry can be appended
      begun_ = true;
    } catch (const std::exception&) {  // no memory: `finish` refuses the batch
    }
  }

  Task<bool> finish(Transaction& transaction) override {
    bool sealed = false;
    try {
      if (begun_) sealed = co_await seal_batch(transaction);
    } catch (const std::exception&) {
      sealed = false;
    }
    if (!sealed) history_->counts.refused.add();
    co_return sealed;
  }

  void committed() override {
    if (head_) committed(*head_, signed_);
  }

  std::optional<SealedEntries> seal(const AuditMark& before, std::span<const std::string> bodies,
                                    std::uint32_t format) override {
    try {
      auto sealed = seal_entries(before, bodies, format);
      if (!sealed) history_->counts.refused.add();
      return sealed;
    } catch (const std::exception&) {  // no memory
      history_->counts.refused.add();
      return std::nullopt;
    }
  }

  void committed(const AuditMark& head, std::span<const AuditSignature> signatures) override {
    for (const AuditSignature& signature : signatures) history_->counts.heads.at(place_of(signature.role)).add();
    history_->saw(head);
  }

 private:
  std::optional<SealedEntries> seal_entries(const AuditMark& before, std::span<const std::string> bodies,
                                            std::uint32_t format) const {
    SealedEntries sealed;
    sealed.hashes.reserve(bodies.size());
    AuditMark head = before;
    for (const std::string& body : bodies) {
      head.hash = audit_hash(keys_.store(), head, body);
      ++head.sequence;
      sealed.hashes.push_back(head.hash);
    }
    if (!signs_ || bodies.empty()) return sealed;
    if (format < third_rows_format) {
      if (keys_.phase() == crypto::SigningPhase::required) return std::nullopt;
      return sealed;
    }
    const auto needs = needs_of(bodies);
    if (!needs || !sign_for(*needs, head, before.sequence + 1, sealed.signatures)) return std::nullopt;
    return sealed;
  }

  /// False if this process lacks the key of a plane that needs a signature.
  bool sign_for(const Needs& needs, const AuditMark& head, std::uint64_t first,
                std::vector<AuditSignature>& signatures) const {
    for (const SigningRole role : planes) {
      if (!needs.present.at(place_of(role))) continue;
      const auto* const signer = keys_.audit_signer(role);
      if (signer != nullptr) signatures.push_back(sign_audit_head(*signer, role, keys_.store(), head, first));
      if (signer == nullptr && needs.required.at(place_of(role))) return false;
    }
    return true;
  }

  Task<bool> seal_batch(Transaction& transaction) {
    if (!before_) co_return true;
    const auto newest = co_await newest_audit_mark(transaction);
    if (!newest) co_return !signs_;
    if (newest->sequence <= *before_) co_return true;
    head_ = *newest;
    const bool takes = co_await takes_signatures(transaction);
    // An attacker with the metadata key can set the format back, so that releases are recorded without hashes.
    if (!takes) co_return keys_.phase() != crypto::SigningPhase::required;
    co_return co_await sign(transaction);
  }

  Task<bool> takes_signatures(Transaction& transaction) {
    if (!signs_) co_return false;
    // The format never falls. From the cut-off on that is not believed.
    if (!takes_signatures_ || keys_.phase() == crypto::SigningPhase::required)
      takes_signatures_ = (co_await rows_format(transaction)) >= third_rows_format;
    co_return takes_signatures_;
  }

  Task<bool> sign(Transaction& transaction) {
    const std::uint64_t first = *before_ + 1;
    const auto key = audit_key(first);
    const AuditKey prefix = audit_prefix(AuditSlot());
    const auto rows = co_await transaction.scan(Table::audit, prefix, key, std::numeric_limits<std::size_t>::max());
    const auto needs = needs_of(rows);
    if (!needs) co_return false;
    const bool has_keys = sign_for(*needs, *head_, first, signed_);
    if (!has_keys) co_return false;
    if (signed_.empty()) co_return true;
    const Bytes row = audit_row(head_->hash, needs->last_body, first, signed_);
    transaction.put(Table::audit, audit_key(head_->sequence), row);
    co_return true;
  }

  const StoreKeys keys_;
  const std::shared_ptr<AuditHistory> history_;
  const bool signs_;
  bool takes_signatures_ = false;
  // Of the present batch.
  bool begun_ = false;
  std::optional<std::uint64_t> before_;  ///< the newest sequence at its beginning
  std::optional<AuditMark> head_;        ///< the newest entry at its end, if it has one
  std::vector<AuditSignature> signed_;
};

}  // namespace

std::shared_ptr<CommitSeal> make_audit_seal(const StoreKeys& keys, std::shared_ptr<AuditHistory> history) {
  return std::make_shared<AuditSeal>(keys, std::move(history));
}

}  // namespace tacit::store
