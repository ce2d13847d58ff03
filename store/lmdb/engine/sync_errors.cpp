#include "store/lmdb/engine/sync_errors.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>

namespace tacit::store {
namespace {

using Sync = int (*)(int);

thread_local int last_error = 0;

/// The C library's function of that name, which this program's definition hides.
Sync hidden(const char* name) { return reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name)); }

int noting_errors(Sync sync, int file) {
  if (sync == nullptr) {
    errno = ENOSYS;
    return -1;
  }
  const int result = sync(file);
  if (result != 0 && errno != EINTR) last_error = errno;
  return result;
}

}  // namespace

int sync_error() { return last_error; }
void forget_sync_error() { last_error = 0; }

}  // namespace tacit::store

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's declarations have no names
extern "C" [[gnu::visibility("default")]] int fdatasync(int file) {
  static const auto sync = tacit::store::hidden("fdatasync");
  return tacit::store::noting_errors(sync, file);
}

extern "C" [[gnu::visibility("default")]] int fsync(int file) {
  static const auto sync = tacit::store::hidden("fsync");
  return tacit::store::noting_errors(sync, file);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
