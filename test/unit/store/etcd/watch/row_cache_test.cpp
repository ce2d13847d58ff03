// Copies of rows: what proves that one is recent, and the bounds of their memory.
#include "store/etcd/watch/row_cache.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

#include "store/rows/row_key.hpp"

namespace crypto = tacit::crypto;
using namespace std::chrono_literals;
using namespace tacit::store;
using namespace tacit::store::etcd;

namespace {

constexpr BootClock::time_point start(1h);

struct Fixture {
  BootClock::time_point now = start;
  RowCache cache{Revocation::bounded, {}, [this] { return now; }};

  void fill(const std::string& key, const std::string& value, std::int64_t revision, Table table = Table::api_keys) {
    const auto bytes = crypto::as_bytes(value);
    cache.fill(table, crypto::as_bytes(key), std::make_shared<const Bytes>(bytes.begin(), bytes.end()), revision);
  }
  /// The value; "absent" if the copy says so; "none" without a copy.
  std::string find(const std::string& key, Table table = Table::api_keys) const {
    const auto found = cache.find(table, crypto::as_bytes(key));
    if (!found) return "none";
    return found->value ? std::string(crypto::as_text(*found->value)) : "absent";
  }
  void event(const std::string& key, std::optional<std::string> value, std::int64_t revision) {
    std::optional<Bytes> bytes;
    if (value) bytes.emplace(value->begin(), value->end());
    cache.apply(Table::api_keys, crypto::as_bytes(key), std::move(bytes), revision);
  }
  void drop(const std::string& key, std::int64_t revision) {
    cache.drop(Table::api_keys, crypto::as_bytes(key), revision);
  }
};

std::string record_key(std::uint8_t tenant) {
  Uuid id;
  id.bytes.fill(tenant);
  return std::string(crypto::as_text(record_row_key(id).view()));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(row_cache, Fixture)

BOOST_AUTO_TEST_CASE(a_copy_without_a_proof_is_not_found) {
  fill("a", "1", 10);
  BOOST_TEST(find("a") == "none");
  cache.confirm(now);
  BOOST_TEST(find("a") == "1");
  BOOST_TEST(find("b") == "none");
}

BOOST_AUTO_TEST_CASE(a_copy_is_found_as_long_as_it_is_recent) {
  cache.confirm(now);
  fill("a", "1", 10);
  now += 1900ms;
  BOOST_TEST(find("a") == "1");
  now += 1ms;
  BOOST_TEST(find("a") == "none");
  cache.confirm(now - 1s);
  BOOST_TEST(find("a") == "1");
  // An older confirmation takes nothing back.
  cache.confirm(start);
  BOOST_TEST(find("a") == "1");
  BOOST_TEST(cache.figures().stale == 1U);
}

BOOST_AUTO_TEST_CASE(a_barrier_proves_rows_that_were_read_at_its_revision_or_later) {
  cache.barrier(now, 10);
  fill("older", "1", 9);
  fill("same", "2", 10);
  fill("later", "3", 11);
  BOOST_TEST(find("older") == "none");
  BOOST_TEST(find("same") == "2");
  BOOST_TEST(find("later") == "3");
  now += 1s;
  cache.barrier(now, 11);
  now += 1s;
  BOOST_TEST(find("same") == "none");
  BOOST_TEST(find("later") == "3");
  // The store has not changed since: the newest barrier proves it again.
  cache.barrier(now, 11);
  now += 1900ms;
  BOOST_TEST(find("later") == "3");
}

BOOST_AUTO_TEST_CASE(a_revoked_key_is_gone_with_its_event) {
  cache.confirm(now);
  fill("a", "1", 10);
  event("a", std::nullopt, 11);
  BOOST_TEST(find("a") == "absent");
  fill("b", "1", 12);
  event("b", "2", 13);
  BOOST_TEST(find("b") == "2");
}

BOOST_AUTO_TEST_CASE(a_read_that_ends_after_an_event_on_its_row_is_refused) {
  cache.confirm(now);
  event("a", std::nullopt, 11);
  fill("a", "1", 10);
  BOOST_TEST(find("a") == "none");
  BOOST_TEST(cache.figures().refused_fills == 1U);
  fill("a", "2", 11);
  BOOST_TEST(find("a") == "2");
  // The same for a change of this process, whose event has not come yet.
  drop("a", 12);
  BOOST_TEST(find("a") == "none");
  fill("a", "2", 11);
  BOOST_TEST(find("a") == "none");
  fill("a", "3", 12);
  BOOST_TEST(find("a") == "3");
  // Events and drops that are older than the copy change nothing.
  event("a", "0", 11);
  drop("a", 12);
  BOOST_TEST(find("a") == "3");
  // Nor does an older read.
  cache.fill(Table::api_keys, crypto::as_bytes("c"), nullptr, 20);
  fill("c", "old", 19);
  BOOST_TEST(find("c") == "absent");
}

BOOST_AUTO_TEST_CASE(a_restart_forgets_copies_and_proofs_and_refuses_older_reads) {
  cache.confirm(now);
  cache.barrier(now, 5);
  fill("a", "1", 10);
  cache.restart(20);
  BOOST_TEST(find("a") == "none");
  fill("a", "1", 19);
  cache.confirm(now);
  BOOST_TEST(find("a") == "none");
  fill("a", "2", 20);
  BOOST_TEST(find("a") == "2");
  // After a restored state with smaller revisions, what was seen before does not count.
  event("a", "3", 30);
  cache.restart(8);
  cache.confirm(now);
  fill("a", "4", 8);
  BOOST_TEST(find("a") == "4");
}

BOOST_AUTO_TEST_CASE(a_tenants_record_needs_a_barrier) {
  fill(record_key(1), "limits", 10, Table::tenants);
  cache.confirm(now);  // of the watch, which does not see these rows
  BOOST_TEST(find(record_key(1), Table::tenants) == "none");
  cache.barrier(now, 10);
  BOOST_TEST(find(record_key(1), Table::tenants) == "limits");
  now += 1901ms;
  cache.confirm(now);
  BOOST_TEST(find(record_key(1), Table::tenants) == "none");
}

BOOST_AUTO_TEST_CASE(other_rows_have_no_copies) {
  cache.confirm(now);
  cache.barrier(now, 1);
  const std::string secret = record_key(1).substr(0, 16) + "\x01" + std::string(16, 's');
  fill(secret, "value", 10, Table::tenants);
  fill("format", "value", 10, Table::meta);
  fill(std::string(200, 'k'), "value", 10);
  fill("large", std::string(100'000, 'v'), 10);
  BOOST_TEST(cache.figures().rows == 0U);
}

BOOST_AUTO_TEST_CASE(a_row_that_grew_too_large_has_no_copy) {
  cache.confirm(now);
  fill("a", "1", 10);
  event("a", std::string(100'000, 'v'), 11);
  BOOST_TEST(find("a") == "none");
}

BOOST_AUTO_TEST_CASE(a_strict_process_keeps_no_copies) {
  RowCache strict(Revocation::strict, {}, [this] { return now; });
  strict.confirm(now);
  strict.barrier(now, 1);
  strict.fill(Table::api_keys, crypto::as_bytes("a"), nullptr, 10);
  BOOST_TEST(!strict.find(Table::api_keys, crypto::as_bytes("a")));
  BOOST_TEST(strict.figures().rows == 0U);
}

BOOST_AUTO_TEST_CASE(the_memory_is_bounded) {
  RowCacheLimits limits;
  limits.rows = 1600;
  limits.absent_rows = 320;
  limits.bytes = 1'600'000;
  RowCache small(Revocation::bounded, limits, [this] { return now; });
  small.confirm(now);
  const auto add = [&small](const std::string& key, std::size_t size) {
    const auto value = size == 0 ? nullptr : std::make_shared<const Bytes>(size);
    small.fill(Table::api_keys, crypto::as_bytes(key), value, 10);
  };
  for (int i = 0; i < 5000; ++i) add("present" + std::to_string(i), 10);
  BOOST_TEST(small.figures().rows <= 1280U);
  BOOST_TEST(small.figures().rows > 1000U);
  // Keys that clients invent displace only each other.
  const auto before = small.figures().rows;
  for (int i = 0; i < 5000; ++i) add("absent" + std::to_string(i), 0);
  BOOST_TEST(small.figures().rows <= before + 320);
  BOOST_TEST(small.figures().rows > before + 200);
  for (int i = 0; i < 5000; ++i) add("large" + std::to_string(i), 20'000);
  BOOST_TEST(small.figures().bytes <= limits.bytes);
  BOOST_TEST(small.figures().bytes > limits.bytes / 2);
  small.restart(0);
  BOOST_TEST(small.figures().bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_copy_in_use_stays_longer_than_others) {
  RowCacheLimits limits;
  limits.rows = 1600;
  limits.absent_rows = 160;
  RowCache small(Revocation::bounded, limits, [this] { return now; });
  small.confirm(now);
  const auto value = std::make_shared<const Bytes>(10);
  small.fill(Table::api_keys, crypto::as_bytes("used"), value, 10);
  for (int i = 0; i < 5000; ++i) {
    small.fill(Table::api_keys, crypto::as_bytes("key" + std::to_string(i)), value, 10);
    BOOST_REQUIRE(small.find(Table::api_keys, crypto::as_bytes("used")));
  }
  BOOST_TEST(!small.find(Table::api_keys, crypto::as_bytes("key0")));
}

BOOST_AUTO_TEST_SUITE_END()
