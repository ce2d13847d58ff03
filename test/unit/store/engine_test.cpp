#include <lmdb.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/await.hpp"
#include "test/unit/store/bed.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// Holds the writer thread in its commits until it is let go, so that a queue can fill behind it.
class HeldCommits {
 public:
  int commit(MDB_txn* txn) {
    std::unique_lock lock(mutex_);
    ++commits_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (code_ == MDB_SUCCESS) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code_;
  }
  void hold() { set(true, code_); }
  void let_go() { set(false, code_); }
  void fail_with(int code) { set(held_, code); }
  void wait_for_commit(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return commits_ >= count; });
  }
  int commits() {
    const std::lock_guard lock(mutex_);
    return commits_;
  }
  std::function<int(MDB_txn*)> hook() {
    return [this](MDB_txn* txn) { return commit(txn); };
  }

 private:
  void set(bool held, int code) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    code_ = code;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int code_ = MDB_SUCCESS;
  int commits_ = 0;
};

/// Starts operations on one context and keeps what they answer.
template <class T>
class Crowd {
 public:
  void start(boost::asio::awaitable<Outcome<T>> operation) {
    boost::asio::co_spawn(context_, std::move(operation), [this](std::exception_ptr error, Outcome<T> outcome) {
      BOOST_TEST(!error);
      outcomes_.push_back(std::move(outcome));
    });
  }
  /// Runs what can run without waiting.
  void poll() { context_.poll(); }
  void run() { context_.run(); }
  const std::vector<Outcome<T>>& outcomes() const { return outcomes_; }
  long count(std::optional<Errc> code) const {
    return std::ranges::count_if(outcomes_, [&](const auto& outcome) {
      return code ? !outcome && outcome.error().code == *code : outcome.has_value();
    });
  }

 private:
  boost::asio::io_context context_{1};
  std::vector<Outcome<T>> outcomes_;
};

std::string name(int i) { return "secret-" + std::to_string(i); }

}  // namespace

BOOST_AUTO_TEST_SUITE(lmdb_engine)

