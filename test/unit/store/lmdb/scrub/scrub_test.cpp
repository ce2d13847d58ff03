// Deleted and replaced data is removed from the raw file.
#include <lmdb.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <future>
#include <iterator>
#include <random>
#include <thread>

#include "crypto/primitives/random.hpp"
#include "store/backup/keyless_store.hpp"
#include "store/engine/statistics.hpp"
#include "store/lmdb/pages/scrub_rules.hpp"
#include "store/secrets/secrets.hpp"
#include "test/leftovers.hpp"
#include "test/unit/store/child_process_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;
using tacit::crypto::Bytes;
using tacit::crypto::ByteView;

namespace {

std::string raw(const std::filesystem::path& folder) {
  std::ifstream in(folder / "data.mdb", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A value of varying length, of up to four bytes a character: the longest have their own pages.
std::string value_of(std::mt19937& random) {
  std::string value = std::to_string(random()) + "-";
  const std::size_t characters = random() % 3 == 0 ? 1 + random() % 900 : 1 + random() % 100;
  for (std::size_t i = 0; i < characters; ++i) value += "\xF0\x9F\x94\x91";
  return value;
}

/// A store under a load of creations, replacements and deletions that remembers all rows.
class ScrubFixture {
 public:
  explicit ScrubFixture(std::chrono::milliseconds within = 0ms) : bed_(options(within)) {}

  StoreFixture& fixture() { return bed_; }
  std::filesystem::path folder() const { return bed_.store_options().directory; }
  void load(int changes) {
    for (int i = 0; i < changes; ++i) {
      change();
      look();
    }
  }
  /// Deletes all secrets.
  void delete_all() {
    while (!ids_.empty()) remove(ids_.size() - 1);
    look();
  }
  ScrubReport scrub() {
    bed_.close();
    const auto store = KeylessStore::open(bed_.store_options().directory);
    BOOST_REQUIRE(store.has_value());
    return store->scrub(5s, {});
  }
  std::size_t leftovers() const { return gone_.found_in(raw(folder())); }
  std::size_t gone() const { return gone_.count(); }
  StorageStatistics storage() { return bed_.engine().storage(); }
  /// Whether the writer thread runs out of work.
  bool comes_to_rest() {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < until) {
      const StorageStatistics now = storage();
      if (now.scrub_waiting_pages == 0 && now.scrub_waiting == 0s && now.scrubbed_pages > 0) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  }

 private:
  static StoreFixtureOptions options(std::chrono::milliseconds within) {
    StoreFixtureOptions made;
    made.scrub_within = within;
    return made;
  }

  void change() {
    const auto tenant = tenant_id(1);
    if (ids_.size() < 10 || (ids_.size() < 60 && random_() % 3 == 0)) {
      const auto made = bed_.wait(
          bed_.store().secrets().create(tenant, new_secret("n" + std::to_string(++names_), value_of(random_)), who()));
      BOOST_REQUIRE(made.has_value());
      return ids_.push_back(made->id);
    }
    const std::size_t one = random_() % ids_.size();
    if (random_() % 3 == 0) return remove(one);
    SecretUpdate update;
    const std::string value = value_of(random_);
    update.value = tacit::crypto::WipedBytes(tacit::crypto::as_bytes(value));
    BOOST_REQUIRE(bed_.wait(bed_.store().secrets().update(tenant, ids_[one], std::move(update), who())).has_value());
  }
  void remove(std::size_t one) {
    BOOST_REQUIRE(bed_.wait(bed_.store().secrets().remove(tenant_id(1), ids_[one], who())).has_value());
    ids_.erase(ids_.begin() + static_cast<std::ptrdiff_t>(one));
  }
  void look() {
    Rows all = bed_.rows(Table::tenants);
    all.merge(bed_.rows(Table::audit));
    gone_.seen(all);
  }

  StoreFixture bed_;
  std::mt19937 random_{20261129};
  std::vector<tacit::crypto::Uuid> ids_;
  int names_ = 0;
  tacit::test::GoneRows gone_;
};

/// The store's file used by LMDB directly, like by programs without a filter of LMDB's writes.
class PlainLmdb {
 public:
  explicit PlainLmdb(const std::filesystem::path& folder) {
    BOOST_REQUIRE(mdb_env_create(&env_) == MDB_SUCCESS);
    mdb_env_set_maxdbs(env_, 4);
    BOOST_REQUIRE(mdb_env_open(env_, folder.c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS);
  }
  ~PlainLmdb() { mdb_env_close(env_); }
  PlainLmdb(const PlainLmdb&) = delete;
  PlainLmdb& operator=(const PlainLmdb&) = delete;

  void put(const std::string& key, const std::string& value) {
    change([&](MDB_txn* txn, MDB_dbi table) {
      MDB_val k{key.size(), const_cast<char*>(key.data())};
      MDB_val v{value.size(), const_cast<char*>(value.data())};
      return mdb_put(txn, table, &k, &v, 0);
    });
  }
  void erase(const std::string& key) {
    change([&](MDB_txn* txn, MDB_dbi table) {
      MDB_val k{key.size(), const_cast<char*>(key.data())};
      return mdb_del(txn, table, &k, nullptr);
    });
  }

 private:
  template <class Change>
  void change(const Change& change) {
    MDB_txn* txn = nullptr;
    MDB_dbi table = 0;
    BOOST_REQUIRE(mdb_txn_begin(env_, nullptr, 0, &txn) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_dbi_open(txn, "api_keys", 0, &table) == MDB_SUCCESS);
    BOOST_REQUIRE(change(txn, table) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_txn_commit(txn) == MDB_SUCCESS);
  }

  MDB_env* env_ = nullptr;
};

/// Whether all rows are as before, on one snapshot, after changes by others.
Task<Outcome<bool>> look_twice(Transaction& transaction, std::promise<void>& looked, std::promise<void>& again) {
  const auto rows = co_await transaction.scan(Table::tenants, {}, {}, 10'000);
  std::vector<std::pair<Bytes, Bytes>> before;
  for (const Row& row : rows) {
    before.emplace_back(Bytes(row.key.begin(), row.key.end()), Bytes(row.value.begin(), row.value.end()));
  }
  looked.set_value();
  again.get_future().wait();
  bool equal = true;
  for (const auto& [key, value] : before) {
    const auto now = co_await transaction.get(Table::tenants, key);
    equal = equal && now && std::ranges::equal(*now, value);
  }
  co_return equal;
}

std::string random_text(std::size_t size) {
  Bytes bytes(size);
  tacit::crypto::random_bytes(bytes);
  return std::string(tacit::crypto::as_text(bytes));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scrub)

BOOST_AUTO_TEST_CASE(deleted_data_is_overwritten_in_the_file) {
  ScrubFixture it;
  it.load(400);
  BOOST_TEST(it.gone() > 200U);
  BOOST_TEST(it.leftovers() > 0U);  // there is work to do, and the search finds it
  const ScrubReport report = it.scrub();
  BOOST_TEST(report.is_clean());
  BOOST_TEST(report.pages > 0U);
  BOOST_TEST(report.unclean == 0U);  // this program's own pages were clean from the beginning
  BOOST_TEST(it.leftovers() == 0U);
  it.fixture().reopen();
  BOOST_TEST(it.fixture().verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_second_run_finds_nothing_to_do) {
  ScrubFixture it;
  it.load(100);
  it.scrub();
  const ScrubReport report = it.scrub();
  BOOST_TEST(report.is_clean());
  BOOST_TEST(report.pages < 40U);  // pages that the first run's own commits freed
  const auto store = KeylessStore::open(it.fixture().store_options().directory);
  BOOST_TEST(store->figures(0)->scrub_waiting_pages == 0U);
}

BOOST_AUTO_TEST_CASE(the_figures_count_pending_pages) {
  ScrubFixture it;
  it.load(100);
  it.delete_all();
  it.fixture().close();
  {
    const auto store = KeylessStore::open(it.fixture().store_options().directory);
    BOOST_TEST(store->figures(0)->scrub_waiting_pages > 0U);
  }
  it.scrub();
  const auto store = KeylessStore::open(it.fixture().store_options().directory);
  BOOST_TEST(store->figures(0)->scrub_waiting_pages == 0U);
}

BOOST_AUTO_TEST_CASE(the_writer_thread_scrubs_in_the_background) {
  ScrubFixture it(200ms);
  it.load(200);
  it.delete_all();
  BOOST_TEST(it.comes_to_rest());
  BOOST_TEST(it.gone() > 100U);
  BOOST_TEST(it.leftovers() == 0U);
  // And again, without a load.
  it.load(30);
  it.delete_all();
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (it.leftovers() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(20ms);
  BOOST_TEST(it.leftovers() == 0U);
  BOOST_TEST(it.fixture().verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_older_snapshot_stays_whole_and_delays_the_scrub) {
  ScrubFixture it(100ms);
  it.load(60);
  BOOST_REQUIRE(it.comes_to_rest());
  std::promise<void> looked;
  std::promise<void> may_look_again;
  std::optional<bool> same;
  std::thread reader([&] {
    WorkBody<bool> body = [&](Transaction& transaction) { return look_twice(transaction, looked, may_look_again); };
    const auto outcome = read_blocking<bool>(it.fixture().engine(), std::move(body));
    same = outcome.has_value() && *outcome;
  });
  looked.get_future().wait();
  it.delete_all();
  std::this_thread::sleep_for(1s);
  BOOST_TEST(it.storage().scrub_waiting_pages > 0U);
  BOOST_TEST(it.leftovers() > 0U);
  may_look_again.set_value();
  reader.join();
  BOOST_TEST((same == true));
  BOOST_TEST(it.comes_to_rest());
  BOOST_TEST(it.leftovers() == 0U);
}

BOOST_AUTO_TEST_CASE(pages_that_an_older_program_wrote_are_cleaned) {
  StoreFixture fixture;
  fixture.close();
  tacit::test::GoneRows gone;
  {
    PlainLmdb plain(fixture.store_options().directory);
    tacit::test::GoneRows::Rows rows;
    for (int i = 0; i < 120; ++i) {
      const std::string key = "key" + std::to_string(i * 7919 % 1000);
      rows[key] = random_text(i % 5 == 0 ? 2100 : 100 + static_cast<std::size_t>(i % 7) * 90);
      plain.put(key, rows[key]);
      gone.seen(rows);
    }
    for (int i = 0; i < 120; i += 2) {
      const std::string key = "key" + std::to_string(i * 7919 % 1000);
      plain.erase(key);
      rows.erase(key);
    }
    gone.seen(rows);
  }
  const auto store = KeylessStore::open(fixture.store_options().directory);
  const ScrubReport report = store->scrub(5s, {});
  BOOST_TEST(report.is_clean());
  BOOST_TEST(report.unclean > 0U);
  BOOST_TEST(gone.found_in(raw(fixture.store_options().directory)) == 0U);
}

BOOST_AUTO_TEST_CASE(remains_of_an_interrupted_commit_behind_the_last_page_are_overwritten) {
  StoreFixture fixture;
  fixture.close();
  const std::string secret = random_text(3000);
  {
    std::fstream file(fixture.store_options().directory / "data.mdb",
                      std::ios::binary | std::ios::in | std::ios::out | std::ios::ate);
    const auto page = static_cast<std::streamoff>(4096);
    file.seekp((static_cast<std::streamoff>(file.tellp()) + page - 1) / page * page);
    file.write(secret.data(), static_cast<std::streamsize>(secret.size()));
    file.write(std::string(8192 - secret.size(), 'x').data(), static_cast<std::streamsize>(8192 - secret.size()));
  }
  BOOST_TEST(raw(fixture.store_options().directory).find(secret) != std::string::npos);
  {
    const auto store = KeylessStore::open(fixture.store_options().directory);
    BOOST_TEST(store->scrub(5s, {}).is_clean());
  }
  BOOST_TEST(raw(fixture.store_options().directory).find(secret) == std::string::npos);
  fixture.reopen();
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_killed_scrub_leaves_a_whole_store_and_the_next_completes_it) {
  ScrubFixture it;
  std::mt19937 random(11);
  for (int round = 0; round < 25; ++round) {
    it.load(30);
    it.fixture().close();
    {
      Child child([&](const auto& ready) {
        const auto store = KeylessStore::open(it.fixture().store_options().directory);
        ready();
        if (store) store->scrub(5s, {});
      });
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    }
    it.fixture().reopen();
    BOOST_TEST(it.fixture().verify().problem_count == 0U);
  }
  BOOST_TEST(it.scrub().is_clean());
  BOOST_TEST(it.leftovers() == 0U);
}

BOOST_AUTO_TEST_CASE(a_freed_page_has_to_wait_for_both_meta_pages_and_every_reader) {
  constexpr std::uint64_t nobody = UINT64_MAX;
  BOOST_TEST(!is_unreachable(10, 10, nobody));
  BOOST_TEST(!is_unreachable(10, 11, nobody));  // the older meta page is older than that
  BOOST_TEST(is_unreachable(10, 12, nobody));
  BOOST_TEST(!is_unreachable(10, 100, 9));
  BOOST_TEST(!is_unreachable(10, 100, 11));
  BOOST_TEST(is_unreachable(10, 100, 12));
  BOOST_TEST(waits_for_commits(10, 11));
  BOOST_TEST(!waits_for_commits(10, 12));
}

BOOST_AUTO_TEST_CASE(the_free_area_is_known_by_the_header_alone) {
  Bytes page(4096, 0xAA);
  const auto set16 = [&](std::size_t at, unsigned value) {
    page[at] = static_cast<std::uint8_t>(value);
    page[at + 1] = static_cast<std::uint8_t>(value >> 8U);
  };
  set16(10, 0x02);
  set16(12, 20);
  set16(14, 4000);
  clear_gap(page);
  BOOST_TEST(is_zero(ByteView(page).subspan(20, 3980)));
  BOOST_TEST(page[19] == 0xAA);
  BOOST_TEST(page[4000] == 0xAA);
  for (const unsigned other : {0x04U, 0x08U, 0x22U, 0x03U}) {
    set16(10, other);
    BOOST_TEST((gap_of(page) == std::pair<std::size_t, std::size_t>()));
  }
  set16(10, 0x01);
  set16(14, 4097);  // beyond the page
  BOOST_TEST((gap_of(page) == std::pair<std::size_t, std::size_t>()));
}

BOOST_AUTO_TEST_CASE(the_error_of_a_scrub_names_the_file_and_the_remedy) {
  for (const int error : {EIO, ENOSPC, EDQUOT, MDB_MAP_FULL, MDB_CORRUPTED, MDB_READERS_FULL, MDB_MAP_RESIZED}) {
    const std::string why = why_scrub_failed(error, "/srv/store/data.mdb");
    BOOST_TEST(why.find("/srv/store/data.mdb") != std::string::npos, why);
    BOOST_TEST(why.find("`tacit ") != std::string::npos, why);
  }
}

BOOST_AUTO_TEST_SUITE_END()
