#include "test/integration/support/store_holder.hpp"

#include <lmdb.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace tacit::test {
namespace {

bool take(const std::filesystem::path& store, StoreHolder::Holds what) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  const unsigned flags = what == StoreHolder::Holds::write_lock ? 0 : MDB_RDONLY;
  if (mdb_env_create(&env) != MDB_SUCCESS || mdb_env_set_maxdbs(env, 8) != MDB_SUCCESS) return false;
  if (mdb_env_open(env, store.c_str(), MDB_NOTLS, 0600) != MDB_SUCCESS) return false;
  if (mdb_txn_begin(env, nullptr, flags, &txn) != MDB_SUCCESS) return false;
  if (flags == MDB_RDONLY) mdb_txn_reset(txn);  // keeps the slot, but reads no snapshot
  return true;
}

}  // namespace

StoreHolder::StoreHolder(const std::filesystem::path& store, Holds what) {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!take(store, what) || write(ends[1], "y", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(ends[1]);
  char told = 0;
  const bool taken = read(ends[0], &told, 1) == 1;
  close(ends[0]);
  if (taken) return;
  end();
  throw std::runtime_error("the store could not be opened, or its lock could not be taken");
}

void StoreHolder::end() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace tacit::test
