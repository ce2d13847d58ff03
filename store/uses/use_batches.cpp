#include "store/uses/use_batches.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "crypto/primitives/random.hpp"
#include "store/engine/await.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/uses/use_history.hpp"

namespace tacit::store {
namespace {

/// Secrets in one transaction: other writes wait for it.
constexpr std::size_t most_at_once = 64;
/// Notes in one transaction: to make room for one in a row that is full takes some 15 µs.
constexpr std::size_t most_notes_at_once = 128;
/// Of one call, which at the end of the process must not take long. The rest stays noted.
constexpr std::chrono::seconds most_time{10};
constexpr std::size_t bytes_of_one = 4096;  // each row is on another page, which is copied

/// One transaction: whole secrets, except for the last one of a very long list.
struct BatchPlan {
  ContextPtr store;
  UseBatch batch;
  bool is_numbered = false;
};

struct BatchEnd {
  explicit BatchEnd(UseNotes& of) : notes(of) {}
  BatchEnd(const BatchEnd&) = delete;
  BatchEnd& operator=(const BatchEnd&) = delete;
  ~BatchEnd() { notes.end_batch(); }
  UseNotes& notes;
};

bool of_one_secret(const UseNote& a, const UseNote& b) { return a.tenant == b.tenant && a.secret == b.secret; }

/// The index after the last note of the secret whose notes begin there.
std::size_t end_of_secret(const std::vector<UseNote>& notes, std::size_t begin) {
  std::size_t end = begin;
  while (end < notes.size() && of_one_secret(notes[end], notes[begin])) ++end;
  return end;
}

std::size_t secrets_at_once(const EngineTraits& traits) {
  const std::size_t by_bytes = traits.bytes_per_write / most_uses_row_bytes;
  return std::max<std::size_t>(std::min({most_at_once, traits.rows_per_write, by_bytes}), 1);
}

/// Adds the notes [begin, end) to their secret's row. A row that does not decode is replaced: the notes are no record
/// (store/uses/use_notes.hpp), and its owner has been told by then.
Task<void> store_secret(Transaction& transaction, const BatchPlan& plan, const Tenant& tenant, std::size_t begin,
                        std::size_t end) {
  const std::vector<UseNote>& notes = plan.batch.notes;
  const Uuid secret = notes[begin].secret;
  const RowKey secret_key = secret_row_key(tenant.id, secret);
  const auto exists = co_await transaction.get(Table::tenants, secret_key.view());
  if (!exists) co_return;
  const RowKey key = uses_row_key(tenant.id, secret);
  const auto row = co_await transaction.get(Table::meta, key.view());
  Uses uses;
  if (row) {
    auto stored = decode_uses(plan.store->metadata(), tenant.id, secret, *row, tenant.keys.get());
    if (stored) uses = std::move(*stored);
  }
  if (std::ranges::find(uses.batches, plan.batch.number) != uses.batches.end()) co_return;  // it was stored
  for (std::size_t i = begin; i < end; ++i) add_use(uses.entries, notes[i].use);
  if (plan.is_numbered) {
    uses.batches.insert(uses.batches.begin(), plan.batch.number);
    if (uses.batches.size() > most_batches_in_uses) uses.batches.resize(most_batches_in_uses);
  }
  transaction.put(Table::meta, key.view(), encode_uses(*tenant.keys, secret, uses));
}

void expect_rows(Transaction& transaction, const BatchPlan& plan) {
  transaction.expect(Table::meta, rows_row_key());
  const std::vector<UseNote>& notes = plan.batch.notes;
  for (std::size_t i = 0; i < notes.size(); i = end_of_secret(notes, i)) {
    const UseNote& note = notes[i];
    transaction.expect(Table::tenants, record_row_key(note.tenant).view());
    transaction.expect(Table::tenants, secret_row_key(note.tenant, note.secret).view());
    transaction.expect(Table::meta, uses_row_key(note.tenant, note.secret).view());
  }
}

Task<Outcome<void>> store_batch(Transaction& transaction, const BatchPlan& plan) {
  if (transaction.traits().waits) expect_rows(transaction, plan);
  const std::uint32_t rows = co_await rows_format(transaction);
  if (rows < fifth_rows_format) co_return Outcome<void>();
  std::optional<Tenant> tenant;
  std::optional<Uuid> loaded;  // the tenant that was asked for last
  const std::vector<UseNote>& notes = plan.batch.notes;
  for (std::size_t i = 0; i < notes.size();) {
    const Uuid id = notes[i].tenant;
    if (loaded != id) {
      loaded = id;
      tenant.reset();
      auto found = co_await load_tenant(transaction, plan.store->metadata(), id);
      if (found) tenant = std::move(*found);
    }
    const std::size_t end = end_of_secret(notes, i);
    if (tenant) co_await store_secret(transaction, plan, *tenant, i, end);
    i = end;
  }
  co_return Outcome<void>();
}

/// The next notes for one transaction, from the front of those that begin at `done`.
std::vector<UseNote> next_notes(const std::vector<UseNote>& notes, std::size_t done, std::size_t most_secrets) {
  std::size_t end = done;
  for (std::size_t secrets = 0; end < notes.size() && secrets < most_secrets; ++secrets) {
    end = end_of_secret(notes, end);
  }
  // One secret may have very many.
  end = std::min(end, done + most_notes_at_once);
  const auto at = [&notes](std::size_t i) { return notes.begin() + static_cast<std::ptrdiff_t>(i); };
  return {at(done), at(end)};
}

/// Stores a batch. On a store that several hosts share, a batch that fails is in doubt.
Async<void> store_one(ContextPtr store, UseBatch batch) {
  const EngineTraits& traits = store->engine->traits();
  const auto plan = std::make_shared<BatchPlan>();
  plan->store = store;
  plan->batch = std::move(batch);
  plan->is_numbered = traits.shared;
  WorkBody<void> body = [plan](Transaction& transaction) { return store_batch(transaction, *plan); };
  const std::size_t bytes =
      sizeof(BatchPlan) + secrets_at_once(traits) * bytes_of_one + plan->batch.notes.size() * sizeof(UseNote);
  const auto stored = co_await write<void>(*store->engine, std::move(body), Growth::refuses, bytes);
  UseNotes& notes = *store->uses;
  notes.in_doubt().reset();
  if (stored) {
    notes.settle(plan->batch.notes);
  } else if (traits.shared) {
    notes.in_doubt() = plan->batch;
  }
  co_return stored;
}

}  // namespace

Async<void> store_noted_uses(ContextPtr store) {
  UseNotes& notes = *store->uses;
  if (!notes.begin_batch()) co_return Outcome<void>();
  const BatchEnd ending(notes);
  const auto began = UseNotes::Clock::now();
  if (notes.in_doubt()) {
    UseBatch again = *notes.in_doubt();
    const auto stored = co_await store_one(store, std::move(again));
    if (!stored) co_return stored.error();
  }
  const std::vector<UseNote> all = notes.copy(began);
  const std::size_t at_once = secrets_at_once(store->engine->traits());
  for (std::size_t done = 0; done < all.size() && UseNotes::Clock::now() - began < most_time;) {
    UseBatch batch;
    crypto::random_bytes(batch.number);
    batch.notes = next_notes(all, done, at_once);
    done += batch.notes.size();
    const auto stored = co_await store_one(store, std::move(batch));
    if (!stored) co_return stored.error();
  }
  co_return Outcome<void>();
}

}  // namespace tacit::store
