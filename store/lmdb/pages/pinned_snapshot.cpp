#include "store/lmdb/pages/pinned_snapshot.hpp"

#include <lmdb.h>

#include <stdexcept>
#include <string>

#include "store/lmdb/pages/page_file.hpp"
#include "store/model/damage.hpp"

namespace tacit::store {

PinnedSnapshot::PinnedSnapshot(MDB_env* env, const std::filesystem::path& name) {
  // Two commits between the beginning and the read replace the meta page. That rarely repeats.
  constexpr int attempts = 100;
  int code = mdb_env_get_fd(env, &file_);
  for (int i = 0; code == MDB_SUCCESS && i < attempts; ++i) {
    code = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn_);
    if (code != MDB_SUCCESS) break;
    FileHead head;
    const auto why = read_head(file_, head);
    const lmdb::Meta* const meta = why ? nullptr : head.of(mdb_txn_id(txn_));
    if (meta != nullptr) {
      meta_ = *meta;
      return;
    }
    mdb_txn_abort(txn_);
    txn_ = nullptr;
    if (why) throw DamagedStore(name.string() + ' ' + *why);
  }
  throw NoSnapshot(name.string() +
                   " cannot be read: " + (code == MDB_SUCCESS ? "it changes too fast" : mdb_strerror(code)));
}

PinnedSnapshot::~PinnedSnapshot() { mdb_txn_abort(txn_); }

}  // namespace tacit::store
