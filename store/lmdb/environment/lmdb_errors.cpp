#include "store/lmdb/environment/lmdb_errors.hpp"

#include <lmdb.h>

namespace tacit::store {

Errc errc_of(int lmdb_code) {
  if (is_want_of_room(lmdb_code)) return Errc::full;
  switch (lmdb_code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
      return Errc::full;
    case MDB_READERS_FULL:
      return Errc::overloaded;
    default:
      return Errc::unavailable;
  }
}

}  // namespace tacit::store
