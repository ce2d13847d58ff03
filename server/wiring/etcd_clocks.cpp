#include "server/wiring/etcd_clocks.hpp"

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string_view>

#include "store/audit/audit_log.hpp"
#include "store/engine/context.hpp"

namespace tacit::server {
namespace {

/// Smaller differences harm nobody, and an entry's time is taken before its commit.
constexpr std::int64_t clock_tolerance = 2;
/// An entry that waits for etcd longer is rare.
constexpr std::int64_t latest_commit = 10;

std::optional<std::int64_t> seconds_in(std::string_view time) {
  constexpr std::size_t size = sizeof "2026-01-31T23:59:59" - 1;
  if (time.size() < size) return std::nullopt;
  const std::string text(time.substr(0, size));
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end != text.c_str() + size) return std::nullopt;
  return static_cast<std::int64_t>(::timegm(&parts));
}

store::Task<bool> collect(store::Transaction& transaction, std::vector<SlotTime>& times) {
  times.clear();
  const std::vector<store::AuditSlot> slots = co_await transaction.audit_slots();
  for (const store::AuditSlot slot : slots) {
    const std::optional<store::Row> row = co_await transaction.newest_entry(slot);
    if (!row) continue;
    const auto entry = store::parse_audit_row(*row);
    const auto at = entry ? seconds_in(store::audit_time(entry->body)) : std::nullopt;
    if (at) times.push_back(SlotTime{slot, *at, entry->sequence});
  }
  co_return false;
}

}  // namespace

store::Outcome<std::vector<SlotTime>> newest_slot_times(const store::Store& store) {
  std::vector<SlotTime> times;
  const store::Work work = [&times](store::Transaction& transaction) { return collect(transaction, times); };
  const auto failure = store.context()->engine->read(work);
  if (failure) return store::Failure{*failure};
  return times;
}

std::vector<std::string> clock_notes(const ClockLooks& looks) {
  std::vector<std::string> notes;
  for (const SlotTime& one : looks.second) {
    const std::string name = to_string(one.slot);
    if (one.at - looks.now > clock_tolerance) {
      notes.push_back("the clocks of the hosts differ: the newest audit entry of " + name + " is " +
                      std::to_string(one.at - looks.now) + " s in the future of this host");
    }
    const bool is_new = std::ranges::none_of(looks.first, [&one](const SlotTime& before) {
      return before.slot == one.slot && before.sequence >= one.sequence;
    });
    if (is_new && looks.began - one.at > latest_commit) {
      notes.push_back("the clocks of the hosts differ: " + name + " has just written an audit entry whose time is " +
                      std::to_string(looks.began - one.at) + " s in the past of this host");
    }
  }
  return notes;
}

}  // namespace tacit::server
