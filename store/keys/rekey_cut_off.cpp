#include "store/keys/rekey_cut_off.hpp"

#include <algorithm>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

/// Entries that are followed in the transaction. The writer thread waits meanwhile.
constexpr std::size_t most_at_the_end = 1000;

Failure not_written(const std::string& why) { return failed(Errc::not_allowed, "the cut-off is not written: " + why); }

}  // namespace

CutOffCheck::Follower::Follower(const crypto::Signers& signers, AuditSlot slot, std::uint64_t cut_off)
    : slot_(slot),
      first_(slot.is_embedded() ? cut_off : 1),
      next_(first_),
      signers_(std::make_shared<const crypto::Signers>(signers.store(), signers.entries(), cut_off)),
      check_(*signers_, 0, slot) {
  if (first_ > 0) check_.begin_after(first_ - 1);
}

Outcome<void> CutOffCheck::Follower::follow(const AuditRecord& entry) {
  if (!entry.fault.empty()) {
    return not_written("audit entry " + name_of_entry(slot_, entry.mark.sequence) + " " + entry.fault);
  }
  next_ = entry.mark.sequence + 1;
  const auto plane = audit_plane(entry.body);
  if (plane && entry.mark.sequence >= first_) unsigned_.emplace(*plane, entry.mark.sequence);
  const auto findings = check_.follow(entry.mark, entry.body, entry.first, entry.signatures);
  for (const AuditSignature& signature : entry.signatures) {
    const auto at = unsigned_.find(signature.role);
    if (at != unsigned_.end() && at->second >= entry.first) unsigned_.erase(at);
  }
  if (!findings.empty()) return fault(findings.front());
  if (!entry.signatures.empty()) unsigned_.clear();
  return {};
}

Outcome<void> CutOffCheck::Follower::finish() {
  const auto findings = check_.finish();
  if (!findings.empty()) return fault(findings.front());
  return {};
}

Failure CutOffCheck::Follower::fault(const std::string& finding) const {
  if (unsigned_.empty()) return not_written(finding);
  const auto& [plane, sequence] =
      *std::ranges::min_element(unsigned_, {}, [](const auto& entry) { return entry.second; });
  return not_written("audit entry " + name_of_entry(slot_, sequence) + " of the plane " +
                     std::string(crypto::name_of(plane)) +
                     " is not signed: a server has not read the keyrings again; restart all servers, also idle ones, "
                     "and run the command again");
}

CutOffCheck::CutOffCheck(ContextPtr store, std::uint64_t first) : store_(std::move(store)), first_(first) {}

CutOffCheck::Follower CutOffCheck::follower_of(AuditSlot slot) const {
  const auto at = followers_.find(slot);
  return at != followers_.end() ? at->second : Follower(store_->keys.signers(), slot, first_);
}

Outcome<void> CutOffCheck::read_log() {
  const auto slots = read_blocking<std::vector<AuditSlot>>(*store_->engine, stored_audit_slots);
  if (!slots) return slots.error();
  for (const AuditSlot slot : *slots) {
    if (auto read = read_slot(slot); !read) return read;
  }
  return {};
}

Outcome<void> CutOffCheck::read_slot(AuditSlot slot) {
  Follower& follower = followers_.emplace(slot, follower_of(slot)).first->second;
  AuditReader reader(store_, slot, follower.next());
  for (;;) {
    const auto entries = reader.next();
    if (!entries) return entries.error();
    if (entries->empty()) return {};
    for (const AuditRecord& entry : *entries) {
      if (auto followed = follower.follow(entry); !followed) return followed;
    }
  }
}

Task<Outcome<void>> CutOffCheck::finish(Transaction& transaction) const {
  const auto slots = co_await stored_audit_slots(transaction);
  if (!slots) co_return slots.error();
  for (const AuditSlot slot : *slots) {
    const auto finished = co_await finish(transaction, slot);
    if (!finished) co_return finished.error();
  }
  co_return Outcome<void>();
}

Task<Outcome<void>> CutOffCheck::finish(Transaction& transaction, AuditSlot slot) const {
  Follower follower = follower_of(slot);
  const AuditKey prefix = audit_prefix(slot);
  const AuditKey start = audit_key(slot, follower.next());
  const auto rows = co_await transaction.scan(Table::audit, prefix, start, most_at_the_end + 1);
  if (rows.size() > most_at_the_end) {
    co_return failed(Errc::unavailable, "the audit log grows faster than it can be checked: run the command again");
  }
  for (const Row& row : rows) {
    const auto entry = parse_audit_row(row);
    if (!entry) {
      co_return not_written("an audit entry after " + name_of_entry(slot, follower.next() - 1) + " cannot be read");
    }
    const auto followed = follower.follow(record_of(*entry));
    if (!followed) co_return followed.error();
  }
  co_return follower.finish();
}

}  // namespace tacit::store
