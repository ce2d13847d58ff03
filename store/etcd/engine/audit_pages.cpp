// The part of EtcdTransaction that shows the blocks of audit entries as rows of Table::audit, and removes entries from
// them.
//
// Heads and blocks of a slot only grow, except for pruning, which a comparison of each block that was read detects. So
// `newest_entry` and `audit_slots` are not compared at the commit: every commit of another host would contradict them,
// and a head that has grown since is a lower bound, as each reader of a head has to assume anyway.
#include <algorithm>
#include <iterator>
#include <utility>

#include "store/audit/audit_key.hpp"
#include "store/etcd/audit/slot_head.hpp"
#include "store/etcd/engine/etcd_transaction.hpp"
#include "store/etcd/engine/suspend.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store::etcd {
namespace {

/// Blocks of the first page. A block has the entries of a whole commit, so few of them fill a page of rows; how many is
/// known after the first.
constexpr std::size_t blocks_per_request = 32;
constexpr std::size_t most_blocks_per_request = 512;
/// How far before an entry its block is looked for first, and then: no block has more entries.
constexpr std::uint64_t near_entries = 256;
constexpr std::uint64_t far_entries = most_block_entries;

}  // namespace

Task<crypto::Uuid> EtcdTransaction::store_id() {
  if (const auto known = context_.store.get()) co_return *known;
  const auto row = co_await fetch(context_.keys.key(Table::meta, store_row_key()), Recorded::no);
  const auto id = row ? store_of(*row) : std::nullopt;
  if (id) context_.store.set(*id);
  co_return id.value_or(crypto::Uuid());
}

const EtcdTransaction::LoadedBlock& EtcdTransaction::keep_block(const BlockPlace& place, ByteView value,
                                                                const crypto::Uuid& store) {
  if (const auto known = blocks_.find(place); known != blocks_.end()) return known->second;
  LoadedBlock loaded;
  auto block = decode_block(value);
  const bool right = block && block->slot == place.slot && block->first == place.first && !block->entries.empty();
  if (right) {
    loaded.rows = rows_of_block(*block, store);
    loaded.last = place.first + (block->entries.size() - 1);
    ++blocks_read_;
    entries_read_ += block->entries.size();
    loaded.block = std::move(block);
  } else {
    // Where its first entry should be, so that readers report it.
    loaded.rows.push_back(ExpandedRow{copy_of(audit_key(place.slot, place.first).view()), copy_of(value)});
    loaded.last = place.first;
  }
  return blocks_.emplace(place, std::move(loaded)).first->second;
}

Task<const EtcdTransaction::LoadedBlock*> EtcdTransaction::load_block(BlockPlace place, Recorded recorded) {
  // A write reads it again from its snapshot, so that the commit compares it.
  if (const auto known = blocks_.find(place); known != blocks_.end() && !writes_) co_return &known->second;
  const crypto::Uuid store = co_await store_id();
  const auto value = co_await fetch(context_.keys.block(place), recorded);
  const LoadedBlock* loaded = nullptr;
  if (value) loaded = &keep_block(place, *value, store);
  co_return loaded;
}

const std::optional<Bytes>* EtcdTransaction::change_of(ByteView key) const {
  const auto* changed = changes_.find(key);
  if (changed == nullptr && earlier_ != nullptr) changed = earlier_->find(key);
  return changed;
}

std::optional<BlockPlace> EtcdTransaction::last_block(const Range& range, const RangeResult& stored) const {
  const auto is_removed = [this](ByteView key) {
    const auto* const changed = change_of(key);
    return changed != nullptr && !*changed;
  };
  const Bytes* last = nullptr;
  for (const KeyValue& row : stored.rows) {
    if (!is_removed(row.key)) last = &row.key;
  }
  // A pruning puts the rest of a block in another place.
  for (const Overlay* const overlay : {earlier_, &changes_}) {
    if (overlay == nullptr) continue;
    const auto end = overlay->rows().lower_bound(range.end);
    for (auto row = overlay->rows().lower_bound(range.key); row != end; ++row) {
      const bool is_later = last == nullptr || is_less(*last, row->first);
      if (is_later && !is_removed(row->first)) last = &row->first;
    }
  }
  if (last == nullptr) return std::nullopt;
  return context_.keys.place_of_block(*last);
}

