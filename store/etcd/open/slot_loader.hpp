// Puts the rows of one audit slot back into blocks.
#pragma once

#include <optional>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/etcd/audit/audit_block.hpp"
#include "store/etcd/audit/audit_rows.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store::etcd {

/// A row for etcd.
struct LoadedRow {
  Bytes key;
  Bytes value;
};

/// Takes the slot's rows in ascending order.
class SlotLoader {
 public:
  /// `before`: where the slot's log begins: its checkpoint, or the mark before the first entry. `keys` must outlive
  /// this.
  SlotLoader(const KeyMap& keys, const AuditMark& before, const crypto::Uuid& store);

  AuditSlot slot() const { return next_.slot; }
  /// Returns the rows that are ready. Fails with `integrity` if the entry does not follow the one before, or if a block
  /// would not give back the same row.
  Outcome<std::vector<LoadedRow>> put(ByteView key, ByteView value);
  /// The last block, and the slot's head.
  Outcome<std::vector<LoadedRow>> finish();

 private:
  Outcome<void> close_block(std::vector<LoadedRow>& ready);
  Failure refusal(const char* why) const;

  const KeyMap& keys_;
  const crypto::Uuid store_;
  AuditMark next_;  ///< the entry before the block that is being filled
  AuditBlock block_;
  std::size_t bytes_ = 0;
  std::vector<ExpandedRow> rows_;  ///< of the block, as they came
  std::uint64_t newest_block_ = 0;
};

}  // namespace tacit::store::etcd
