#include "store/etcd/open/slot_loader.hpp"

#include <algorithm>
#include <utility>

#include "crypto/primitives/random.hpp"
#include "store/audit/audit_log.hpp"
#include "store/etcd/audit/slot_head.hpp"
#include "store/etcd/engine/bytes_order.hpp"
#include "store/model/failures.hpp"

namespace tacit::store::etcd {
namespace {

/// A block is closed at the end of the next commit.
constexpr std::size_t full_entries = 128;
constexpr std::size_t full_bytes = std::size_t{256} << 10;
/// Or at once, when it can take no more.
constexpr std::size_t most_bytes = most_block_bytes / 2;

}  // namespace

SlotLoader::SlotLoader(const KeyMap& keys, const AuditMark& before, const crypto::Uuid& store)
    : keys_(keys), store_(store), next_(before) {}

Failure SlotLoader::refusal(const char* why) const {
  return altered({}, "the audit log of slot " + to_string(next_.slot) + ", entry " +
                         std::to_string(next_.sequence + rows_.size() + 1) + ": " + why);
}

Outcome<std::vector<LoadedRow>> SlotLoader::put(ByteView key, ByteView value) {
  std::vector<LoadedRow> ready;
  const auto entry = parse_audit_row(Row{key, value});
  if (!entry) return refusal("the row cannot be read");
  if (entry->sequence != next_.sequence + rows_.size() + 1) return refusal("the entry is missing");
  const std::size_t more = value.size();
  if (more > most_bytes) return refusal("the entry is too large");
  const bool has_room = rows_.size() < most_block_entries && bytes_ + more <= most_bytes;
  if (!has_room) {
    if (const auto closed = close_block(ready); !closed) return closed.error();
  }
  BlockEntry& added = block_.entries.emplace_back();
  added.body = std::string(entry->body);
  added.first = entry->first;
  added.signatures = entry->signatures;
  rows_.push_back(ExpandedRow{copy_of(key), copy_of(value)});
  bytes_ += more;
  const bool ends_commit = next_.slot.is_embedded() || added.first != 0;
  if (ends_commit && (rows_.size() >= full_entries || bytes_ >= full_bytes)) {
    if (const auto closed = close_block(ready); !closed) return closed.error();
  }
  return ready;
}

Outcome<void> SlotLoader::close_block(std::vector<LoadedRow>& ready) {
  if (rows_.empty()) return {};
  crypto::random_bytes(block_.operation);
  block_.slot = next_.slot;
  block_.first = next_.sequence + 1;
  block_.previous = next_.hash;
  const auto same = [](const ExpandedRow& a, const ExpandedRow& b) { return a.key == b.key && a.value == b.value; };
  if (!std::ranges::equal(rows_of_block(block_, store_), rows_, same))
    return refusal("it, or one of the next ones, does not continue the log");
  ready.push_back(LoadedRow{keys_.block({block_.slot, block_.first}), encode_block(block_)});
  newest_block_ = block_.first;
  next_.sequence += rows_.size();
  next_.hash = hash_of_block(block_, store_);
  block_ = {};
  rows_.clear();
  bytes_ = 0;
  return {};
}

Outcome<std::vector<LoadedRow>> SlotLoader::finish() {
  std::vector<LoadedRow> ready;
  if (const auto closed = close_block(ready); !closed) return closed.error();
  SlotHead head;
  crypto::random_bytes(head.operation);
  head.sequence = next_.sequence;
  head.hash = next_.hash;
  head.newest_block = newest_block_;
  ready.push_back(LoadedRow{keys_.head(next_.slot), encode_slot_head(head)});
  return ready;
}

}  // namespace tacit::store::etcd
