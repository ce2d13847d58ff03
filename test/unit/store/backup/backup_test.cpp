// A backup is restored whole or refused, and writing one overwrites nothing.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/backup/backup.hpp"
#include "store/backup/keyless_store.hpp"
#include "store/backup/restore.hpp"
#include "store/backup/whole_file.hpp"
#include "store/secrets/secrets.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

ByteSource source_of(const Bytes& bytes, std::size_t at_a_time = 1000) {
  auto at = std::make_shared<std::size_t>(0);
  return [&bytes, at, at_a_time](std::span<std::uint8_t> out) -> std::ptrdiff_t {
    const std::size_t size = std::min({out.size(), at_a_time, bytes.size() - *at});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(*at), size, out.begin());
    *at += size;
    return static_cast<std::ptrdiff_t>(size);
  };
}

bool drop(ByteView) { return true; }

/// A store with a deleted secret and a refused change, and a backup of it.
struct BackedUp : StoreFixture {
  BackedUp() {
    for (int i = 0; i < 300; ++i) {
      const auto made = wait(store().secrets().create(tenant_id(1), new_secret(std::to_string(i)), who()));
      BOOST_REQUIRE(made);
      if (i % 3 == 0) BOOST_REQUIRE(wait(store().secrets().remove(tenant_id(1), made->id, who())));
      if (i % 5 == 4) BOOST_REQUIRE(!wait(store().secrets().create(tenant_id(1), new_secret("1"), who())));
    }
    BOOST_REQUIRE(
        wait(store().secrets().create(tenant_id(1), new_default("bound", "tool", "key", "the value"), who())));
    close();
    const auto keyless = KeylessStore::open(folder() / "store");
    BOOST_REQUIRE(keyless);
    const auto size = keyless->backup(
        [this](ByteView part) {
          bytes.insert(bytes.end(), part.begin(), part.end());
          return true;
        },
        {});
    BOOST_REQUIRE_MESSAGE(size, size.error().subject);
    BOOST_TEST(*size == bytes.size());
  }
  Outcome<std::uint64_t> restored(const Bytes& from, const StoreKeys& keys = api_keys_only()) {
    return restore(target(), keys, source_of(from), {});
  }
  std::filesystem::path target() const { return folder() / "restored"; }
  /// Expects this failure, and that nothing is left.
  void refuses(const Bytes& from, const std::string& words) {
    const auto made = restored(from);
    BOOST_REQUIRE(!made);
    BOOST_TEST(made.error().subject.find(words) != std::string::npos, made.error().subject);
    BOOST_TEST(!std::filesystem::exists(target()));
  }
  Bytes bytes;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(backup)

BOOST_FIXTURE_TEST_CASE(a_backup_is_restored_whole, BackedUp) {
  const auto made = restored(bytes);
  BOOST_REQUIRE_MESSAGE(made, made.error().subject);
  struct stat status {};
  BOOST_REQUIRE(::stat((target() / "data.mdb").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777U) == 0660U);
  StoreOptions options = store_options();
  options.directory = target();
  const auto opened = Store::open(options, all_keys());
  BOOST_REQUIRE(opened);
  const auto report = verify_store(**opened, {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count == 0U);
  BOOST_TEST(report->secrets == 201U);
  BOOST_TEST(report->values_opened == 201U);
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  const auto released = wait(resolve_values(**opened, std::move(query), who()));
  BOOST_REQUIRE(released);
  BOOST_TEST(text_of(released->at(0).value) == "the value");
}

BOOST_FIXTURE_TEST_CASE(a_backup_can_be_read_as_it_is, BackedUp) {
  const auto file = WholeFile::create(folder() / "backup", 0600);
  BOOST_REQUIRE((file && file->write(bytes)));
  const auto opened = Store::open_backup(file->path(), all_keys());
  BOOST_REQUIRE_MESSAGE(opened, opened.error().subject);
  BOOST_TEST(verify_store(**opened, {})->problem_count == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_incomplete_or_changed_backup_is_refused, BackedUp) {
  refuses({}, "not a backup");
  refuses(Bytes(40, 'x'), "not a backup");
  for (const std::size_t size : {std::size_t{1}, std::size_t{47}, bytes.size() / 2, bytes.size() - 1}) {
    refuses(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)), "not a backup");
  }
  for (const std::size_t at : {std::size_t{0}, std::size_t{9000}, bytes.size() / 2, bytes.size() - 1}) {
    Bytes changed = bytes;
    changed[at] ^= 1;
    refuses(changed, "damaged");
  }
  Bytes longer = bytes;
  longer.push_back(0);
  refuses(longer, "not a backup");
  Bytes without_middle = bytes;
  without_middle.erase(without_middle.begin() + 8192, without_middle.end() - 48);
  refuses(without_middle, "damaged");
}

BOOST_FIXTURE_TEST_CASE(pieces_may_have_any_size, BackedUp) {
  for (const std::size_t pieces : {std::size_t{1}, std::size_t{47}, std::size_t{49}, std::size_t{1} << 30}) {
    const auto length = read_backup(source_of(bytes, pieces), drop);
    BOOST_REQUIRE(length);
    BOOST_TEST(*length + 48 == bytes.size());
  }
}

BOOST_FIXTURE_TEST_CASE(nothing_is_overwritten, BackedUp) {
  const auto there = restore(folder() / "store", api_keys_only(), source_of(bytes), {});
  BOOST_REQUIRE(!there);
  BOOST_TEST(there.error().subject.find("not empty") != std::string::npos);
  BOOST_REQUIRE(restored(bytes));
  BOOST_TEST(!restored(bytes));
  // An empty folder was prepared by the operator, and stays after a failure.
  std::filesystem::create_directory(folder() / "empty");
  BOOST_TEST(!restore(folder() / "empty", api_keys_only(), source_of({}), {}));
  BOOST_TEST(std::filesystem::exists(folder() / "empty"));
  BOOST_TEST(restore(folder() / "empty" / "", api_keys_only(), source_of(bytes), {}).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_backup_of_other_keys_is_refused, BackedUp) {
  const TemporaryFolder elsewhere = TemporaryFolder::in_memory();
  const auto metadata = elsewhere.path() / "metadata";
  BOOST_REQUIRE(tacit::crypto::create_metadata_keyring(metadata));
  StoreKeys other = api_keys_only();
  auto ring = tacit::crypto::MetadataKeyring::load(metadata);
  BOOST_REQUIRE(ring.has_value());
  other.metadata = std::make_shared<const tacit::crypto::MetadataKeyring>(std::move(*ring));
  const auto made = restored(bytes, other);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().subject.find("the store in " + target().string() + " cannot be used") == 0U,
             made.error().subject);
  BOOST_TEST(!std::filesystem::exists(target()));
}

BOOST_FIXTURE_TEST_CASE(a_backup_that_cannot_be_written_ends, BackedUp) {
  const auto keyless = KeylessStore::open(folder() / "store");
  BOOST_REQUIRE(keyless);
  const auto failed = keyless->backup(
      [](ByteView) {
        errno = ENOSPC;
        return false;
      },
      {});
  BOOST_REQUIRE(!failed);
  BOOST_CHECK(failed.error().code == Errc::full);
}

BOOST_AUTO_TEST_CASE(a_file_appears_whole_and_replaces_nothing) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  const auto name = folder.path() / "file";
  {
    auto file = WholeFile::create(name, 0600);
    BOOST_REQUIRE((file && file->write(tacit::crypto::as_bytes("whole"))));
    BOOST_TEST(std::filesystem::is_empty(folder.path()));
  }
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
  auto first = WholeFile::create(name, 0600);
  auto second = WholeFile::create(name, 0600);
  BOOST_REQUIRE((first && first->write(tacit::crypto::as_bytes("whole")) && second));
  BOOST_TEST(first->publish().has_value());
  BOOST_TEST(!second->publish());
  BOOST_TEST(!WholeFile::create(name, 0600));
  BOOST_TEST(std::filesystem::file_size(name) == 5U);
}

