#include "store/etcd/room/room_words.hpp"

#include <algorithm>

#include "crypto/text/size_text.hpp"

namespace tacit::store::etcd {
namespace {

using crypto::mebibytes;

/// The file may not grow beyond the quota, however much of it is free: compaction leaves free pages, and only
/// defragmenting makes the file smaller.
constexpr unsigned file_is_large_at = 90;

const char* const no_space_words =
    "etcd's database has reached its quota (alarm NOSPACE), so etcd refuses every change, deletes too: run \"etcdctl "
    "compact\" with the present revision, then \"etcdctl defrag\" for each member, the leader last, then \"etcdctl "
    "alarm disarm\"; then prune the audit log or raise --quota-backend-bytes of the members";
const char* const corrupt_words =
    "etcd has found that its members' data differ (alarm CORRUPT) and refuses every change: find the member that "
    "differs "
    "and replace it, then run \"etcdctl alarm disarm\"";

bool is_above(std::uint64_t bytes, std::uint64_t quota, unsigned percent) { return bytes / percent >= quota / 100; }

unsigned limit_of(Growth growth) {
  switch (growth) {
    case Growth::refuses:
      return refusals_end_at;
    case Growth::grows:
      return growth_ends_at;
    case Growth::logs:
      return logging_ends_at;
    case Growth::shrinks:
      break;
  }
  return 0;
}

std::string used(std::uint64_t bytes, const EtcdHealth& health) {
  return mebibytes(bytes) + " of its quota of " + mebibytes(health.quota);
}

std::optional<std::string> warning_of(const EtcdHealth& health) {
  if (auto refusal = refusal_of(health, Growth::refuses)) return refusal;
  if (!health.asked || health.quota == 0 || !is_above(health.size, health.quota, file_is_large_at)) return std::nullopt;
  return "etcd's database file has " + used(health.size, health) + ", though only " + mebibytes(health.size_in_use) +
         " are in use: defragment each member, the leader last (\"etcdctl defrag\")";
}

}  // namespace

std::optional<std::string> refusal_of(const EtcdHealth& health, Growth growth) {
  if (health.no_space) return no_space_words;
  if (health.corrupt) return corrupt_words;
  const unsigned percent = limit_of(growth);
  if (percent == 0 || !health.asked || health.quota == 0) return std::nullopt;
  if (!is_above(health.size_in_use, health.quota, percent)) return std::nullopt;
  return "etcd's database uses " + used(health.size_in_use, health) +
         ": prune the audit log (\"tacit audit prune\"), or raise --quota-backend-bytes of the members" +
         (health.quota_is_told ? "" : " and the setting etcd-quota");
}

Room room_of(const EtcdHealth& health) {
  Room room;
  room.map_bytes = health.quota;
  room.map_free_bytes = health.quota - std::min(health.quota, health.size_in_use);
  // The members' disks are not known: their quota has to fit.
  room.disk_bytes = room.map_free_bytes;
  room.warning = warning_of(health);
  room.growth_refused = refusal_of(health, Growth::grows);
  room.logging_refused = refusal_of(health, Growth::logs);
  return room;
}

}  // namespace tacit::store::etcd
