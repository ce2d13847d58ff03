// A store of format 1 rises to format 2, to 3 and to 5, when no process of an older build has it open, whichever
// process dies meanwhile.
#include <fcntl.h>
#include <lmdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "store/lmdb/environment/process_mark.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/child_process_fixture.hpp"
#include "test/unit/store/lmdb/engine/first_format_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;

namespace {

struct RiseFixture : StoreFixture {
  RiseFixture() { make_first_format(*this); }

  std::filesystem::path store_folder() const { return folder() / "store"; }
  void create(const std::string& name) {
    BOOST_REQUIRE(wait(store().secrets().create(tenant_id(1), new_secret(name), who())));
  }
  /// Checks continuously.
  void raise(std::uint32_t target) {
    engine().raise_format(
        1ms, [this](std::uint32_t format) { told += format; }, target);
  }
  bool takes_rows_of(std::uint32_t format) {
    return rows(Table::meta)[row_text(rows_row_key())] == row_text(rows_value(format));
  }
  void wait_until_risen(std::uint32_t target) {
    for (int i = 0; i < 60'000 && !takes_rows_of(target); ++i) std::this_thread::sleep_for(1ms);
    BOOST_TEST(takes_rows_of(target));
    BOOST_TEST(format_of(*this) == target);
  }
  /// A rise that must not happen would come with the first of many checks.
  void look_often() { std::this_thread::sleep_for(100ms); }

  std::atomic<std::uint32_t> told{0};
};

[[noreturn]] void wait_for_the_end() {
  for (;;) ::pause();
}

/// Locks lock.mdb like a process of an older build.
template <class Ready>
void be_older(const std::filesystem::path& store, Ready ready) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  const bool reads = mdb_env_create(&env) == MDB_SUCCESS && mdb_env_set_maxdbs(env, 8) == MDB_SUCCESS &&
                     mdb_env_open(env, store.c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS &&
                     mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == MDB_SUCCESS;
  if (!reads) return;
  mdb_txn_reset(txn);
  ready();
  wait_for_the_end();
}

bool lock_bytes(int file, off_t first, off_t count) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = first;
  lock.l_len = count;
  return ::fcntl(file, F_SETLK, &lock) == 0;
}

/// Holds unrelated locks on lock.mdb.
struct Locker : Child {
  Locker(const std::filesystem::path& store, off_t first, off_t count)
      : Child([&](auto ready) {
          const int file = ::open((store / "lock.mdb").c_str(), O_RDWR);
          if (!lock_bytes(file, first, count)) return;
          ready();
          wait_for_the_end();
        }) {}
};

struct Older : Child {
  explicit Older(const std::filesystem::path& store) : Child([&](auto ready) { be_older(store, ready); }) {}
};

/// Locks lock.mdb like a process of a build that knows format 2 but not 3.
struct Second : Child {
  explicit Second(const std::filesystem::path& store)
      : Child([&](auto ready) {
          const int file = ::open((store / "lock.mdb").c_str(), O_RDWR);
          if (!lock_bytes(file, mark_base + ::getpid(), 1)) return;
          be_older(store, ready);
        }) {}
};

/// Locks lock.mdb like a process of a build that knows the formats up to 4.
struct Fourth : Child {
  explicit Fourth(const std::filesystem::path& store)
      : Child([&](auto ready) {
          const int file = ::open((store / "lock.mdb").c_str(), O_RDWR);
          if (!lock_bytes(file, mark_base + ::getpid(), 1) || !lock_bytes(file, third_mark_base + ::getpid(), 1))
            return;
          be_older(store, ready);
        }) {}
};

/// Opens the store in a child, which begins to raise its format and dies before or after its first commit.
void die_at_the_rise(const StoreFixture& fixture, bool committed, std::uint32_t target) {
  LmdbOptions options = fixture.engine_options();
  options.commit = [committed](MDB_txn* txn) -> int {
    if (committed) mdb_txn_commit(txn);
    ::_exit(9);
  };
  const pid_t pid = ::fork();
  BOOST_REQUIRE(pid >= 0);
  if (pid == 0) {
    auto engine = LmdbEngine::open(std::move(options));
    if (!engine) ::_exit(1);
    (*engine)->raise_format(1ms, {}, target);
    wait_for_the_end();
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(pid, &status, 0) == pid);
  BOOST_REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 9));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(format_rise)

BOOST_AUTO_TEST_CASE(a_new_store_is_of_the_newest_format_and_stays_so) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  BOOST_TEST(format_of(fixture) == store_format);
  BOOST_TEST(fixture.rows(Table::meta).at(row_text(rows_row_key())) == row_text(rows_value(store_format)));
  BOOST_TEST(record_of(fixture).format == 3U);
  BOOST_TEST((record_of(fixture).changes == 1U));
  const Rows before = fixture.rows(Table::meta);
  std::atomic<int> told{0};
  fixture.engine().raise_format(1ms, [&](std::uint32_t) { ++told; });
  std::this_thread::sleep_for(20ms);
  BOOST_TEST((fixture.rows(Table::meta) == before));
  BOOST_TEST(told == 0);
}

