// Writes all rows of a store to an empty place in etcd, for restores: many rows in each Txn, and the audit log as
// blocks.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "store/engine/store_loader.hpp"
#include "store/etcd/audit/audit_block.hpp"
#include "store/etcd/engine/audit_position.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/open/slot_loader.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store::etcd {

/// Creates a store with these rows of Table::meta, keys and values: in as many Txns as they need, and the row "format"
/// last. Fails with `conflict` if the store has rows already.
Outcome<void> load_first_rows(std::shared_ptr<EtcdClient> client, const EtcdOptions& options,
                              const std::vector<std::pair<Bytes, Bytes>>& meta_rows);

class EtcdLoader final : public StoreLoader {
 public:
  /// See open_etcd_loader (store/etcd/open_etcd.hpp).
  static Outcome<std::unique_ptr<StoreLoader>> open(std::shared_ptr<EtcdClient> client, const EtcdOptions& options);

  Outcome<void> put(Table table, ByteView key, ByteView value) override;
  Outcome<void> finish() override;

 private:
  EtcdLoader(std::shared_ptr<EtcdClient> client, const EtcdOptions& options);

  /// Makes the place this loader's own.
  Outcome<void> claim();
  /// Whether the mark there is this loader's.
  Outcome<bool> has_claimed();
  Outcome<void> put_entry(ByteView key, ByteView value);
  void note_meta(ByteView key, ByteView value);
  Outcome<void> put_tenant_row(ByteView key, ByteView value);
  /// The row that the last tenant needs besides its own.
  Outcome<void> end_tenant();
  Outcome<void> add(Bytes key, Bytes value);
  Outcome<void> add_all(std::vector<LoadedRow> rows);
  Outcome<void> flush();
  /// Sends a Txn until it is certain whether it was applied.
  Outcome<void> write(WriteTxn txn);
  Outcome<bool> is_finished();

  const std::shared_ptr<EtcdClient> client_;
  const KeyMap keys_;
  const std::size_t most_rows_;
  const std::size_t most_bytes_;
  const std::chrono::milliseconds deadline_;

  const Bytes mark_key_;
  Bytes mark_;  ///< random: the value of the row that says whose this place is
  std::int64_t mark_revision_ = 0;
  WriteTxn pending_;
  std::size_t pending_bytes_ = 0;
  std::optional<Bytes> format_;  ///< written last
  crypto::Uuid store_{};
  std::map<std::uint16_t, AuditMark> checkpoints_;  ///< by slot
  std::optional<SlotLoader> slot_;
  Uuid tenant_{};                 ///< of the last row of Table::tenants
  std::optional<Uuid> newest_{};  ///< the largest id of its secrets
};

}  // namespace tacit::store::etcd
