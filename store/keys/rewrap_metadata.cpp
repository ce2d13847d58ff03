// Remakes everything that uses a metadata key with the primary one.
#include <algorithm>

#include "crypto/text/sentence.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/keys/metadata_step.hpp"
#include "store/keys/rewrap_steps.hpp"
#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// The cost of moving one row in the map: the row, three old and three new index entries are each on another page.
constexpr std::size_t bytes_of_one = std::size_t{7} * 2048;

/// The audit log's checkpoint uses a metadata key, too, while nothing is signed. If it cannot be read, the other work
/// continues.
Task<Outcome<RewrapStep>> do_first(Transaction& transaction, ContextPtr store) {
  const auto newest = co_await check_newest(transaction, store->keys, KeyKind::metadata);
  if (!newest) co_return newest.error();
  RewrapStep step;
  if (store->keys.phase() != crypto::SigningPhase::none) co_return step;  // a root rewrap signs it
  auto renewed = co_await renew_checkpoint(transaction, store->keys);
  if (!renewed) step.problems.push_back(std::move(renewed.error().subject));
  co_return step;
}

Task<Outcome<void>> record_moved(Transaction& transaction, const StoreContext& store, std::vector<MovedRows> entries,
                                 const AuditContext& who) {
  for (MovedRows& moved : entries) {
    AuditEvent event;
    event.action = AuditAction::key_rewrap;
    event.reason = "metadata " + crypto::to_hex(store.metadata().primary().id) + ": moved " +
                   crypto::counted(moved.rows.size(), "secret");
    event.tenant = moved.tenant;
    event.change = moved.change;
    event.moved = std::move(moved.rows);
    const auto recorded = co_await append_audit(transaction, event, who);
    if (!recorded) co_return recorded.error();
  }
  co_return Outcome<void>();
}

Task<Outcome<RewrapStep>> do_step(Transaction& transaction, ContextPtr store, RewrapPosition from, std::size_t most,
                                  AuditContext who) {
  const auto newest = co_await check_newest(transaction, store->keys, KeyKind::metadata);
  if (!newest) co_return newest.error();
  const std::uint32_t rows = co_await rows_format(transaction);
  MetadataStep step(transaction, *store, std::move(from), most, rows >= third_rows_format);
  RewrapStep done = co_await step.run();
  const auto recorded = co_await record_moved(transaction, *store, step.take_moved(), who);
  if (!recorded) co_return recorded.error();
  co_return done;
}

/// Goes from there to the next row that needs work, and does a step of it.
Async<RewrapStep> go_on(ContextPtr store, RewrapPosition from, std::size_t most, AuditContext who) {
  const crypto::KeyId target = store->metadata().primary().id;
  while (!from.within) {
    WorkBody<RewrapSearch> searching = [&from, &target](Transaction& transaction) {
      return search_stale(transaction, from, target);
    };
    auto searched = read_blocking<RewrapSearch>(*store->engine, std::move(searching));
    if (!searched) co_return searched.error();
    from = std::move(searched->at);
    if (searched->found) break;
    if (!searched->ended) continue;
    RewrapStep nothing;
    nothing.next = std::move(from);
    nothing.finished = true;
    co_return nothing;
  }
  WorkBody<RewrapStep> body = [store, from, most, who](Transaction& transaction) {
    return do_step(transaction, store, from, most, who);
  };
  const std::size_t bytes = most_bytes_of_metadata_step + bytes_of_one * most;
  co_return co_await write<RewrapStep>(*store->engine, std::move(body), Growth::grows, bytes);
}

}  // namespace

Async<RewrapStep> rewrap_metadata(ContextPtr store, RewrapPosition from, std::size_t most, AuditContext who) {
  RewrapStep first;
  if (!from.within && from.table == Table::tenants && from.key.empty()) {
    WorkBody<RewrapStep> body = [store](Transaction& transaction) { return do_first(transaction, store); };
    auto done = co_await write<RewrapStep>(*store->engine, std::move(body));
    if (!done) co_return done.error();
    first = std::move(*done);
  }
  auto step = co_await go_on(std::move(store), std::move(from), most, std::move(who));
  if (step) step->problems.insert(step->problems.begin(), first.problems.begin(), first.problems.end());
  co_return step;
}

}  // namespace tacit::store