BOOST_AUTO_TEST_CASE(what_waits_is_committed_together_and_a_refusal_harms_no_other) {
  HeldCommits commits;
  BedOptions options;
  options.commit = commits.hook();
  Bed bed(options);
  // So that the tenant has its key pair: concurrent first writes each make one, and all but one start anew.
  BOOST_REQUIRE(bed.wait(bed.store().create_secret(tenant_id(1), new_secret("zero"), who())));
  commits.hold();
  Crowd<SecretInfo> crowd;
  crowd.start(bed.store().create_secret(tenant_id(1), new_secret("first"), who()));
  crowd.poll();
  commits.wait_for_commit(2);
  for (int i = 0; i < 40; ++i) {
    // Every fourth asks for a name that is taken.
    crowd.start(bed.store().create_secret(tenant_id(1), new_secret(i % 4 == 0 ? "first" : name(i)), who()));
  }
  crowd.poll();
  commits.let_go();
  crowd.run();
  BOOST_TEST(crowd.count(std::nullopt) == 31);
  BOOST_TEST(crowd.count(Errc::name_taken) == 10);
  BOOST_TEST(commits.commits() == 3);
  BOOST_TEST(bed.engine().statistics().largest_batch == 40U);
  BOOST_TEST(bed.verify().problem_count == 0U);
  BOOST_TEST(bed.wait(bed.store().quota(tenant_id(1)))->count == 32U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_at_once_and_keeps_what_it_took) {
  HeldCommits commits;
  BedOptions options;
  options.queue_items = 10;
  options.commit = commits.hook();
  Bed bed(options);
  BOOST_REQUIRE(bed.wait(bed.store().create_secret(tenant_id(1), new_secret("zero"), who())));
  commits.hold();
  Crowd<SecretInfo> crowd;
  crowd.start(bed.store().create_secret(tenant_id(1), new_secret("first"), who()));
  crowd.poll();
  commits.wait_for_commit(2);
  for (int i = 0; i < 25; ++i) {
    crowd.start(bed.store().create_secret(tenant_id(1), new_secret(name(i)), who()));
  }
  crowd.poll();
  BOOST_TEST(crowd.count(Errc::overloaded) == 15);
  BOOST_TEST(crowd.outcomes().size() == 15U);
  commits.let_go();
  crowd.run();
  BOOST_TEST(crowd.count(std::nullopt) == 11);
  BOOST_TEST(bed.wait(bed.store().quota(tenant_id(1)))->count == 12U);
}

BOOST_AUTO_TEST_CASE(a_queue_is_bounded_in_bytes_too) {
  HeldCommits commits;
  BedOptions options;
  options.queue_bytes = 20000;
  options.commit = commits.hook();
  Bed bed(options);
  BOOST_REQUIRE(bed.wait(bed.store().create_secret(tenant_id(1), new_secret("zero"), who())));
  commits.hold();
  Crowd<SecretInfo> crowd;
  crowd.start(bed.store().create_secret(tenant_id(1), new_secret("first"), who()));
  crowd.poll();
  commits.wait_for_commit(2);
  for (int i = 0; i < 25; ++i) {
    const std::string value(1024, 'v');
    crowd.start(bed.store().create_secret(tenant_id(1), new_secret(name(i), value), who()));
  }
  crowd.poll();
  BOOST_TEST(crowd.count(Errc::overloaded) > 10);
  commits.let_go();
  crowd.run();
  BOOST_TEST(crowd.count(std::nullopt) + crowd.count(Errc::overloaded) == 26);
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_nothing_is_acknowledged_and_nothing_more_is_taken) {
  HeldCommits commits;
  std::atomic<int> failures{0};
  BedOptions options;
  options.commit = commits.hook();
  options.on_failure = [&](const std::string& why) {
    BOOST_TEST(!why.empty());
    ++failures;
  };
  Bed bed(options);
  const auto kept = bed.wait(bed.store().create_secret(tenant_id(1), new_secret("kept"), who()));
  BOOST_REQUIRE(kept);
  BOOST_TEST(!bed.store().unwilling());
  commits.fail_with(EIO);
  Crowd<SecretInfo> crowd;
  for (int i = 0; i < 20; ++i) {
    // Some of them refusals: those too were computed on what did not stay.
    crowd.start(bed.store().create_secret(tenant_id(1), new_secret(i % 2 == 0 ? "same" : name(i)), who()));
  }
  crowd.run();
  BOOST_TEST(crowd.count(Errc::unavailable) == 20);
  BOOST_TEST(failures == 1);
  BOOST_TEST(bed.store().unwilling().has_value());
  commits.fail_with(MDB_SUCCESS);
  const auto later = bed.wait(bed.store().delete_secret(tenant_id(1), kept->id, who()));
  BOOST_REQUIRE(!later);
  BOOST_CHECK(later.error().code == Errc::unavailable);
  BOOST_TEST(bed.wait(bed.store().get_secret(tenant_id(1), kept->id)).has_value());
  bed.reopen();
  BOOST_TEST(bed.verify().problem_count == 0U);
  BOOST_TEST(bed.wait(bed.store().quota(tenant_id(1)))->count == 1U);
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_for_a_while_fails_those_writes_only) {
  HeldCommits commits;
  BedOptions options;
  options.commit = commits.hook();
  Bed bed(options);
  commits.fail_with(ENOSPC);
  const auto refused = bed.wait(bed.store().create_secret(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::full);
  BOOST_TEST(!bed.store().unwilling());
  commits.fail_with(MDB_SUCCESS);
  BOOST_TEST(bed.wait(bed.store().create_secret(tenant_id(1), new_secret("a"), who())).has_value());
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_map_refuses_growth_and_still_lets_delete) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  options.quota_default = std::uint64_t{64} << 20;
  Bed bed(options);
  const std::string value(1024, 'v');
  std::vector<tacit::crypto::Uuid> ids;
  std::optional<Errc> refusal;
  for (int i = 0; i < 2000 && !refusal; ++i) {
    const auto made = bed.wait(bed.store().create_secret(tenant_id(1), new_secret(name(i), value), who()));
    if (made) {
      ids.push_back(made->id);
    } else {
      refusal = made.error().code;
    }
  }
  BOOST_REQUIRE(refusal.has_value());
  BOOST_CHECK(*refusal == Errc::full);
  BOOST_TEST(ids.size() > 50U);
  BOOST_TEST(!bed.store().unwilling());
  for (const auto& id : ids) BOOST_TEST(bed.wait(bed.store().delete_secret(tenant_id(1), id, who())).has_value());
  BOOST_TEST(bed.wait(bed.store().create_secret(tenant_id(1), new_secret("again", value), who())).has_value());
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_is_held_long_fills_the_map_and_the_store_recovers) {
  BedOptions options;
  options.map_size = std::uint64_t{1} << 20;
  Bed bed(options);
  bool filled = false;
  std::optional<tacit::crypto::Uuid> id;
  // While a snapshot is read, no page that it could need is used again: LMDB itself runs out of pages.
  const auto report = bed.store().verify([&](const VerifyProgress&) {
    for (int i = 0; i < 5000 && !filled; ++i) {
      if (id) {
        const auto deleted = bed.wait(bed.store().delete_secret(tenant_id(1), *id, who()));
        if (deleted) id.reset();
        filled = !deleted && deleted.error().code == Errc::full;
      } else {
        const auto made = bed.wait(bed.store().create_secret(tenant_id(1), new_secret("a"), who()));
        if (made) id = made->id;
        filled = !made && made.error().code == Errc::full;
      }
    }
  });
  BOOST_TEST(report.has_value());
  BOOST_TEST(filled);
  BOOST_TEST(!bed.store().unwilling());
  if (id) BOOST_TEST(bed.wait(bed.store().delete_secret(tenant_id(1), *id, who())).has_value());
  BOOST_TEST(bed.wait(bed.store().create_secret(tenant_id(1), new_secret("b"), who())).has_value());
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(who_waits_on_a_stopped_context_goes_with_it_and_the_write_stays) {
  HeldCommits commits;
  BedOptions options;
  options.commit = commits.hook();
  Bed bed(options);
  commits.hold();
  bool resumed = false;
  {
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, bed.store().create_secret(tenant_id(1), new_secret("a"), who()),
                          [&](std::exception_ptr, const Outcome<SecretInfo>&) { resumed = true; });
    context.poll();
    commits.wait_for_commit(1);
    context.stop();
    commits.let_go();
    bed.close();
  }
  BOOST_TEST(!resumed);
  bed.reopen();
  BOOST_TEST(bed.wait(bed.store().quota(tenant_id(1)))->count == 1U);
}

BOOST_AUTO_TEST_CASE(closing_finishes_what_was_taken) {
  HeldCommits commits;
  BedOptions options;
  options.commit = commits.hook();
  Bed bed(options);
  commits.hold();
  Crowd<SecretInfo> crowd;
  for (int i = 0; i < 10; ++i) crowd.start(bed.store().create_secret(tenant_id(1), new_secret(name(i)), who()));
  crowd.poll();
  std::thread opener([&] {
    commits.wait_for_commit(1);
    commits.let_go();
  });
  bed.close();
  opener.join();
  crowd.run();
  // Those that met another first write of the tenant have to start anew, and the store is closed by then.
  BOOST_TEST(crowd.count(std::nullopt) >= 1);
  BOOST_TEST(crowd.count(std::nullopt) + crowd.count(Errc::unavailable) == 10);
  bed.reopen();
  const auto quota = bed.wait(bed.store().quota(tenant_id(1)));
  BOOST_REQUIRE(quota);
  BOOST_TEST(static_cast<long>(quota->count) == crowd.count(std::nullopt));
}

BOOST_AUTO_TEST_CASE(a_read_inside_a_read_and_on_many_threads) {
  Bed bed;
  const auto made = bed.wait(bed.store().create_secret(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(made);
  const auto report = bed.store().verify([&](const VerifyProgress& progress) {
    BOOST_TEST(progress.rows <= progress.rows_total);
    BOOST_TEST(!bed.store().find_api_key("nobody"));
  });
  BOOST_TEST(report.has_value());
  // More threads, one after the other, than there are reader slots.
  for (int i = 0; i < 600; ++i) {
    std::thread([&] {
      if (!bed.wait(bed.store().get_secret(tenant_id(1), made->id))) BOOST_TEST(false);
    }).join();
  }
}

BOOST_AUTO_TEST_CASE(one_process_opens_a_folder_once) {
  Bed bed;
  const auto again = Store::open(bed.store_options(), all_keys());
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().subject.find("open already") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_new_folder_is_shut_to_others) {
  const TempFolder folder;
  StoreOptions options;
  options.directory = folder.path() / "a" / "b" / "";
  options.map_size = std::uint64_t{1} << 20;
  BOOST_REQUIRE(Store::create(options));
  const auto mode = std::filesystem::status(folder.path() / "a" / "b").permissions();
  BOOST_CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  BOOST_TEST(std::filesystem::exists(folder.path() / "a" / "b" / "data.mdb"));
  BOOST_TEST(Store::open(options, all_keys()).has_value());
}

BOOST_AUTO_TEST_CASE(creating_refuses_what_is_there_and_opening_what_is_not) {
  Bed bed;
  bed.close();
  const auto again = Store::create(bed.store_options());
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().subject.find("already") != std::string::npos);
  StoreOptions elsewhere = bed.store_options();
  elsewhere.directory = bed.folder() / "nothing";
  const auto missing = Store::open(elsewhere, all_keys());
  BOOST_REQUIRE(!missing);
  BOOST_TEST(missing.error().subject.find("there is no store") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(elsewhere.directory));
}

BOOST_AUTO_TEST_CASE(a_store_of_another_format_is_not_opened) {
  Bed bed;
  bed.put(Table::meta, "format", std::string("\0\0\0\x02", 4));
  const StoreOptions options = bed.store_options();
  bed.close();
  const auto opened = Store::open(options, all_keys());
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.error().subject.find("format") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
