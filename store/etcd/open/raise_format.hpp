// Raises a store in etcd to the newest format, when no process of an older build is left (store/rows/store_meta.hpp).
//
// In two steps, as in an embedded store (store/lmdb/engine/format_rise.hpp), each a Txn that compares what it read:
//   1. If no process of an older build holds an audit slot, the row "format" rises. Older builds then refuse to open
//      the store, and an older process that was stopped beyond its lease ends with its next write: it takes a changed
//      row "format" for another store.
//   2. An older process may have opened the store before. So the row "rows" rises only after the time of a lease in
//      which no older process held a slot.
// The servers' roles do not permit it: an operator does it once all hosts have the new build.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "store/etcd/open_etcd.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// Longer than a lease lives.
inline constexpr std::chrono::seconds lease_wait{18};

/// As raise_etcd_format (store/etcd/open_etcd.hpp).
Outcome<FormatRaised> raise_format(std::shared_ptr<EtcdClient> client, const EtcdOptions& options,
                                   const std::function<void()>& waiting, std::chrono::milliseconds wait = lease_wait);

}  // namespace tacit::store::etcd
