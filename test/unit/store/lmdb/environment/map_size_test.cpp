// The size of the map: the larger of the requested and the stored one, also when another process raises it.
#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include "store/api_keys/api_keys.hpp"
#include "store/health.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/child_process_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

struct SizedStore {
  explicit SizedStore(std::uint64_t map_size) {
    options.directory = folder.path() / "store";
    options.map_size = map_size;
    BOOST_REQUIRE(Store::create(options, all_keys()));
  }
  /// The size of an environment that is opened with this requested size.
  std::uint64_t opened_with(std::uint64_t map_size) const {
    const auto env = LmdbEnv::open({.directory = options.directory, .map_size = map_size, .max_readers = 64});
    BOOST_REQUIRE(env);
    MDB_envinfo info{};
    mdb_env_info((*env)->handle(), &info);
    return info.me_mapsize;
  }

  TemporaryFolder folder = TemporaryFolder::in_memory();
  StoreOptions options;
};

bool create(Store& store, const std::string& name, std::size_t size) {
  boost::asio::io_context context(1);
  bool made = false;
  boost::asio::co_spawn(context, store.secrets().create(tenant_id(1), new_secret(name, std::string(size, 'v')), who()),
                        [&](std::exception_ptr error, const Outcome<ChangedSecret>& out) { made = !error && out; });
  context.run();
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(map_size)

BOOST_AUTO_TEST_CASE(the_larger_of_requested_and_stored_size_applies) {
  const SizedStore store(48 * mebibyte);
  BOOST_TEST(store.opened_with(0) == 48 * mebibyte);
  BOOST_TEST(store.opened_with(8 * mebibyte) == 48 * mebibyte);
  BOOST_TEST(store.opened_with(64 * mebibyte) == 64 * mebibyte);
  // Only a commit stores the new size.
  BOOST_TEST(store.opened_with(0) == 48 * mebibyte);
}

BOOST_AUTO_TEST_CASE(a_new_store_for_which_no_size_is_given) {
  const SizedStore store(0);
  BOOST_TEST(store.opened_with(0) == std::uint64_t{16} << 30);
}

BOOST_AUTO_TEST_CASE(a_commit_keeps_the_larger_size) {
  SizedStore store(16 * mebibyte);
  store.options.map_size = 32 * mebibyte;
  {
    const auto opened = Store::open(store.options, all_keys());
    BOOST_REQUIRE(opened);
    BOOST_TEST(create(**opened, "a", 10));
  }
  BOOST_TEST(store.opened_with(0) == 32 * mebibyte);
}

BOOST_AUTO_TEST_CASE(an_outgrown_process_reports_it_and_can_be_restarted) {
  SizedStore store(1 * mebibyte);
  StoreOptions larger = store.options;
  larger.map_size = 64 * mebibyte;
  larger.quota_default = 64 * mebibyte;
  // Started first, it waits until this process has the small map open, then grows the store beyond it.
  int start[2] = {-1, -1};
  int done[2] = {-1, -1};
  BOOST_REQUIRE((::pipe(start) == 0 && ::pipe(done) == 0));
  Child grower([&](auto ready) {
    ready();
    char told = 0;
    if (::read(start[0], &told, 1) != 1) return;
    const auto opened = Store::open(larger, api_keys_only());
    bool ok = opened.has_value();
    for (int i = 0; ok && i < 1500; ++i) ok = create(**opened, std::to_string(i), 1024);
    static_cast<void>(!::write(done[1], ok ? "y" : "n", 1));
  });
  std::string why;
  store.options.quota_default = larger.quota_default;
  store.options.on_failure = [&why](const std::string& words) { why = words; };
  {
    const auto opened = Store::open(store.options, all_keys());
    BOOST_REQUIRE(opened);
    BOOST_REQUIRE(::write(start[1], "s", 1) == 1);
    char told = 0;
    BOOST_REQUIRE(::read(done[0], &told, 1) == 1);
    BOOST_REQUIRE(told == 'y');
    const auto read = find_api_key(**opened, "AAAAAAAAAAA");
    BOOST_REQUIRE(!read);
    BOOST_CHECK(read.error().code == Errc::unavailable);
    BOOST_TEST(why.find("restart this process") != std::string::npos);
    BOOST_TEST((*opened)->health().unwilling().value_or("") == why);
    BOOST_TEST(!create(**opened, "no", 10));
  }
  const auto again = Store::open(store.options, all_keys());
  BOOST_REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().subject));
  BOOST_TEST(create(**again, "yes", 10));
  BOOST_TEST(!(*again)->health().unwilling());
}

BOOST_AUTO_TEST_SUITE_END()