Task<std::optional<BlockPlace>> EtcdTransaction::locate(AuditPosition place) {
  const BlockPlace wanted{place.slot, place.sequence};
  auto known = blocks_.upper_bound(wanted);
  if (known != blocks_.begin()) {
    --known;
    // Also if it ends just before that entry, as when a walk goes on with the next block.
    const bool reaches = known->first.slot == place.slot && known->second.last + 1 >= place.sequence;
    if (reaches) co_return known->first;
  }
  for (const std::uint64_t distance : {near_entries, far_entries}) {
    Range range;
    range.key = context_.keys.block({place.slot, place.sequence > distance ? place.sequence - distance : 0});
    range.end = key_after(context_.keys.block(wanted));
    range.keys_only = true;
    found_keys_.reset();
    want(range);
    while (!found_keys_) {
      Suspend suspend{waiting_};
      co_await suspend;
    }
    const auto last = last_block(range, *found_keys_);
    if (last) co_return last;
    if (place.sequence <= distance) break;
  }
  co_return std::nullopt;
}

std::size_t EtcdTransaction::blocks_of(std::size_t entries) const {
  if (blocks_read_ == 0) return std::min(entries, blocks_per_request);
  const std::size_t each = std::max<std::size_t>(entries_read_ / blocks_read_, 1);
  return std::clamp<std::size_t>((entries + each - 1) / each, 1, most_blocks_per_request);
}

void EtcdTransaction::add_entries(const BlockPlace& place, const LoadedBlock& block, const AuditPosition& first,
                                  const std::optional<AuditPosition>& end, std::size_t limit,
                                  std::vector<Row>& rows) const {
  AuditPosition at{place.slot, place.first};
  for (const ExpandedRow& row : block.rows) {
    if (rows.size() >= limit || (end && at >= *end)) return;
    if (at >= first && !is_erased(at)) rows.push_back(Row{row.key, row.value});
    ++at.sequence;
  }
}

Task<std::optional<ByteView>> EtcdTransaction::get_entry(AuditPosition place) {
  AuditPosition next = place;
  ++next.sequence;
  const auto rows = co_await scan_entries(place, next, 1);
  if (rows.empty()) co_return std::nullopt;
  co_return rows.front().value;
}

Task<std::vector<Row>> EtcdTransaction::scan_entries(AuditPosition first, std::optional<AuditPosition> end,
                                                     std::size_t limit) {
  std::vector<Row> rows;
  const crypto::Uuid store = co_await store_id();
  KeyRange range;
  range.first = context_.keys.block({first.slot, first.sequence});
  range.end = context_.keys.blocks().end;
  if (end) range.end = context_.keys.block({end->slot, end->sequence});
  if (first.sequence > 1) {
    const auto around = co_await locate(first);
    if (around && around->first < first.sequence) {
      const LoadedBlock* const block = co_await load_block(*around, Recorded::yes);
      if (block != nullptr) add_entries(*around, *block, first, end, limit, rows);
    }
  }
  while (rows.size() < limit && is_less(range.first, range.end)) {
    const std::size_t most = blocks_of(limit - rows.size());
    const auto blocks = co_await fetch_rows(range, most, Recorded::yes);
    for (const Row& row : blocks) {
      const auto place = context_.keys.place_of_block(row.key);
      if (!place) continue;
      add_entries(*place, keep_block(*place, row.value, store), first, end, limit, rows);
    }
    if (blocks.size() < most) break;
    range.first = key_after(blocks.back().key);
  }
  co_return rows;
}

Task<std::optional<Row>> EtcdTransaction::newest_entry(AuditSlot slot) { return fetch_newest_entry(slot); }

