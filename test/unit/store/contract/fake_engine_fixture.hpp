// A complete engine that several hosts share, in memory, for tests: it suspends at every read, delivers rows of
// concurrent transactions in random order, begins reads again on newer snapshots, answers late, and fails as an engine
// behind a network does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/engine/commit_seal.hpp"
#include "store/engine/engine.hpp"
#include "test/unit/store/contract/fake_transaction_fixture.hpp"

namespace tacit::store::testing {

/// How often something goes wrong, in percent.
struct FakeFaults {
  unsigned restarts = 20;         ///< of the reads of a transaction, once: it begins again on a newer snapshot
  unsigned late = 10;             ///< of commits: answered some milliseconds later
  unsigned failed_reads = 0;      ///< of reads: `unavailable`
  unsigned lost_commits = 0;      ///< `unavailable`, and not applied
  unsigned doubtful_commits = 0;  ///< `unavailable`, although applied
};

/// The engine's server, which all hosts of a test use. Thread-safe.
class FakeDatabase {
 public:
  FakeDatabase(FakeTables first, unsigned seed);

  FakeSnapshot newest() const;
  /// Replaces `base`. False if that is not the newest any more.
  bool replace(const FakeSnapshot& base, FakeTables next);
  /// Held by a host whose commits have met others' too often: nobody else commits meanwhile.
  std::unique_lock<std::recursive_mutex> alone() { return std::unique_lock(commits_); }

  unsigned random(unsigned below);
  bool happens(unsigned percent) { return percent > 0 && random(100) < percent; }
  void set_faults(const FakeFaults& faults);
  FakeFaults faults() const;

  /// The most rows that one write has changed.
  std::size_t largest_write() const { return largest_write_.load(); }
  void note_write(std::size_t rows);
  /// Commits that met another host's.
  std::atomic<std::uint64_t> conflicts{0};

 private:
  mutable std::mutex mutex_;
  std::recursive_mutex commits_;
  FakeSnapshot newest_;
  std::mt19937 random_;
  FakeFaults faults_{};
  std::atomic<std::size_t> largest_write_{0};
};

/// One host's. Its entries go to the slot of that number of the API plane.
class FakeEngine final : public Engine {
 public:
  FakeEngine(std::shared_ptr<FakeDatabase> database, std::uint16_t host);
  ~FakeEngine() override;

  const EngineTraits& traits() const override { return fake_traits; }
  std::optional<Errc> read(const Work& work) override;
  boost::asio::awaitable<std::optional<Errc>> read_async(Work work) override;
  /// Half of the time it has a copy.
  std::optional<CachedRow> cached(Table table, ByteView key) const override;
  void submit(Write write) override;
  void seal_commits(std::shared_ptr<CommitSeal> seal) override;
  bool finish(std::chrono::milliseconds most) override;
  void close() override;
  std::optional<std::string> unwilling() const override { return std::nullopt; }
  EngineStatistics statistics() const override { return {}; }
  StorageStatistics storage() const override { return {}; }

 private:
  /// A write that runs beside others.
  struct Job;
  struct Batch;

  boost::asio::awaitable<void> pause();
  void run_writer();
  /// Empty: closed.
  std::vector<Write> take();
  void write(const std::vector<Write>& writes);
  void run_together(std::deque<Job>& jobs);
  Batch run(const std::vector<Write>& writes, const FakeSnapshot& base);
  /// std::nullopt: another host has committed meanwhile.
  std::optional<std::optional<Errc>> commit(const FakeSnapshot& base, Batch batch);
  /// Adds the batch's entries to its tables. False if this process may not sign them.
  bool log_entries(Batch& batch, CommitSeal& seal) const;
  std::shared_ptr<CommitSeal> current_seal() const;

  const std::shared_ptr<FakeDatabase> database_;
  const AuditSlot slot_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Write> queue_;
  bool closed_ = false;
  bool ended_ = false;
  std::shared_ptr<CommitSeal> seal_;
  std::thread writer_;  ///< last: it uses all of the above
};

}  // namespace tacit::store::testing
