// Pages that are free but pinned, because another process reads an older state: no room until that process ends.
#include <lmdb.h>

#include <boost/test/unit_test.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "store/health.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/child_process_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

StoreFixtureOptions small_map() {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{16} << 20;
  options.quota_default = std::uint64_t{16} << 20;
  return options;
}

/// A store with some secrets, and another process that reads its present state and does not end.
class PinnedFixture {
 public:
  PinnedFixture() : bed_(small_map()) {
    for (int i = 0; i < 40; ++i) ids_.push_back(*create());
    bed_.close();
    reader_.emplace([this](auto ready) {
      const auto env = LmdbEnv::open({.directory = bed_.store_options().directory, .max_readers = 64});
      MDB_txn* txn = nullptr;
      if (!env || mdb_txn_begin((*env)->handle(), nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) return;
      ready();
      ::pause();
    });
    bed_.reopen();
  }
  StoreFixture& fixture() { return bed_; }
  pid_t reader() const { return reader_->pid(); }
  void kill_reader() { reader_->kill(); }
  std::optional<tacit::crypto::Uuid> create() {
    const auto made =
        bed_.wait(bed_.store().secrets().create(tenant_id(1), new_secret("n" + std::to_string(++names_)), who()));
    refusal_ = made ? std::nullopt : std::optional(made.error().code);
    return made ? std::optional(made->id) : std::nullopt;
  }
  bool erase_one() {
    const auto done = bed_.wait(bed_.store().secrets().remove(tenant_id(1), ids_.back(), who()));
    if (done) ids_.pop_back();
    refusal_ = done ? std::nullopt : std::optional(done.error().code);
    return done.has_value();
  }
  /// Creates and deletes the same secrets repeatedly, until a creation is refused; returns the failure.
  std::optional<Errc> churn() {
    for (int i = 0; i < 5000; ++i) {
      const auto id = create();
      if (!id) return refusal_;
      ids_.push_back(*id);
      if (!erase_one()) return std::nullopt;
    }
    return std::nullopt;
  }
  std::optional<Errc> refusal() const { return refusal_; }

 private:
  StoreFixture bed_;
  std::vector<tacit::crypto::Uuid> ids_;
  std::optional<Child> reader_;
  std::optional<Errc> refusal_;
  int names_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pinned_pages)

BOOST_AUTO_TEST_CASE(growth_is_refused_early_readers_are_named_and_deletes_work) {
  PinnedFixture pinned;
  BOOST_TEST((pinned.churn() == Errc::full));
  for (int i = 0; i < 20; ++i) BOOST_TEST(pinned.erase_one());
  const Room room = pinned.fixture().store().health().state().room();
  BOOST_REQUIRE(room.warning);
  BOOST_REQUIRE(room.growth_refused);
  const std::string who_reads = "that process " + std::to_string(pinned.reader()) + " pins";
  BOOST_TEST(room.growth_refused->find(who_reads) != std::string::npos, *room.growth_refused);
  const StorageStatistics storage = pinned.fixture().store().health().statistics().storage;
  BOOST_TEST(storage.pinned_pages > storage.pages / 2);
  BOOST_TEST(storage.free_pages < storage.pages / 20);
}

BOOST_AUTO_TEST_CASE(this_process_is_not_named_as_one_to_end) {
  PinnedFixture pinned;
  pinned.kill_reader();
  std::optional<Room> room;
  const auto verified = verify_store(pinned.fixture().store(), [&](const VerifyProgress&) {
    if (room) return;
    BOOST_TEST((pinned.churn() == Errc::full));
    room = pinned.fixture().store().health().state().room();
  });
  BOOST_REQUIRE(verified);
  BOOST_REQUIRE(room);
  BOOST_REQUIRE(room->growth_refused);
  BOOST_TEST(room->growth_refused->find("that this process pins") != std::string::npos, *room->growth_refused);
  BOOST_TEST(room->growth_refused->find("end it") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(pages_of_a_dead_reader_are_free_at_once) {
  PinnedFixture pinned;
  BOOST_REQUIRE((pinned.churn() == Errc::full));
  pinned.kill_reader();
  BOOST_TEST(pinned.create().has_value());
  BOOST_TEST(pinned.fixture().store().health().statistics().storage.pinned_pages == 0U);
  BOOST_TEST(pinned.fixture().verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_delete_that_failed_in_a_full_map_works_after_the_reader_died) {
  PinnedFixture pinned;
  BOOST_REQUIRE((pinned.churn() == Errc::full));
  while (pinned.fixture().wait(pinned.fixture().store().tenants().set_quota(tenant_id(1), 1U << 24U, who()))) {
  }
  while (pinned.erase_one()) {
  }
  BOOST_REQUIRE((pinned.refusal() == Errc::full));
  pinned.kill_reader();
  BOOST_TEST(pinned.erase_one());
  BOOST_TEST(!pinned.fixture().store().health().unwilling());
  BOOST_TEST(pinned.fixture().verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
