// Makes, opens and fills a store in etcd. In a build without TACIT_ETCD each of these fails with `not_allowed`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "store/engine/engine.hpp"
#include "store/engine/store_loader.hpp"
#include "store/etcd/etcd_options.hpp"

namespace tacit::store {

/// Does not wait for etcd: an engine of a cluster that does not answer is unwilling, and its reads fail with
/// `unavailable`. Fails if the identity's files cannot be read.
Outcome<std::unique_ptr<Engine>> open_etcd_engine(EtcdOptions options);

/// Writes the first rows of Table::meta, keys and values. The store can be opened once all are written. An answer that
/// is lost is asked for again. Fails with `conflict` if the store has rows already.
Outcome<void> create_etcd_store(const EtcdOptions& options, std::vector<std::pair<Bytes, Bytes>> first_meta_rows);

/// For restores: takes all rows of a store. Rows of Table::meta come first, and the rows of each table in ascending
/// order of their keys. The store is complete, and can be opened, only after `finish`, which writes the row "format".
/// Fails with `conflict` if the store has rows already; what a restore that failed has left must be deleted first.
/// Entries of the audit log that do not continue each other are refused with `integrity`, because their hashes would
/// not be those of the backup.
Outcome<std::unique_ptr<StoreLoader>> open_etcd_loader(const EtcdOptions& options);

struct FormatRaised {
  std::uint32_t before = 0;  ///< the store's format
  std::uint32_t after = 0;
  bool rows_were_new = false;  ///< there was no more to do: rows of the newest format were written already
};

/// Raises the store to the newest format, for an operator (store/etcd/open/raise_format.hpp). Blocks for some 20 s;
/// calls `waiting` once, before it waits. Fails with `not_allowed` while processes of an older build hold audit slots,
/// and names these.
Outcome<FormatRaised> raise_etcd_format(const EtcdOptions& options, const std::function<void()>& waiting);

}  // namespace tacit::store
