#include "test/unit/store/contract/fake_engine_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

#include "store/audit/audit_key.hpp"
#include "store/audit/audit_log.hpp"
#include "store/rows/audit_slot_key.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store::testing {
namespace {

constexpr std::size_t most_together = 32;
constexpr int attempts_beside_others = 3;

std::size_t place_of(Table table) { return static_cast<std::size_t>(table); }
std::string text_of(ByteView bytes) { return std::string(crypto::as_text(bytes)); }

}  // namespace

// The database.

FakeDatabase::FakeDatabase(FakeTables first, unsigned seed)
    : newest_(std::make_shared<const FakeTables>(std::move(first))), random_(seed) {}

FakeSnapshot FakeDatabase::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

bool FakeDatabase::replace(const FakeSnapshot& base, FakeTables next) {
  const std::lock_guard committing(commits_);
  const std::lock_guard lock(mutex_);
  if (newest_ != base) return false;
  newest_ = std::make_shared<const FakeTables>(std::move(next));
  return true;
}

unsigned FakeDatabase::random(unsigned below) {
  const std::lock_guard lock(mutex_);
  return static_cast<unsigned>(random_() % below);
}

void FakeDatabase::set_faults(const FakeFaults& faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

FakeFaults FakeDatabase::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

void FakeDatabase::note_write(std::size_t rows) {
  std::size_t largest = largest_write_.load();
  while (rows > largest && !largest_write_.compare_exchange_weak(largest, rows)) {
  }
}

// The engine.

struct FakeEngine::Job {
  Job(const Write& write, FakeSnapshot snapshot) : transaction(std::move(snapshot)), task(write.work(transaction)) {
    task.start();
  }
  void finish() {
    while (!task.done()) transaction.deliver();
  }

  FakeTransaction transaction;
  Task<bool> task;  ///< refers to the transaction
};

struct FakeEngine::Batch {
  FakeTables tables;
  std::vector<std::string> bodies{};
  bool changed = false;
  std::optional<AuditMark> head{};
  std::vector<AuditSignature> signatures{};

  void adopt(const FakeTransaction& transaction) {
    transaction.apply_to(tables);
    bodies.insert(bodies.end(), transaction.bodies().begin(), transaction.bodies().end());
    changed = changed || transaction.changed();
  }
};

FakeEngine::FakeEngine(std::shared_ptr<FakeDatabase> database, std::uint16_t host)
    : Engine(std::chrono::seconds(20)),
      database_(std::move(database)),
      slot_(slot_of(SlotOwner::api, host)),
      writer_([this] { run_writer(); }) {}

FakeEngine::~FakeEngine() { FakeEngine::close(); }

std::optional<Errc> FakeEngine::read(const Work& work) {
  const FakeFaults faults = database_->faults();
  bool restarts = database_->happens(faults.restarts);
  for (;;) {
    FakeTransaction transaction(database_->newest());
    Task<bool> task = work(transaction);
    task.start();
    bool again = false;
    while (!task.done() && !again) {
      if (database_->happens(faults.failed_reads)) return Errc::unavailable;
      again = restarts && database_->happens(50);
      if (!again) transaction.deliver();
    }
    if (!again) {
      task.take();
      return std::nullopt;
    }
    restarts = false;
  }
}

boost::asio::awaitable<void> FakeEngine::pause() {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, std::chrono::microseconds(database_->random(300)));
  co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

boost::asio::awaitable<std::optional<Errc>> FakeEngine::read_async(Work work) {
  const FakeFaults faults = database_->faults();
  bool restarts = database_->happens(faults.restarts);
  for (;;) {
    FakeTransaction transaction(database_->newest());
    Task<bool> task = work(transaction);
    task.start();
    bool again = false;
    while (!task.done() && !again) {
      co_await pause();
      if (database_->happens(faults.failed_reads)) co_return Errc::unavailable;
      again = restarts && database_->happens(50);
      if (!again) transaction.deliver();
    }
    if (!again) {
      task.take();
      co_return std::nullopt;
    }
    restarts = false;
  }
}

std::optional<CachedRow> FakeEngine::cached(Table table, ByteView key) const {
  if (database_->happens(50)) return std::nullopt;
  const FakeSnapshot snapshot = database_->newest();
  const FakeTable& rows = snapshot->at(place_of(table));
  const auto found = rows.find(text_of(key));
  CachedRow row;
  if (found != rows.end()) {
    const ByteView bytes = crypto::as_bytes(found->second);
    row.value = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
  }
  return row;
}

void FakeEngine::submit(Write write) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      queue_.push_back(std::move(write));
      changed_.notify_all();
      return;
    }
  }
  write.done(Errc::unavailable);
}

void FakeEngine::seal_commits(std::shared_ptr<CommitSeal> seal) {
  const std::lock_guard lock(mutex_);
  seal_ = std::move(seal);
}

std::shared_ptr<CommitSeal> FakeEngine::current_seal() const {
  const std::lock_guard lock(mutex_);
  return seal_;
}

