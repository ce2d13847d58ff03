// A backup of a store that several hosts share, made of its rows, and the rows of a backup put into such a store.
#include "store/backup/shared_backup.hpp"

#include <algorithm>

#include "store/backup/restore_rows.hpp"
#include "store/backup/whole_file.hpp"
#include "store/keys/prekeys.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/audit/slot_rows_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
namespace fs = std::filesystem;

namespace {

constexpr std::array<Table, 4> tables{Table::meta, Table::tenants, Table::api_keys, Table::audit};

ByteSource source_of(const Bytes& bytes) {
  auto at = std::make_shared<std::size_t>(0);
  return [&bytes, at](std::span<std::uint8_t> out) -> std::ptrdiff_t {
    const std::size_t size = std::min(out.size(), bytes.size() - *at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(*at), size, out.begin());
    *at += size;
    return static_cast<std::ptrdiff_t>(size);
  };
}

/// Keeps the rows, and expects their order.
struct Loaded final : StoreLoader {
  Outcome<void> put(Table table, ByteView key, ByteView value) override {
    const auto place = std::pair(table, std::string(crypto::as_text(key)));
    BOOST_TEST((rows.empty() || rows.rbegin()->first < place));
    BOOST_TEST(!finished);
    if (rows.size() == most) return Failure{.code = Errc::full};
    rows[place] = std::string(crypto::as_text(value));
    return {};
  }
  Outcome<void> finish() override {
    finished = true;
    return {};
  }
  std::string at(Table table, const std::string& key) const { return rows.at({table, key}); }

  std::map<std::pair<Table, std::string>, std::string> rows;
  std::size_t most = SIZE_MAX;
  bool finished = false;
};

struct BackedUpSlots : SlotStore {
  BackedUpSlots() : SlotStore({SlotRows(api_slot).fill(600), SlotRows(tool_slot).commit(heads_body({}))}) {
    BOOST_REQUIRE(wait(store().prekeys().add(8)));
    for (int i = 0; i < 20; ++i) {
      BOOST_REQUIRE(wait(store().secrets().create(tenant_id(1), new_secret(std::to_string(i)), who())));
    }
    fs::create_directory(scratch());
    std::uint64_t seen = 0;
    const auto size = write_shared_backup(
        engine(), scratch(),
        [this](ByteView part) {
          bytes.insert(bytes.end(), part.begin(), part.end());
          return true;
        },
        [&seen](std::uint64_t rows) { seen = rows; });
    BOOST_REQUIRE_MESSAGE(size, size.error().subject);
    BOOST_TEST(*size == bytes.size());
    BOOST_TEST(seen > 620U);
    BOOST_TEST(fs::is_empty(scratch()));
  }
  fs::path scratch() const { return folder() / "scratch"; }

  Bytes bytes;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(shared_backup)

BOOST_FIXTURE_TEST_CASE(a_store_with_slots_is_restored_to_a_folder, BackedUpSlots) {
  std::map<Table, Rows> before;
  for (const Table table : tables) before[table] = rows(table);
  close();
  const fs::path target = folder() / "restored";
  const auto restored = restore(target, slot_keys(), source_of(bytes), {});
  BOOST_REQUIRE_MESSAGE(restored, restored.error().subject);
  StoreOptions options = store_options();
  options.directory = target;
  const auto opened = Store::open(options, slot_keys());
  BOOST_REQUIRE_MESSAGE(opened, opened.error().subject);
  const auto slots = (*opened)->audit().slots();
  BOOST_REQUIRE(slots);
  BOOST_TEST(slots->size() == 3U);
  const auto report = (*opened)->audit().verify({}, {});
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problem_count == 0U);
  Loaded loaded;
  const auto file = WholeFile::create(folder() / "content", 0600);
  BOOST_REQUIRE(file);
  BOOST_REQUIRE(read_backup(source_of(bytes), [&file](ByteView part) { return file->write(part); }));
  BOOST_REQUIRE(load_rows(file->path(), loaded, {}));
  BOOST_TEST(loaded.finished);
  for (const Table table : tables) {
    for (const auto& [key, value] : before[table]) BOOST_TEST((loaded.at(table, key) == value));
  }
}

BOOST_FIXTURE_TEST_CASE(rows_are_put_into_a_shared_store, BackedUpSlots) {
  Loaded loaded;
  const auto restored = restore_to_engine(scratch(), loaded, slot_keys(), source_of(bytes), {}, {});
  BOOST_REQUIRE_MESSAGE(restored, restored.error().subject);
  BOOST_TEST(loaded.finished);
  BOOST_TEST(fs::is_empty(scratch()));
  BOOST_TEST(*restored == loaded.rows.size());
}

BOOST_FIXTURE_TEST_CASE(a_refused_row_ends_the_restore, BackedUpSlots) {
  Loaded loaded;
  loaded.most = 5;
  const auto restored = restore_to_engine(scratch(), loaded, slot_keys(), source_of(bytes), {}, {});
  BOOST_REQUIRE(!restored);
  BOOST_TEST((restored.error().code == Errc::full));
  BOOST_TEST(!loaded.finished);
  BOOST_TEST(fs::is_empty(scratch()));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_backup_puts_no_row, BackedUpSlots) {
  bytes[bytes.size() / 2] ^= 1;
  Loaded loaded;
  const auto restored = restore_to_engine(scratch(), loaded, slot_keys(), source_of(bytes), {}, {});
  BOOST_REQUIRE(!restored);
  BOOST_TEST((restored.error().code == Errc::integrity));
  BOOST_TEST(loaded.rows.empty());
  BOOST_TEST(fs::is_empty(scratch()));
}

BOOST_AUTO_TEST_CASE(an_embedded_store_gets_the_formats_of_a_shared_one) {
  StoreFixtureOptions made = signed_store();
  AuditFixture it(3, made);
  Bytes bytes;
  fs::create_directory(it.folder() / "scratch");
  BOOST_REQUIRE(write_shared_backup(it.engine(), it.folder() / "scratch",
                                    [&bytes](ByteView part) {
                                      bytes.insert(bytes.end(), part.begin(), part.end());
                                      return true;
                                    },
                                    {}));
  Loaded loaded;
  BOOST_REQUIRE(restore_to_engine(it.folder() / "scratch", loaded, slot_keys(), source_of(bytes), {}, {}));
  BOOST_TEST(loaded.at(Table::meta, "format") == std::string(crypto::as_text(format_value(slots_store_format))));
  BOOST_TEST(loaded.at(Table::meta, "rows") == std::string(crypto::as_text(rows_value(store_format))));
  BOOST_TEST(loaded.at(Table::audit, AuditFixture::key(3)) == it.rows(Table::audit).at(AuditFixture::key(3)));
}

BOOST_AUTO_TEST_CASE(a_shared_store_has_to_be_signed) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  Loaded loaded;
  const Bytes nothing;
  const auto restored = restore_to_engine(folder.path(), loaded, all_keys(), source_of(nothing), {}, {});
  BOOST_REQUIRE(!restored);
  BOOST_TEST((restored.error().code == Errc::not_allowed));
}

BOOST_AUTO_TEST_SUITE_END()
