// Finds the remaining work of a metadata rewrap. Searches on snapshots, so that servers' changes do not wait for a walk
// over finished rows.
#pragma once

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/keys/rewrap.hpp"
#include "store/model/outcome.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {

inline bool is_kind(const ParsedKey& key, RowKind kind) { return key.kind == static_cast<std::uint8_t>(kind); }

/// Whether a secret's row names another key.
bool is_stale_secret(ByteView row, const crypto::KeyId& target);
/// The same of a previous value's row.
bool is_stale_version(ByteView row, const crypto::KeyId& target);
/// Whether a row needs work. An unreadable row is tried, and is reported as a problem.
bool is_stale(Table table, const Row& row, const crypto::KeyId& target);

/// Sets `start` to the next possible key after `key`.
void go_on_after(Bytes& start, ByteView key);

/// The position of the search, and whether that row needs work.
struct RewrapSearch {
  RewrapPosition at;
  bool found = false;
  bool ended = false;
};

/// Searches a bounded number of rows from that position.
Task<Outcome<RewrapSearch>> search_stale(Transaction& transaction, RewrapPosition from, crypto::KeyId target);

}  // namespace tacit::store