Task<std::optional<Row>> EtcdTransaction::fetch_newest_entry(AuditSlot slot) {
  const auto stored = co_await fetch(context_.keys.head(slot), Recorded::no);
  if (!stored) co_return std::nullopt;
  const auto head = decode_slot_head(*stored);
  if (head && (head->sequence == 0 || head->newest_block == 0)) co_return std::nullopt;
  if (!head) {
    const BlockPlace unreadable{slot, 0};
    const LoadedBlock& row = keep_block(unreadable, *stored, crypto::Uuid());
    co_return Row{row.rows.back().key, row.rows.back().value};
  }
  const BlockPlace place{slot, head->newest_block};
  const LoadedBlock* const block = co_await load_block(place, Recorded::no);
  if (block == nullptr) co_return std::nullopt;
  co_return Row{block->rows.back().key, block->rows.back().value};
}

Task<std::vector<AuditSlot>> EtcdTransaction::audit_slots() { return fetch_slots(); }

Task<std::vector<AuditSlot>> EtcdTransaction::fetch_slots() {
  std::vector<AuditSlot> slots;
  const auto rows = co_await fetch_rows(context_.keys.heads(), SIZE_MAX, Recorded::no);
  for (const Row& row : rows) {
    const auto slot = context_.keys.slot_of_head(row.key);
    if (!slot) continue;
    const auto head = decode_slot_head(row.value);
    if (!head || head->sequence != 0) slots.push_back(*slot);
  }
  co_return slots;
}

Task<bool> EtcdTransaction::settle_erased_entries() {
  // Of each block, whether the erased entries are its oldest ones.
  while (!erased_entries_.empty()) {
    const AuditPosition first = *erased_entries_.begin();
    auto place = co_await locate(first);
    const LoadedBlock* block = nullptr;
    if (place) block = co_await load_block(*place, Recorded::yes);
    if (block == nullptr || block->last < first.sequence) {
      // The block before it, perhaps removed just now, ends there: then the next one begins with it.
      place = BlockPlace{first.slot, first.sequence};
      block = co_await load_block(*place, Recorded::yes);
    }
    if (block == nullptr) {  // there is no such entry
      erased_entries_.erase(first);
      continue;
    }
    if (place->first != first.sequence) co_return false;
    std::uint64_t through = first.sequence;
    for (; through <= block->last && is_erased({first.slot, through}); ++through)
      erased_entries_.erase({first.slot, through});
    --through;
    const bool replaced = co_await replace_block(*place, through);
    if (!replaced) co_return false;
  }
  co_return true;
}

/// Removes the entries of a block through that sequence: the block, or a new one with the rest in its place.
Task<bool> EtcdTransaction::replace_block(BlockPlace place, std::uint64_t through) {
  const LoadedBlock& loaded = blocks_.at(place);
  changes_.erase(context_.keys.block(place));
  if (through >= loaded.last) co_return true;
  if (!loaded.block) co_return false;
  const std::size_t removed = through - place.first + 1;
  AuditBlock rest = *loaded.block;
  AuditBlock gone = rest;
  gone.entries.resize(removed);
  const crypto::Uuid store = co_await store_id();
  rest.previous = hash_of_block(gone, store);
  rest.entries.erase(rest.entries.begin(), rest.entries.begin() + static_cast<std::ptrdiff_t>(removed));
  rest.first = through + 1;
  // Its last entry begins the commit where it did, also if the block does not say so.
  if (rest.entries.back().first == 0) rest.entries.back().first = place.first;
  const Bytes head_key = context_.keys.head(place.slot);
  const auto stored = co_await fetch(head_key, Recorded::no);
  const auto head = stored ? decode_slot_head(*stored) : std::nullopt;
  if (head && head->newest_block == place.first) {
    // The operation stays: its owner may still ask whether it was applied.
    SlotHead moved = *head;
    moved.newest_block = rest.first;
    static_cast<void>(look_up(head_key, Recorded::yes));
    changes_.put(head_key, encode_slot_head(moved));
  }
  changes_.put(context_.keys.block({place.slot, rest.first}), encode_block(rest));
  co_return true;
}

}  // namespace tacit::store::etcd
