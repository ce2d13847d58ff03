#include "store/audit/audit_read.hpp"

#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_history.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 1000;
constexpr std::size_t bytes_at_a_time = std::size_t{1} << 20;

/// The beginning of the log. An altered checkpoint is ignored: then entries are reported missing.
Task<AuditMark> base_of(Transaction& transaction, const StoreContext& store) {
  const auto checkpoint = co_await load_checkpoint(transaction, store.keys);
  if (!checkpoint || !*checkpoint) co_return AuditMark();
  co_return (*checkpoint)->through;
}

}  // namespace

AuditRecord record_of(const AuditEntry& entry) {
  AuditRecord record;
  record.mark.sequence = entry.sequence;
  record.mark.hash = entry.hash;
  record.body = entry.body;
  record.signatures = entry.signatures;
  record.first = entry.first;
  return record;
}

Outcome<std::vector<AuditRecord>> AuditReader::next() {
  note_step();  // for a process that waits for this one
  return store::read<Page>(*store_->engine, [this](Transaction& transaction) { return read(transaction); });
}

Task<AuditMark> AuditReader::mark_before(Transaction& transaction, std::uint64_t sequence) const {
  AuditMark mark;
  mark.sequence = sequence - 1;
  const auto key = audit_key(mark.sequence);
  const auto value = co_await transaction.get(Table::audit, key);
  const auto entry = value ? parse_audit_row(Row{key, *value}) : std::nullopt;
  if (entry) mark.hash = entry->hash;
  co_return mark;
}

Task<Outcome<void>> AuditReader::find_place(Transaction& transaction) {
  const AuditMark base = co_await base_of(transaction, *store_);
  if (chain_) {
    if (base.sequence < next_) co_return Outcome<void>();
    pruned_meanwhile_ += base.sequence + 1 - next_;
    next_ = base.sequence + 1;
    chain_.emplace(base);
    co_return Outcome<void>();
  }
  // Rows before a checkpoint should not exist: only a read from the beginning returns them.
  if (next_ <= base.sequence + 1) {
    if (next_ > 1) next_ = base.sequence + 1;
    chain_.emplace(base);
    co_return Outcome<void>();
  }
  const auto head = co_await newest_audit_mark(transaction);
  if (head) next_ = std::min(next_, std::max(head->sequence, base.sequence) + 1);
  if (next_ == base.sequence + 1) {
    chain_.emplace(base);
    co_return Outcome<void>();
  }
  const AuditMark before = co_await mark_before(transaction, next_);
  chain_.emplace(before);
  co_return Outcome<void>();
}

Task<Outcome<std::vector<AuditRecord>>> AuditReader::read(Transaction& transaction) {
  const auto found = co_await find_place(transaction);
  if (!found) co_return found.error();
  const auto start = audit_key(next_);
  const auto rows = co_await transaction.scan(Table::audit, {}, start, rows_at_a_time);
  Page page;
  std::size_t bytes = 0;
  for (const Row& row : rows) {
    const auto entry = parse_audit_row(row);
    if (!entry && page.empty()) {
      co_return altered({}, "an audit entry after " + std::to_string(next_ - 1) + " cannot be read");
    }
    if (!entry || bytes > bytes_at_a_time) break;
    AuditRecord record = record_of(*entry);
    record.fault = chain_->follow(record.mark, record.body).value_or("");
    bytes += sizeof record + record.body.size();
    next_ = entry->sequence + 1;
    page.push_back(std::move(record));
  }
  co_return page;
}

AuditReader AuditTrail::read(std::uint64_t first) const { return {context_, first}; }

Outcome<AuditMark> AuditTrail::head() const { return store::read<AuditMark>(*context_->engine, newest_audit_mark); }

Outcome<void> AuditTrail::check_history() const {
  const ContextPtr store = context_;
  const auto changed = store->history->check(*store);
  if (!changed) return changed.error();
  return {};
}

const AuditHistory& AuditTrail::history() const { return *context_->history; }

std::optional<std::string> audit_unwilling(const StoreContext& store) {
  const auto head = read<AuditMark>(*store.engine, newest_audit_mark);
  if (head || head.error().subject.empty()) return std::nullopt;
  return head.error().subject;
}

}  // namespace tacit::store
