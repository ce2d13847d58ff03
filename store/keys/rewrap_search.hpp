// What is left to do for a rewrap of the metadata, and where: looked for on snapshots, so that servers' changes wait
// for no walk over rows that are done.
#pragma once

#include "crypto/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/keys/rewrap.hpp"
#include "store/model/outcome.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {

inline bool is_kind(const ParsedKey& key, RowKind kind) { return key.kind == static_cast<std::uint8_t>(kind); }

/// Whether a secret's row names another key.
bool is_stale_secret(ByteView row, const crypto::KeyId& target);
/// Whether there is something to do about a row. What cannot be read is tried, and becomes a problem.
bool is_stale(Table table, const Row& row, const crypto::KeyId& target);

/// The next possible key after one.
void go_on_after(Bytes& start, ByteView key);

/// Where the search has come to, and whether that is something to do.
struct RewrapSearch {
  RewrapPosition at;
  bool found = false;
  bool ended = false;
};

/// Looks at a bounded number of rows from there on.
Task<Outcome<RewrapSearch>> search_stale(Transaction& transaction, RewrapPosition from, crypto::KeyId target);

}  // namespace tacit::store