BOOST_FIXTURE_TEST_CASE(figures_need_no_key, BackedUp) {
  const auto keyless = KeylessStore::open(folder() / "store");
  BOOST_REQUIRE(keyless);
  const auto figures = keyless->figures(5);
  BOOST_REQUIRE(figures);
  BOOST_TEST(figures->tenants == 1U);
  BOOST_TEST(figures->secrets == 201U);
  BOOST_TEST(figures->biggest.size() == 1U);
  BOOST_CHECK(figures->biggest.at(0).tenant == tenant_id(1));
  BOOST_TEST(figures->biggest.at(0).bytes == figures->bytes);
  BOOST_TEST(figures->audit_entries == 401U);
  BOOST_TEST(figures->map_pages * figures->page_bytes == std::uint64_t{64} << 20);
  BOOST_TEST(figures->used_pages > figures->reusable_pages);
  // Without free pages and without blocks allocated ahead.
  BOOST_TEST(bytes.size() <= (figures->used_pages - figures->reusable_pages) * figures->page_bytes + 48);
  BOOST_TEST(figures->file_bytes > bytes.size());
}

BOOST_AUTO_TEST_CASE(the_biggest_tenants_come_first_and_the_last_possible_one_counts) {
  StoreFixture fixture;
  for (const int n : {1, 9, 255, 3}) {
    const auto tenant = tenant_id(static_cast<std::uint8_t>(n));
    const std::string value(static_cast<std::size_t>(100 + n), 'v');
    BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant, new_secret("a", value), who())));
  }
  fixture.close();
  const auto figures = KeylessStore::open(fixture.folder() / "store")->figures(2);
  BOOST_REQUIRE(figures);
  BOOST_TEST(figures->tenants == 4U);
  BOOST_REQUIRE(figures->biggest.size() == 2U);
  BOOST_CHECK(figures->biggest[0].tenant == tenant_id(255));
  BOOST_CHECK(figures->biggest[1].tenant == tenant_id(9));
}

BOOST_AUTO_TEST_SUITE_END()
