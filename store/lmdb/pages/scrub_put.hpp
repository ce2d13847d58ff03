// Puts a row so that its pages contain no other data.
#pragma once

#include "crypto/memory/bytes.hpp"

struct MDB_txn;

namespace tacit::store {

/// mdb_put with these flags. A row that is too large for a leaf gets its own pages; their unused rest is zeroed.
/// Otherwise LMDB would write the previous content of the memory (store/lmdb/pages/scrub_writes.hpp cannot tell where
/// such a row ends). A small row never lies in such pages. Neither key nor value may point into a page that this
/// transaction has changed. Returns LMDB's code.
int put_clean(MDB_txn* txn, unsigned table, crypto::ByteView key, crypto::ByteView value, unsigned flags,
              std::size_t page_size);

}  // namespace tacit::store
