#include "store/audit/audit_heads.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"

namespace tacit::store {
namespace {

/// An entry's place, and its time as text.
struct TimedMark {
  std::string time;
  AuditMark mark;
};

std::vector<AuditMark> latest_of(std::vector<TimedMark> marks) {
  if (marks.size() > most_recorded_heads) {
    const auto end = marks.begin() + static_cast<std::ptrdiff_t>(most_recorded_heads);
    std::partial_sort(marks.begin(), end, marks.end(),
                      [](const TimedMark& a, const TimedMark& b) { return a.time > b.time; });
    marks.erase(end, marks.end());
  }
  std::vector<AuditMark> latest;
  for (const TimedMark& timed : marks) latest.push_back(timed.mark);
  std::sort(latest.begin(), latest.end(), [](const AuditMark& a, const AuditMark& b) { return a.slot < b.slot; });
  return latest;
}

struct HeadsPlan {
  AuditEvent event;
  AuditContext who;
};

}  // namespace

Task<Outcome<std::vector<AuditMark>>> audit_heads(Transaction& transaction) {
  const auto slots = co_await transaction.audit_slots();
  std::vector<TimedMark> marks;
  for (const AuditSlot slot : slots) {
    const auto newest = co_await newest_audit_entry(transaction, slot);
    if (!newest || newest->sequence == 0) continue;
    TimedMark& timed = marks.emplace_back();
    timed.time = std::string(audit_time(newest->body));
    timed.mark.sequence = newest->sequence;
    timed.mark.hash = newest->hash;
    timed.mark.slot = slot;
    transaction.release_rows();
  }
  Outcome<std::vector<AuditMark>> latest = latest_of(std::move(marks));
  co_return latest;
}

Async<std::vector<AuditMark>> record_audit_heads(ContextPtr store, AuditContext who) {
  Engine& engine = *store->engine;
  Outcome<std::vector<AuditMark>> heads = std::vector<AuditMark>();
  if (!engine.traits().shared) co_return heads;
  WorkBody<std::vector<AuditMark>> look = [](Transaction& transaction) { return audit_heads(transaction); };
  heads = co_await read<std::vector<AuditMark>>(engine, std::move(look));
  if (!heads || heads->empty()) co_return heads;
  const auto plan = std::make_shared<HeadsPlan>();
  plan->event.action = AuditAction::audit_heads;
  plan->event.heads = *heads;
  plan->who = std::move(who);
  WorkBody<void> body = [plan](Transaction& transaction) { return append_audit(transaction, plan->event, plan->who); };
  const std::size_t bytes = sizeof(HeadsPlan) + audit_bytes(plan->event, plan->who);
  const Growth growth = growth_of(AuditAction::audit_heads);
  const auto written = co_await write<void>(engine, std::move(body), growth, bytes);
  if (!written) co_return written.error();
  co_return heads;
}

Async<std::vector<AuditMark>> AuditTrail::record_heads(AuditContext who) {
  return record_audit_heads(context_, std::move(who));
}

}  // namespace tacit::store