bool FakeEngine::finish(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
  return changed_.wait_for(lock, most, [this] { return ended_; });
}

void FakeEngine::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  if (writer_.joinable()) writer_.join();
}

std::vector<Write> FakeEngine::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
  std::vector<Write> writes;
  while (!queue_.empty() && writes.size() < most_together) {
    writes.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return writes;
}

void FakeEngine::run_writer() {
  for (auto writes = take(); !writes.empty(); writes = take()) write(writes);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void FakeEngine::write(const std::vector<Write>& writes) {
  std::optional<std::optional<Errc>> answer;
  for (int attempt = 0; !answer; ++attempt) {
    std::unique_lock<std::recursive_mutex> alone;
    if (attempt >= attempts_beside_others) alone = database_->alone();
    const FakeSnapshot base = database_->newest();
    answer = commit(base, run(writes, base));
    if (!answer) ++database_->conflicts;
  }
  if (database_->happens(database_->faults().late)) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  for (const Write& write : writes) write.done(*answer);
}

void FakeEngine::run_together(std::deque<Job>& jobs) {
  for (;;) {
    std::vector<Job*> waiting;
    for (Job& job : jobs) {
      if (!job.task.done()) waiting.push_back(&job);
    }
    if (waiting.empty()) return;
    waiting[database_->random(static_cast<unsigned>(waiting.size()))]->transaction.deliver();
  }
}

/// First all writes on one snapshot; then, in their order, those that others have overtaken once more.
FakeEngine::Batch FakeEngine::run(const std::vector<Write>& writes, const FakeSnapshot& base) {
  std::deque<Job> jobs;
  for (const Write& write : writes) jobs.emplace_back(write, base);
  run_together(jobs);
  Batch batch{.tables = *base};
  for (std::size_t i = 0; i < writes.size(); ++i) {
    Job& first = jobs[i];
    if (first.transaction.holds_on(batch.tables)) {
      database_->note_write(first.transaction.changes());
      if (first.task.take()) batch.adopt(first.transaction);
      continue;
    }
    Job again(writes[i], std::make_shared<const FakeTables>(batch.tables));
    again.finish();
    database_->note_write(again.transaction.changes());
    if (again.task.take()) batch.adopt(again.transaction);
  }
  return batch;
}

bool FakeEngine::log_entries(Batch& batch, CommitSeal& seal) const {
  FakeTable& audit = batch.tables.at(place_of(Table::audit));
  AuditMark before;
  before.slot = slot_;
  const AuditKey prefix = audit_prefix(slot_);
  for (auto at = audit.lower_bound(text_of(prefix.view())); at != audit.end(); ++at) {
    const Row row{crypto::as_bytes(at->first), crypto::as_bytes(at->second)};
    if (audit_slot_of_key(row.key) != slot_) break;
    before = parse_audit_row(row).value().mark();
  }
  const FakeTable& meta = batch.tables.at(place_of(Table::meta));
  const std::uint32_t format = rows_format_of(crypto::as_bytes(meta.at(text_of(rows_row_key()))));
  auto sealed = seal.seal(before, batch.bodies, format);
  if (!sealed) return false;
  const std::uint64_t first = before.sequence + 1;
  for (std::size_t i = 0; i < batch.bodies.size(); ++i) {
    const bool is_last = i + 1 == batch.bodies.size();
    const crypto::Digest& hash = sealed->hashes[i];
    const Bytes row =
        is_last ? audit_commit_row(hash, batch.bodies[i], first, sealed->signatures) : audit_row(hash, batch.bodies[i]);
    const AuditKey key = audit_key(slot_, first + i);
    audit.insert_or_assign(text_of(key.view()), text_of(row));
  }
  AuditMark head = before;
  head.sequence += batch.bodies.size();
  head.hash = sealed->hashes.back();
  batch.head = head;
  batch.signatures = std::move(sealed->signatures);
  return true;
}

std::optional<std::optional<Errc>> FakeEngine::commit(const FakeSnapshot& base, Batch batch) {
  using Answer = std::optional<Errc>;
  if (!batch.changed) return database_->newest() == base ? std::optional<Answer>(Answer()) : std::nullopt;
  const std::shared_ptr<CommitSeal> seal = current_seal();
  if (!batch.bodies.empty()) {
    const bool logged = seal && log_entries(batch, *seal);
    if (!logged) return Answer(Errc::unavailable);
  }
  const FakeFaults faults = database_->faults();
  if (database_->happens(faults.lost_commits)) return Answer(Errc::unavailable);
  const auto head = batch.head;
  const auto signatures = std::move(batch.signatures);
  if (!database_->replace(base, std::move(batch.tables))) return std::nullopt;
  if (head) seal->committed(*head, signatures);
  return database_->happens(faults.doubtful_commits) ? Answer(Errc::unavailable) : Answer();
}

}  // namespace tacit::store::testing
