// Values are padded on the disk, the quota counts their exact lengths, and an upgrade of a store changes no sum.
#include <boost/test/unit_test.hpp>

#include "crypto/envelope/padding.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

/// A store of format 2 without signatures, unless the options say otherwise.
struct SizesFixture : StoreFixture {
  explicit SizesFixture(std::uint32_t format) : StoreFixture(options_of(format)) {}

  static StoreFixtureOptions options_of(std::uint32_t format) {
    StoreFixtureOptions options;
    options.keys = keys_of_phase(crypto::SigningPhase::none);
    options.new_format = format;
    return options;
  }
  /// As the rise of the format by a server.
  void rise() {
    put(Table::meta, "format", text(format_value(store_format)));
    put(Table::meta, "rows", text(rows_value(store_format)));
  }
  SecretInfo create(std::string name, std::size_t value_size) {
    auto made =
        wait(store().secrets().create(tenant_id(1), new_secret(std::move(name), std::string(value_size, 'v')), who()));
    BOOST_REQUIRE_MESSAGE(made, made.error().subject);
    return *made;
  }
  void update(const SecretInfo& secret, SecretUpdate update) {
    const auto changed = wait(store().secrets().update(secret.tenant, secret.id, std::move(update), who()));
    BOOST_REQUIRE_MESSAGE(changed, changed.error().subject);
  }
  std::string released(const std::string& name) {
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = "tool";
    query.secrets.emplace_back("key", name);
    const auto values = wait(resolve_values(store(), std::move(query), who()));
    BOOST_REQUIRE_MESSAGE(values, values.error().subject);
    return text_of(values->at(0).value);
  }
  std::string row_of(const SecretInfo& secret) {
    return rows(Table::tenants).at(text(secret_row_key(secret.tenant, secret.id).view()));
  }
  std::size_t box_size(const SecretInfo& secret) {
    const std::string row = row_of(secret);
    return parse_secret_row(crypto::as_bytes(row))->value_box.size();
  }
  std::uint8_t format_of_row(const SecretInfo& secret) { return static_cast<std::uint8_t>(row_of(secret).front()); }
  std::uint64_t used() {
    const auto quota = wait(store().tenants().quota(tenant_id(1), who()));
    BOOST_REQUIRE(quota);
    return quota->used;
  }
};

SecretUpdate with_value(std::size_t size) {
  SecretUpdate update;
  update.value.emplace().append(std::string(size, 'w'));
  return update;
}

SecretUpdate with_name(std::string name) {
  SecretUpdate update;
  update.name = std::move(name);
  return update;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(value_sizes)

BOOST_AUTO_TEST_CASE(boxes_have_padded_sizes) {
  SizesFixture fixture(store_format);
  std::uint64_t used = 0;
  for (const std::size_t size : {4U, 5U, 28U, 29U, 60U, 61U, 200U, 203U, 1000U, 1024U}) {
    const std::string name = "n" + std::to_string(size);
    const SecretInfo secret = fixture.create(name, size);
    BOOST_TEST(fixture.format_of_row(secret) == third_secret_format);
    BOOST_TEST(fixture.box_size(secret) == crypto::value_box_overhead + crypto::padme(4 + size));
    used += name.size() + size;
    BOOST_TEST(fixture.used() == used);
    BOOST_TEST(fixture.released(name) == std::string(size, 'v'));
  }
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(values_of_similar_lengths_have_rows_of_one_size) {
  SizesFixture fixture(store_format);
  const SecretInfo shorter = fixture.create("a", 1000);
  const SecretInfo longer = fixture.create("b", 1015);
  BOOST_REQUIRE_EQUAL(crypto::padme(4 + 1000), crypto::padme(4 + 1015));
  BOOST_TEST(fixture.row_of(shorter).size() == fixture.row_of(longer).size());
}

BOOST_AUTO_TEST_CASE(the_quota_counts_exact_lengths_in_both_formats) {
  for (const std::uint32_t format : {2U, third_rows_format, store_format}) {
    SizesFixture fixture(format);
    const SecretInfo secret = fixture.create("name", 100);
    BOOST_TEST(fixture.used() == 104U);
    fixture.update(secret, with_value(101));
    BOOST_TEST(fixture.used() == 105U);
    fixture.update(secret, with_name("longer name"));
    BOOST_TEST(fixture.used() == 112U);
    BOOST_TEST(fixture.released("longer name") == std::string(101, 'w'));
    BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(secret.tenant, secret.id, who())));
    BOOST_TEST(fixture.used() == 0U);
    BOOST_TEST(fixture.verify().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(an_upgraded_store_counts_as_before) {
  SizesFixture fixture(2);
  const SecretInfo renamed = fixture.create("a", 50);
  const SecretInfo rewritten = fixture.create("b", 60);
  const SecretInfo untouched = fixture.create("c", 70);
  const SecretInfo removed = fixture.create("d", 80);
  const std::string untouched_row = fixture.row_of(untouched);
  const std::size_t box = fixture.box_size(renamed);
  fixture.rise();
  fixture.update(renamed, with_name("A"));
  BOOST_TEST(fixture.used() == 264U);
  BOOST_TEST(fixture.format_of_row(renamed) == third_secret_format);
  BOOST_TEST(fixture.box_size(renamed) == box);  // the value stays as it was sealed
  BOOST_TEST(fixture.released("A") == std::string(50, 'v'));
  fixture.update(renamed, with_name("AA"));  // now of format 3 with a box of format 1
  BOOST_TEST(fixture.used() == 265U);
  fixture.update(rewritten, with_value(60));
  BOOST_TEST(fixture.used() == 265U);
  BOOST_TEST(fixture.box_size(rewritten) == crypto::value_box_overhead + crypto::padme(64));
  BOOST_TEST(fixture.released("b") == std::string(60, 'w'));
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(removed.tenant, removed.id, who())));
  BOOST_TEST(fixture.used() == 184U);
  BOOST_TEST(fixture.row_of(untouched) == untouched_row);
  BOOST_TEST(fixture.released("c") == std::string(70, 'v'));
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_of_format_2_gets_no_rows_of_the_new_format) {
  SizesFixture fixture(2);
  const SecretInfo secret = fixture.create("a", 50);
  fixture.update(secret, with_value(51));
  BOOST_TEST(fixture.format_of_row(secret) == first_secret_format);
  BOOST_TEST(fixture.box_size(secret) == crypto::value_box_overhead + 51);
}

BOOST_AUTO_TEST_SUITE_END()
