#include "test/integration/store_lock.hpp"

#include <lmdb.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace tacit::test {
namespace {

bool take(const std::filesystem::path& store) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  return mdb_env_create(&env) == MDB_SUCCESS && mdb_env_set_maxdbs(env, 8) == MDB_SUCCESS &&
         mdb_env_open(env, store.c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS &&
         mdb_txn_begin(env, nullptr, 0, &txn) == MDB_SUCCESS;
}

}  // namespace

StoreLock::StoreLock(const std::filesystem::path& store) {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!take(store) || write(ends[1], "y", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(ends[1]);
  char told = 0;
  const bool taken = read(ends[0], &told, 1) == 1;
  close(ends[0]);
  if (taken) return;
  let_go();
  throw std::runtime_error("the store's lock could not be taken");
}

void StoreLock::let_go() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace tacit::test