BOOST_AUTO_TEST_CASE(an_old_store_rises_and_its_records_follow_with_their_next_change) {
  for (const std::uint32_t target : {2U, 3U, 5U}) {
    RiseFixture fixture;
    for (const char* const name : {"a", "b", "c"}) fixture.create(name);
    TenantLimits limits;
    limits.secrets = 4;
    BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_limits(tenant_id(1), limits, who())));
    BOOST_TEST(!record_of(fixture).changes);
    BOOST_TEST(fixture.verify().problem_count == 0U);
    fixture.raise(target);
    fixture.wait_until_risen(target);
    BOOST_TEST(fixture.told == target);
    BOOST_TEST(!record_of(fixture).changes);
    BOOST_TEST((record_of(fixture).limits.secrets == 4U));
    BOOST_TEST(fixture.verify().problem_count == 0U);
    fixture.create("d");
    BOOST_TEST((record_of(fixture).changes == 4U));
    BOOST_TEST((record_of(fixture).limits.secrets == 4U));
    const auto refused = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("e"), who()));
    BOOST_TEST(!refused);
    BOOST_TEST(fixture.verify().problem_count == 0U);
    fixture.reopen();
    BOOST_TEST(fixture.verify().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(nothing_rises_while_an_older_process_has_the_store_open) {
  for (const std::uint32_t target : {2U, 3U, 5U}) {
    RiseFixture fixture;
    fixture.close();
    Older older(fixture.store_folder());
    fixture.reopen();
    fixture.raise(target);
    fixture.look_often();
    fixture.create("a");
    BOOST_TEST(format_of(fixture) == 1U);
    BOOST_TEST(!record_of(fixture).changes);
    BOOST_TEST(fixture.verify().problem_count == 0U);
    older.kill();
    fixture.wait_until_risen(target);
    BOOST_TEST(fixture.told == target);
    fixture.create("b");
    BOOST_TEST((record_of(fixture).changes == 2U));
  }
}

BOOST_AUTO_TEST_CASE(rows_stay_old_while_an_older_process_is_there_that_came_before_the_rise) {
  for (const std::uint32_t target : {2U, 3U, 5U}) {
    RiseFixture fixture;
    raise_without_rows(fixture, target);
    fixture.close();
    Older older(fixture.store_folder());
    fixture.reopen();
    fixture.raise(target);
    fixture.look_often();
    fixture.create("a");
    BOOST_TEST(!takes_new_rows(fixture));
    BOOST_TEST(!record_of(fixture).changes);
    BOOST_TEST(fixture.verify().problem_count == 0U);
    older.kill();
    fixture.wait_until_risen(target);
    BOOST_TEST(fixture.told == 0U);  // it had risen before
    fixture.create("b");
    BOOST_TEST((record_of(fixture).changes == 2U));
    BOOST_TEST(fixture.verify().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_process_that_dies_at_the_rise_leaves_it_to_the_next) {
  for (const auto& [committed, target] : {std::pair(false, 2U), std::pair(true, 2U), std::pair(false, 3U),
                                          std::pair(true, 3U), std::pair(false, 5U), std::pair(true, 5U)}) {
    RiseFixture fixture;
    fixture.create("a");
    fixture.close();
    die_at_the_rise(fixture, committed, target);
    fixture.reopen();
    BOOST_TEST(format_of(fixture) == (committed ? target : 1U));
    BOOST_TEST(!takes_new_rows(fixture));
    fixture.create("b");
    BOOST_TEST(!record_of(fixture).changes);
    BOOST_TEST(fixture.verify().problem_count == 0U);
    fixture.raise(target);
    fixture.wait_until_risen(target);
    fixture.create("c");
    BOOST_TEST((record_of(fixture).changes == 3U));
    BOOST_TEST(fixture.verify().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(processes_of_this_build_do_not_delay_the_rise) {
  for (const std::uint32_t target : {2U, 3U, 5U}) {
    RiseFixture fixture;
    fixture.create("a");
    fixture.close();
    Child other([&](auto ready) {
      const auto opened = Store::open(fixture.store_options(), api_keys_only());
      if (!opened) return;
      boost::asio::io_context context(1);
      for (int i = 0;; ++i) {
        boost::asio::co_spawn(
            context, (*opened)->secrets().create(tenant_id(2), new_secret("other " + std::to_string(i)), who()),
            boost::asio::detached);
        context.run();
        context.restart();
        if (i == 0) ready();
      }
    });
    fixture.reopen();
    fixture.raise(target);
    fixture.wait_until_risen(target);
    // The other process learns it from the store.
    for (int i = 0; i < 60'000 && !record_of(fixture, tenant_id(2)).changes; ++i) std::this_thread::sleep_for(1ms);
    other.kill();
    const TenantRecord record = record_of(fixture, tenant_id(2));
    BOOST_TEST((record.changes == record.count));
    BOOST_TEST(fixture.verify().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_mark_lasts_as_long_as_the_store_is_open) {
  RiseFixture fixture;
  const std::filesystem::path store = fixture.store_folder();
  // Other reads of the files by this process change nothing.
  BOOST_TEST(!Store::open(fixture.store_options(), all_keys()).has_value());
  const pid_t pid = ::getpid();
  const Child looks([&](auto ready) {
    const int file = ::open((store / "lock.mdb").c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = mark_base + pid;
    lock.l_len = 1;
    if (::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid == pid) ready();
  });
}

BOOST_AUTO_TEST_CASE(a_store_rises_to_format_3_from_either_older_one) {
  for (const bool first : {true, false}) {
    RiseFixture fixture;
    if (!first) take_new_rows(fixture, 2);
    fixture.create("a");
    BOOST_TEST(record_of(fixture).format == (first ? 1U : 2U));
    fixture.raise(3);
    fixture.wait_until_risen(3);
    BOOST_TEST(fixture.told == 3U);
    BOOST_TEST(record_of(fixture).format == (first ? 1U : 2U));
    fixture.create("b");
    BOOST_TEST(record_of(fixture).format == 3U);
    BOOST_TEST(fixture.verify().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_process_that_knows_format_2_alone_delays_the_rise_to_3_and_not_that_to_2) {
  RiseFixture fixture;
  fixture.close();
  Second second(fixture.store_folder());
  fixture.reopen();
  fixture.raise(2);
  fixture.wait_until_risen(2);
  fixture.reopen();
  fixture.raise(3);
  fixture.look_often();
  fixture.create("a");
  BOOST_TEST(format_of(fixture) == 2U);
  BOOST_TEST(record_of(fixture).format == 2U);
  second.kill();
  fixture.wait_until_risen(3);
}

// Between the two steps, format 3 with rows of format 2: builds that do not know format 3 refuse the store already.
BOOST_AUTO_TEST_CASE(a_rise_to_format_3_that_was_interrupted_is_finished) {
  RiseFixture fixture;
  take_new_rows(fixture, 2);
  fixture.put(Table::meta, row_text(format_row_key()), row_text(format_value(3)));
  fixture.create("a");
  BOOST_TEST(record_of(fixture).format == 2U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.raise(3);
  fixture.wait_until_risen(3);
  BOOST_TEST(fixture.told == 0U);
}

BOOST_AUTO_TEST_CASE(a_process_that_knows_formats_up_to_4_delays_the_rise_to_5_and_not_that_to_3) {
  RiseFixture fixture;
  fixture.close();
  Fourth fourth(fixture.store_folder());
  fixture.reopen();
  fixture.raise(3);
  fixture.wait_until_risen(3);
  fixture.reopen();
  fixture.raise(5);
  fixture.look_often();
  fixture.create("a");
  BOOST_TEST(format_of(fixture) == 3U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fourth.kill();
  fixture.wait_until_risen(5);
  fixture.create("b");
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_with_several_slots_rises_to_format_6) {
  BOOST_TEST(raised_format(1, 2) == 2U);
  BOOST_TEST(raised_format(2, 3) == 3U);
  BOOST_TEST(raised_format(4, 3) == 4U);
  BOOST_TEST(raised_format(3, 5) == 5U);
  BOOST_TEST(raised_format(4, 5) == 6U);
  BOOST_TEST(raised_format(6, 5) == 6U);
  RiseFixture fixture;
  take_new_rows(fixture, 3);
  raise_without_rows(fixture, 4);
  fixture.raise(5);
  for (int i = 0; i < 60'000 && !fixture.takes_rows_of(5); ++i) std::this_thread::sleep_for(1ms);
  BOOST_TEST(fixture.takes_rows_of(5));
  BOOST_TEST(format_of(fixture) == 6U);
  BOOST_TEST(fixture.told == 6U);
}

BOOST_AUTO_TEST_CASE(feigned_locks_delay_the_rise_and_nothing_else) {
  for (const std::uint32_t target : {2U, 3U, 5U}) {
    RiseFixture fixture;
    fixture.close();
    Locker many(fixture.store_folder(), 8'000'000, 1'000'000);  // beyond all processes: LMDB's own locks are taken
    fixture.reopen();
    fixture.raise(target);
    fixture.look_often();
    fixture.create("a");
    BOOST_TEST(format_of(fixture) == 1U);
    many.kill();
    fixture.wait_until_risen(target);
  }
}

BOOST_AUTO_TEST_CASE(a_mark_by_another_process_does_not_mark_an_older_one) {
  for (const std::uint32_t target : {2U, 3U, 5U}) {
    RiseFixture fixture;
    fixture.close();
    Older older(fixture.store_folder());
    const Locker feigns(fixture.store_folder(), mark_base + older.pid(), 1);
    fixture.reopen();
    fixture.raise(target);
    fixture.look_often();
    BOOST_TEST(format_of(fixture) == 1U);
    older.kill();
    fixture.wait_until_risen(target);
  }
}

BOOST_AUTO_TEST_SUITE_END()
