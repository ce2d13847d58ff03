// Reading the audit log from some entry on, page by page: each page is a snapshot of its own, so that however long it
// takes, no read keeps the store from using pages again; and no more than a page is ever held.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "store/audit/audit_chain.hpp"
#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Not thread-safe. Keeps the store's context alive, but not its engine open.
class AuditReader {
 public:
  /// `first`: the sequence to begin with; 0 and 1 mean the oldest.
  AuditReader(ContextPtr store, std::uint64_t first)
      : store_(std::move(store)), next_(std::max<std::uint64_t>(first, 1)) {}

  /// The next entries, each held against the one before it; none at the end of the log, where more may come. Fails with
  /// `integrity` at a row that is no entry.
  Outcome<std::vector<AuditRecord>> next();

  /// How many entries went by unread because they were pruned while this was reading.
  std::uint64_t pruned_meanwhile() const { return pruned_meanwhile_; }

 private:
  using Page = std::vector<AuditRecord>;

  Task<Outcome<Page>> read(Transaction& transaction);
  Task<Outcome<void>> find_place(Transaction& transaction);
  Task<AuditMark> mark_before(Transaction& transaction, std::uint64_t sequence) const;

  ContextPtr store_;
  std::uint64_t next_;
  std::optional<AuditChain> chain_;  ///< nothing before the first page
  std::uint64_t pruned_meanwhile_ = 0;
};

/// Whether no further entry can be appended, and why, in words.
std::optional<std::string> audit_unwilling(const StoreContext& store);

}  // namespace tacit::store
