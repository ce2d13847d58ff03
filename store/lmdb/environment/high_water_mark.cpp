#include "store/lmdb/environment/high_water_mark.hpp"

#include <lmdb.h>

namespace tacit::store {

HighWaterMark high_water_mark(MDB_env* env) {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env, &info);
  mdb_env_stat(env, &stat);
  HighWaterMark mark;
  mark.touched = info.me_last_pgno + 1;
  mark.map = stat.ms_psize == 0 ? 0 : info.me_mapsize / stat.ms_psize;
  return mark;
}

}  // namespace tacit::store
