// Puts a row so that the pages it takes hold nothing else.
#pragma once

#include "crypto/bytes.hpp"

struct MDB_txn;

namespace tacit::store {

/// mdb_put with these flags. A row that is too large for a leaf gets pages of its own; what it leaves of them is
/// zeroed: LMDB would write whatever the memory held (store/lmdb/pages/scrub_writes.hpp cannot tell where such a row
/// ends). LMDB's code.
int put_clean(MDB_txn* txn, unsigned table, crypto::ByteView key, crypto::ByteView value, unsigned flags,
              std::size_t page_size);

}  // namespace tacit::store
