// What a thread keeps of opened rows: only for exactly the bytes that it opened, within bounds, and not for long.
#include "store/rows/opened_rows.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <thread>

#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

using Clock = OpenedRows::Clock;

const crypto::Uuid tenant = tenant_id(1);
const crypto::Uuid id = tenant_id(9);

Bytes row_of(std::size_t size, std::uint8_t byte) { return Bytes(size, byte); }

bool keeps(OpenedRows& opened, ByteView row, ByteView plaintext) {
  const auto kept = opened.metadata(tenant, id, row);
  return kept && std::ranges::equal(*kept, plaintext);
}

/// Every call has another context, so that no case sees what another one kept.
std::uint64_t new_context() {
  static std::uint64_t last = 1'000'000'000;
  return ++last;
}

struct StoredRow {
  std::shared_ptr<const crypto::TenantKeys> keys =
      std::make_shared<const crypto::TenantKeys>(all_keys().metadata->primary(), tenant);
  std::uint64_t context = new_context();
  MetadataOpener opener{*all_keys().metadata, tenant, keys.get(), context};

  Bytes named(std::string name) const {
    SecretHeader header;
    header.format = second_secret_format;
    Metadata metadata;
    metadata.name = std::move(name);
    metadata.value_length = 20;
    return seal_secret(*keys, id, header, Bytes(crypto::value_box_overhead + 20, 1), metadata);
  }
  std::string name_in(const Bytes& row) const {
    const auto secret = open_secret(opener, id, row);
    return secret ? secret->metadata.name : std::string(to_string(secret.error().code));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(opened_rows)

BOOST_AUTO_TEST_CASE(only_the_same_row_in_the_same_place_is_known) {
  OpenedRows opened;
  const Bytes row = row_of(200, 1);
  const Bytes plaintext = row_of(60, 2);
  BOOST_TEST(!opened.metadata(tenant, id, row));
  opened.keep_metadata(tenant, id, row, plaintext);
  BOOST_TEST(keeps(opened, row, plaintext));
  BOOST_TEST(!opened.metadata(tenant, tenant_id(10), row));
  BOOST_TEST(!opened.metadata(tenant_id(2), id, row));
  BOOST_TEST(!opened.metadata(id, tenant, row));  // which has the same place
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes altered = row;
    altered[i] ^= 1U;
    BOOST_TEST(!opened.metadata(tenant, id, altered), "byte " << i);
  }
  BOOST_TEST(!opened.metadata(tenant, id, ByteView(row).first(199)));
  BOOST_TEST(!opened.metadata(tenant, id, {}));
  BOOST_TEST(keeps(opened, row, plaintext));
  opened.keep_metadata(tenant, id, row_of(190, 3), row_of(10, 4));
  BOOST_TEST(!opened.metadata(tenant, id, row));
  BOOST_TEST(keeps(opened, row_of(190, 3), row_of(10, 4)));
}

BOOST_AUTO_TEST_CASE(long_rows_are_not_kept) {
  OpenedRows opened;
  const Bytes longest = row_of(OpenedRows::longest_row, 1);
  const Bytes too_long = row_of(OpenedRows::longest_row + 1, 1);
  opened.keep_metadata(tenant, id, longest, longest);
  BOOST_TEST(keeps(opened, longest, longest));
  opened.keep_metadata(tenant, tenant_id(10), too_long, longest);
  opened.keep_metadata(tenant, tenant_id(11), longest, too_long);
  BOOST_TEST(!opened.metadata(tenant, tenant_id(10), too_long));
  BOOST_TEST(!opened.metadata(tenant, tenant_id(11), longest));
}

BOOST_AUTO_TEST_CASE(what_is_not_used_is_forgotten) {
  OpenedRows opened;
  const StoredRow stored;
  const Bytes row = row_of(200, 1);
  opened.keep_metadata(tenant, id, row, row);
  opened.keep_tenant(tenant, stored.keys, row);
  const Clock::time_point now = Clock::now();
  opened.forget_unused(now + OpenedRows::kept_unused);  // it was used before
  BOOST_TEST(opened.metadata(tenant, id, row).has_value());
  BOOST_TEST((opened.keys(tenant) == stored.keys));
  opened.forget_unused(now + OpenedRows::kept_unused * 2);
  BOOST_TEST(opened.metadata(tenant, id, row).has_value());
  opened.forget_unused(now + OpenedRows::kept_unused * 3);
  opened.forget_unused(now + OpenedRows::kept_unused * 3 + std::chrono::seconds(1));  // too early
  opened.forget_unused(now + OpenedRows::kept_unused * 4);
  BOOST_TEST(!opened.metadata(tenant, id, row));
  BOOST_TEST((opened.keys(tenant) == nullptr));
}

BOOST_AUTO_TEST_CASE(a_record_is_known_with_the_key_that_verified_it) {
  OpenedRows opened;
  const StoredRow stored;
  const Bytes record = row_of(100, 1);
  const crypto::KeyId key = stored.keys->metadata_key_id();
  BOOST_TEST((opened.keys(tenant) == nullptr));
  BOOST_TEST(!opened.is_verified(tenant, key, record));
  opened.keep_tenant(tenant, stored.keys, record);
  BOOST_TEST((opened.keys(tenant) == stored.keys));
  BOOST_TEST((opened.keys(tenant_id(2)) == nullptr));
  BOOST_TEST(opened.is_verified(tenant, key, record));
  BOOST_TEST(!opened.is_verified(tenant, crypto::KeyId{7}, record));
  BOOST_TEST(!opened.is_verified(tenant, key, row_of(100, 2)));
  BOOST_TEST(!opened.is_verified(tenant, key, row_of(99, 1)));
  opened.keep_tenant(tenant, stored.keys, row_of(OpenedRows::longest_row + 1, 1));
  BOOST_TEST((opened.keys(tenant) == nullptr));
}

BOOST_AUTO_TEST_CASE(another_context_and_another_thread_see_nothing) {
  const std::uint64_t context = new_context();
  const Bytes row = row_of(200, 1);
  OpenedRows::of_thread(context).keep_metadata(tenant, id, row, row);
  BOOST_TEST(OpenedRows::of_thread(context).metadata(tenant, id, row).has_value());
  std::thread([&] { BOOST_TEST(!OpenedRows::of_thread(context).metadata(tenant, id, row)); }).join();
  BOOST_TEST(!OpenedRows::of_thread(new_context()).metadata(tenant, id, row));
  BOOST_TEST(!OpenedRows::of_thread(context).metadata(tenant, id, row));
}

BOOST_AUTO_TEST_CASE(a_changed_or_altered_row_is_opened_as_if_it_were_new) {
  const StoredRow stored;
  const Bytes first = stored.named("first");
  const Bytes second = stored.named("second");
  BOOST_TEST(stored.name_in(first) == "first");
  BOOST_TEST(OpenedRows::of_thread(stored.context).metadata(tenant, id, first).has_value());
  BOOST_TEST(stored.name_in(first) == "first");
  for (std::size_t i = 1; i < first.size(); i += 7) {
    Bytes altered = first;
    altered[i] ^= 1U;
    BOOST_TEST(stored.name_in(altered) == "integrity", "byte " << i);
  }
  BOOST_TEST(stored.name_in(first) == "first");
  BOOST_TEST(stored.name_in(second) == "second");
  BOOST_TEST(stored.name_in(first) == "first");
}

/// Shows that what is kept is used at all: without that, nothing here would be worth its risk.
BOOST_AUTO_TEST_CASE(what_is_kept_is_not_opened_again) {
  const StoredRow stored;
  const Bytes row = stored.named("sealed");
  Metadata other;
  other.name = "kept";
  other.value_length = 20;
  OpenedRows::of_thread(stored.context)
      .keep_metadata(tenant, id, row, encode_metadata(other, second_secret_format).view());
  BOOST_TEST(stored.name_in(row) == "kept");
  MetadataOpener without = stored.opener;
  without.keep_for = 0;
  const auto opened = open_secret(without, id, row);
  BOOST_REQUIRE(opened);
  BOOST_TEST(opened->metadata.name == "sealed");
}

BOOST_AUTO_TEST_SUITE_END()
