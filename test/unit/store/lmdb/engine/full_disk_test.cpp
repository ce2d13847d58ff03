// A full disk refuses growth, allows deletes, and the store recovers when there is room.
#include <boost/test/unit_test.hpp>
#include <thread>
#include <utility>

#include "store/health.hpp"
#include "store/secrets/secrets.hpp"
#include "store/verify/verify.hpp"
#include "test/small_file_system.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using tacit::test::SmallFileSystem;

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

/// A store with a map far larger than its disk.
class DiskFixture {
 public:
  explicit DiskFixture(const SmallFileSystem& disk, bool blocks_ahead = true) {
    options_.directory = disk.path() / "store";
    options_.map_size = 16 * mebibyte;
    options_.quota_default = 256 * mebibyte;
    BOOST_REQUIRE(Store::create(options_, all_keys()));
    LmdbOptions engine;
    engine.env = {options_.directory, options_.map_size, 64};
    engine.env.blocks_ahead = blocks_ahead;
    engine.on_failure = [this](const std::string& why) { failure_ = why; };
    auto opened = LmdbEngine::open(std::move(engine));
    BOOST_REQUIRE(opened);
    auto store = Store::open(options_, all_keys(), std::move(*opened));
    BOOST_REQUIRE(store);
    store_ = std::move(*store);
  }
  Store& store() { return *store_; }
  const std::string& failure() const { return failure_; }

  template <class T>
  Outcome<T> wait(boost::asio::awaitable<Outcome<T>> operation) {
    boost::asio::io_context context(1);
    Outcome<T> outcome = Failure{};
    boost::asio::co_spawn(context, std::move(operation), [&outcome](std::exception_ptr error, Outcome<T> out) {
      if (!error) outcome = std::move(out);
    });
    context.run();
    return outcome;
  }
  Outcome<SecretInfo> create() {
    auto made =
        secret_of(wait(store_->secrets().create(tenant_id(1), new_secret(std::to_string(++names_), value_), who())));
    if (made) ids_.push_back(made->id);
    return made;
  }
  /// Creates secrets until that fails. Returns the failure.
  std::optional<Errc> fill() {
    for (int i = 0; i < 100000; ++i) {
      const auto made = create();
      if (!made) return made.error().code;
    }
    return std::nullopt;
  }
  std::vector<tacit::crypto::Uuid>& ids() { return ids_; }
  /// Deletes all of them. Returns how many could be deleted.
  std::size_t delete_all() {
    std::size_t deleted = 0;
    for (const auto& id : std::exchange(ids_, {})) {
      if (wait(store_->secrets().remove(tenant_id(1), id, who()))) ++deleted;
    }
    return deleted;
  }

 private:
  StoreOptions options_;
  std::unique_ptr<Store> store_;
  std::string failure_;
  const std::string value_ = std::string(1024, 'v');
  int names_ = 0;
  std::vector<tacit::crypto::Uuid> ids_;
};

void fill_delete_and_go_on(SmallFileSystem& disk) {
  disk.fill_up(3 * mebibyte);
  DiskFixture fixture(disk);
  BOOST_TEST(!fixture.store().health().state().room().growth_refused);
  BOOST_REQUIRE((fixture.fill() == Errc::full));
  BOOST_TEST(fixture.failure() == "");
  BOOST_TEST(!fixture.store().health().unwilling());
  const std::size_t kept = fixture.ids().size();
  BOOST_TEST(kept > 500U);
  const auto one = fixture.wait(fixture.store().secrets().get(tenant_id(1), fixture.ids().front(), who()));
  BOOST_TEST(one.has_value());
  // Room is measured once a second.
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  const auto refused = fixture.store().health().state().room().growth_refused;
  BOOST_REQUIRE(refused);
  BOOST_TEST(refused->find("the disk has") != std::string::npos);
  // Other processes may take the room that is left on the disk.
  disk.fill_up(0);
  BOOST_TEST(fixture.delete_all() == kept);
  // Deleted secrets leave room, although the disk is still full.
  BOOST_TEST(fixture.create().has_value());
  BOOST_REQUIRE((fixture.fill() == Errc::full));
  disk.make_room();
  for (int i = 0; i < 500; ++i) BOOST_REQUIRE(fixture.create());
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  BOOST_TEST(!fixture.store().health().state().room().growth_refused);
  BOOST_TEST(fixture.failure() == "");
  BOOST_TEST(verify_store(fixture.store(), {})->problem_count == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_growth_allows_deletes_and_recovers,
                     *boost::unit_test::precondition(SmallFileSystem::memory_mounts)) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  auto disk = SmallFileSystem::mount(folder.path(), SmallFileSystem::Kind::memory, 32);
  fill_delete_and_go_on(disk);
}

BOOST_AUTO_TEST_CASE(a_full_ext4_refuses_growth_allows_deletes_and_recovers,
                     *boost::unit_test::precondition(SmallFileSystem::ext4_mounts)) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  auto disk = SmallFileSystem::mount(folder.path(), SmallFileSystem::Kind::ext4, 32);
  fill_delete_and_go_on(disk);
}

BOOST_AUTO_TEST_CASE(without_reserved_blocks_a_write_without_room_fails_alone,
                     *boost::unit_test::precondition(SmallFileSystem::memory_mounts)) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  auto disk = SmallFileSystem::mount(folder.path(), SmallFileSystem::Kind::memory, 32);
  disk.fill_up(3 * mebibyte);
  DiskFixture fixture(disk, false);
  BOOST_REQUIRE((fixture.fill() == Errc::full));
  BOOST_TEST(fixture.failure() == "");
  BOOST_TEST(!fixture.store().health().unwilling());
  disk.make_room();
  for (int i = 0; i < 500; ++i) BOOST_REQUIRE(fixture.create());
  BOOST_TEST(verify_store(fixture.store(), {})->problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
