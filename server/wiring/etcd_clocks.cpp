#include "server/wiring/etcd_clocks.hpp"

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
    if (at) times.push_back(SlotTime{slot, *at});
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

std::vector<std::string> clock_notes(const std::vector<SlotTime>& newest, std::int64_t now) {
  std::vector<std::string> notes;
  for (const SlotTime& one : newest) {
    if (one.at - now <= clock_tolerance) continue;
    notes.push_back("the clocks of the hosts differ: the newest audit entry of " + to_string(one.slot) + " is " +
                    std::to_string(one.at - now) + " s in the future of this host");
  }
  return notes;
}

}  // namespace tacit::server
