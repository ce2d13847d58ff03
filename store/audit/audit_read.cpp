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

/// The beginning of the slot. An altered checkpoint is ignored: then entries are reported missing.
Task<AuditMark> base_of(Transaction& transaction, const StoreContext& store, AuditSlot slot) {
  const auto checkpoint = co_await load_checkpoint(transaction, store.keys, slot);
  AuditMark base;
  base.slot = slot;
  if (checkpoint && *checkpoint) base = (*checkpoint)->through;
  co_return base;
}

/// An embedded store's slot ends at the first row of another one; before that, whatever is stored belongs to it, so
/// that a row that is no entry is found.
bool is_of_slot(const Row& row, AuditSlot slot) {
  if (!slot.is_embedded()) return true;  // the scan's prefix
  const auto place = parse_audit_key(row.key);
  return !place || place->slot == slot;
}

}  // namespace

AuditRecord record_of(const AuditEntry& entry) {
  AuditRecord record;
  record.mark = entry.mark();
  record.body = entry.body;
  record.signatures = entry.signatures;
  record.first = entry.first;
  return record;
}

Outcome<std::vector<AuditRecord>> AuditReader::next() {
  note_step();  // for a process that waits for this one
  return store::read_blocking<Page>(*store_->engine, [this](Transaction& transaction) { return read(transaction); });
}

Task<AuditMark> AuditReader::mark_before(Transaction& transaction, std::uint64_t sequence) const {
  AuditMark mark;
  mark.slot = slot_;
  mark.sequence = sequence - 1;
  const auto entry = co_await audit_entry_at(transaction, slot_, mark.sequence);
  if (entry) mark.hash = entry->hash;
  co_return mark;
}

Task<Outcome<void>> AuditReader::find_place(Transaction& transaction) {
  const AuditMark base = co_await base_of(transaction, *store_, slot_);
  if (chain_) {
    if (base.sequence < next_) co_return Outcome<void>();
    pruned_meanwhile_ += base.sequence + 1 - next_;
    next_ = base.sequence + 1;
    chain_.emplace(base, store_->keys.store());
    co_return Outcome<void>();
  }
  // Rows before a checkpoint should not exist: only a read from the beginning returns them.
  if (next_ <= base.sequence + 1) {
    if (next_ > 1) next_ = base.sequence + 1;
    chain_.emplace(base, store_->keys.store());
    co_return Outcome<void>();
  }
  const auto head = co_await newest_audit_mark(transaction, slot_);
  if (head) next_ = std::min(next_, std::max(head->sequence, base.sequence) + 1);
  if (next_ == base.sequence + 1) {
    chain_.emplace(base, store_->keys.store());
    co_return Outcome<void>();
  }
  const AuditMark before = co_await mark_before(transaction, next_);
  chain_.emplace(before, store_->keys.store());
  co_return Outcome<void>();
}

Task<Outcome<std::vector<AuditRecord>>> AuditReader::read(Transaction& transaction) {
  const auto found = co_await find_place(transaction);
  if (!found) co_return found.error();
  const AuditKey start = audit_key(slot_, next_);
  const bool has_prefix = !slot_.is_embedded() || transaction.traits().shared;
  const AuditKey prefix = has_prefix ? audit_prefix(slot_) : AuditKey();
  const auto rows = co_await transaction.scan(Table::audit, prefix, start, rows_at_a_time);
  Page page;
  std::size_t bytes = 0;
  for (const Row& row : rows) {
    if (!is_of_slot(row, slot_)) break;
    const auto entry = parse_audit_row(row);
    if (!entry && page.empty()) {
      co_return altered({}, "an audit entry after " + name_of_entry(slot_, next_ - 1) + " cannot be read");
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

AuditReader AuditTrail::read(AuditSlot slot, std::uint64_t first) const { return {context_, slot, first}; }

Outcome<AuditMark> AuditTrail::head(AuditSlot slot) const {
  return read_blocking<AuditMark>(*context_->engine,
                                  [slot](Transaction& transaction) { return newest_audit_mark(transaction, slot); });
}

Outcome<std::vector<AuditMark>> AuditTrail::heads() const {
  return read_blocking<std::vector<AuditMark>>(*context_->engine, newest_audit_marks);
}

Outcome<std::vector<AuditSlot>> AuditTrail::slots() const {
  return read_blocking<std::vector<AuditSlot>>(
      *context_->engine, [](Transaction& transaction) { return stored_audit_slots(transaction); });
}

std::unique_ptr<AuditNews> AuditTrail::watch(std::function<void()> changed) const {
  return context_->engine->watch_audit(std::move(changed));
}

Outcome<void> AuditTrail::check_history() const {
  const ContextPtr store = context_;
  const auto changed = store->history->check(*store);
  if (!changed) return changed.error();
  return {};
}

const AuditHistory& AuditTrail::history() const { return *context_->history; }

Task<Outcome<std::vector<AuditSlot>>> stored_audit_slots(Transaction& transaction) {
  auto slots = co_await transaction.audit_slots();
  const bool lacks_own = !transaction.traits().shared && (slots.empty() || !slots.front().is_embedded());
  if (lacks_own) slots.insert(slots.begin(), AuditSlot());
  const auto pruned = co_await checkpoint_slots(transaction);
  slots.insert(slots.end(), pruned.begin(), pruned.end());
  std::ranges::sort(slots);
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  co_return slots;
}

Task<Outcome<std::vector<AuditMark>>> newest_audit_marks(Transaction& transaction) {
  const auto slots = co_await stored_audit_slots(transaction);
  if (!slots) co_return slots.error();
  std::vector<AuditMark> marks;
  for (const AuditSlot slot : *slots) {
    const auto newest = co_await newest_audit_mark(transaction, slot);
    if (!newest) co_return newest.error();
    if (newest->sequence > 0) marks.push_back(*newest);
  }
  co_return marks;
}

std::optional<std::string> audit_unwilling(const StoreContext& store) {
  // An engine that waits appends to this process's slot itself, and says when it cannot.
  if (store.engine->traits().waits) return std::nullopt;
  const auto head =
      read_blocking<AuditMark>(*store.engine, [](Transaction& transaction) { return newest_audit_mark(transaction); });
  if (head || head.error().subject.empty()) return std::nullopt;
  return head.error().subject;
}

}  // namespace tacit::store
