// A new tenant's first write takes a key pair that was made in advance, and values are sealed only to accepted pairs.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "store/keys/prekeys.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/interrupted_engine_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

AuditContext of_plane(std::string plane) {
  AuditContext context = who();
  context.plane = std::move(plane);
  return context;
}

struct FirstWritesFixture : StoreFixture {
  explicit FirstWritesFixture(StoreFixtureOptions options = signed_store()) : StoreFixture(std::move(options)) {}

  void add(std::size_t number) {
    for (; number > 0; number -= std::min(number, most_prekeys_at_once)) {
      const auto added = wait(store().prekeys().add(number));
      BOOST_REQUIRE_MESSAGE(added, added.error().subject);
    }
  }
  std::uint64_t ready() {
    const auto figures = store().prekeys().figures();
    BOOST_REQUIRE(figures);
    return figures->usable;
  }
  Outcome<SecretInfo> create(std::uint8_t tenant, NewSecret secret) {
    return wait(store().secrets().create(tenant_id(tenant), std::move(secret), who()));
  }
  Outcome<SecretInfo> revalue(const SecretInfo& secret) {
    SecretUpdate update;
    update.value.emplace().append("another value");
    return wait(store().secrets().update(secret.tenant, secret.id, std::move(update), who()));
  }
  Outcome<std::vector<ReleasedValue>> resolve(std::uint8_t tenant) {
    ResolveQuery query;
    query.tenant = tenant_id(tenant);
    query.tool_name = "tool";
    return wait(resolve_values(store(), std::move(query), of_plane("tools")));
  }
  std::string released(std::uint8_t tenant) {
    const auto values = resolve(tenant);
    BOOST_REQUIRE_MESSAGE(values, values.error().subject);
    BOOST_REQUIRE_EQUAL(values->size(), 1U);
    return text_of(values->front().value);
  }

  std::string record_key(std::uint8_t tenant) { return text(record_row_key(tenant_id(tenant)).view()); }
  TenantRecord record(std::uint8_t tenant) {
    const auto record = peek_tenant_record(crypto::as_bytes(rows(Table::tenants).at(record_key(tenant))));
    BOOST_REQUIRE(record);
    return *record;
  }
  /// As the holder of the metadata key could.
  void put_record(std::uint8_t tenant, const TenantRecord& record) {
    const Tenant keys = new_tenant(*keys_of_phase(SigningPhase::required).metadata, tenant_id(tenant));
    put(Table::tenants, record_key(tenant), text(encode_tenant_record(record, keys.id, *keys.keys)));
  }
  void put_pair(const crypto::TenantKey& key) {
    put(Table::meta, text(prekey_row_key(key.certificate->number)), text(encode_prekey(key)));
  }
  /// How many of these tenants, which write at once, fail with `code`, or succeed.
  std::size_t count(std::uint8_t tenants, std::optional<Errc> code) {
    boost::asio::io_context context(1);
    std::vector<Outcome<ChangedSecret>> outcomes;
    for (std::uint8_t n = 1; n <= tenants; ++n) {
      boost::asio::co_spawn(
          context, store().secrets().create(tenant_id(n), new_secret("s"), who()),
          [&outcomes](std::exception_ptr, Outcome<ChangedSecret> outcome) { outcomes.push_back(std::move(outcome)); });
    }
    context.run();
    return static_cast<std::size_t>(std::ranges::count_if(outcomes, [code](const Outcome<ChangedSecret>& outcome) {
      return code ? !outcome && outcome.error().code == *code : outcome.has_value();
    }));
  }
};

template <class T>
void check_altered(const Outcome<T>& outcome, std::string_view why) {
  BOOST_REQUIRE(!outcome);
  BOOST_CHECK(outcome.error().code == Errc::integrity);
  BOOST_TEST(outcome.error().subject == why);
}

/// A pair that nobody signed.
crypto::TenantKey unsigned_pair(std::uint8_t tenant) {
  return crypto::make_tenant_key(*keys_of_phase(SigningPhase::required).root_public, tenant_id(tenant));
}

/// A pair that a process made which has no root signing key.
crypto::TenantKey forged_pair() {
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  return crypto::make_certified_key(*keys.root_public, keys.audit_api->entries().front(), keys.store(), 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(first_writes)

BOOST_AUTO_TEST_CASE(a_new_tenant_gets_a_pair_of_the_pool_and_keeps_it) {
  FirstWritesFixture fixture;
  fixture.add(3);
  const Rows pool = fixture.rows(Table::meta);
  BOOST_REQUIRE(fixture.create(1, new_default("one", "tool", "key", "the value")));
  BOOST_TEST(fixture.ready() == 2U);
  const auto key = fixture.record(1).key;
  BOOST_REQUIRE(key && key->certificate);
  const std::string row_key = text(prekey_row_key(key->certificate->number));
  BOOST_TEST(pool.contains(row_key));
  BOOST_TEST(!fixture.rows(Table::meta).contains(row_key));
  BOOST_REQUIRE(fixture.create(1, new_secret("two")));
  BOOST_TEST(fixture.ready() == 2U);
  BOOST_CHECK(fixture.record(1).key == key);
  BOOST_TEST(fixture.released(1) == "the value");
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(the_entry_of_a_first_write_names_the_pair) {
  FirstWritesFixture fixture;
  fixture.add(1);
  BOOST_REQUIRE(fixture.create(1, new_secret("one")));
  BOOST_REQUIRE(fixture.create(1, new_secret("two")));
  const auto bodies = fixture.audit();
  const std::string member = "\"tenant_key\":\"" + crypto::to_hex(fixture.record(1).key->certificate->number) + "\"";
  BOOST_TEST(bodies.at(0).find(member) != std::string::npos);
  BOOST_TEST(bodies.at(1).find("tenant_key") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_api_plane_needs_no_private_key_for_a_new_tenant) {
  FirstWritesFixture fixture;
  fixture.add(1);
  StoreKeys keys = keys_of_phase(SigningPhase::required);
  keys.root_private = nullptr;
  keys.root_signing = nullptr;
  keys.audit_tools = nullptr;
  keys.audit_operator = nullptr;
  fixture.reopen_with(keys);
  BOOST_TEST(!fixture.store().prekeys().are_made());
  BOOST_TEST(fixture.create(1, new_secret("one")).has_value());
  fixture.reopen_with(keys_of_phase(SigningPhase::required));
  BOOST_TEST(fixture.store().prekeys().are_made());
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(many_new_tenants_at_once_all_get_pairs_of_their_own) {
  FirstWritesFixture fixture;
  fixture.add(128);
  BOOST_TEST(fixture.count(64, std::nullopt) == 64U);
  BOOST_TEST(fixture.ready() == 64U);
  std::set<crypto::KeyNumber> numbers;
  for (std::uint8_t n = 1; n <= 64; ++n) numbers.insert(fixture.record(n).key->certificate->number);
  BOOST_TEST(numbers.size() == 64U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(tenants_that_want_the_last_pair_get_it_once) {
  FirstWritesFixture fixture;
  fixture.add(1);
  BOOST_TEST(fixture.count(5, std::nullopt) == 1U);
  fixture.add(1);
  BOOST_TEST(fixture.count(5, Errc::no_prekeys) == 3U);
  BOOST_TEST(fixture.ready() == 0U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_pair_that_is_gone_by_then_is_replaced_by_another) {
  FirstWritesFixture fixture;
  fixture.add(1);
  const auto other_takes_it = [&fixture] {
    BOOST_REQUIRE(fixture.create(2, new_secret("two")));
    fixture.add(1);
  };
  const auto second = Store::open(fixture.store_options(), keys_of_phase(SigningPhase::required),
                                  std::make_unique<InterruptedEngine>(fixture.engine(), other_takes_it));
  BOOST_REQUIRE(second);
  BOOST_REQUIRE(fixture.wait((*second)->secrets().create(tenant_id(1), new_secret("one"), who())));
  BOOST_TEST(fixture.ready() == 0U);
  BOOST_CHECK(fixture.record(1).key->certificate->number != fixture.record(2).key->certificate->number);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_empty_pool_refuses_new_tenants_alone) {
  FirstWritesFixture fixture;
  fixture.add(1);
  BOOST_REQUIRE(fixture.create(1, new_secret("one")));
  const auto refused = fixture.create(2, new_secret("one"));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::no_prekeys);
  BOOST_TEST(!fixture.rows(Table::tenants).contains(fixture.record_key(2)));
  BOOST_TEST(fixture.create(1, new_secret("two")).has_value());
  fixture.add(1);
  BOOST_TEST(fixture.create(2, new_secret("one")).has_value());
}

BOOST_AUTO_TEST_CASE(an_unusable_pair_is_never_given_to_a_tenant) {
  FirstWritesFixture fixture;
  const StoreKeys other = keys_of_another_deployment();
  fixture.put_pair(forged_pair());
  crypto::TenantKey altered = certified_key();
  altered.certificate->made += 1;
  fixture.put_pair(altered);
  // Its private half is sealed to a root key that this deployment does not know.
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  fixture.put_pair(crypto::make_certified_key(*other.root_public, *keys.root_signer(), keys.store(), 1));
  fixture.put(Table::meta, "prekey", "x");
  const auto refused = fixture.create(1, new_secret("one"));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::no_prekeys);
  BOOST_TEST(fixture.rows(Table::tenants).empty());
  const auto removed = fixture.wait(fixture.store().prekeys().remove_bad());
  BOOST_REQUIRE(removed);
  BOOST_TEST(*removed == 4U);
  fixture.add(1);
  BOOST_TEST(fixture.create(1, new_secret("one")).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_sealed_to_a_pair_that_is_not_signed) {
  FirstWritesFixture fixture;
  fixture.add(1);
  const auto made = fixture.create(1, new_default("one", "tool", "key"));
  BOOST_REQUIRE(made);
  TenantRecord record = fixture.record(1);
  record.key = unsigned_pair(1);
  fixture.put_record(1, record);
  check_altered(fixture.create(1, new_secret("two")), "the tenant's key is not signed");
  check_altered(fixture.revalue(*made), "the tenant's key is not signed");
  record.key = forged_pair();
  fixture.put_record(1, record);
  const std::string why = "the tenant's key is signed by the key " + crypto::to_hex(record.key->certificate->signer) +
                          ", which root-public-keyring does not accept";
  check_altered(fixture.create(1, new_secret("two")), why);
  check_altered(fixture.revalue(*made), why);
  record.key = certified_key();
  record.key->certificate->signature[0] ^= 1;
  fixture.put_record(1, record);
  check_altered(fixture.create(1, new_secret("two")), "the signature of the tenant's key is wrong");
  BOOST_TEST(fixture.audit().back().find("secret.integrity") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pair_without_a_signature_is_used_until_signatures_are_required) {
  FirstWritesFixture fixture;
  TenantRecord record = new_tenant(*keys_of_phase(SigningPhase::required).metadata, tenant_id(1)).record;
  record.format = third_rows_format;
  record.changes = 0;
  record.key = unsigned_pair(1);
  fixture.put_record(1, record);
  fixture.reopen_with(keys_of_phase(SigningPhase::signing));
  BOOST_REQUIRE(fixture.create(1, new_default("one", "tool", "key", "the value")));
  BOOST_TEST(fixture.released(1) == "the value");
  fixture.reopen_with(keys_of_phase(SigningPhase::required));
  check_altered(fixture.create(1, new_secret("two")), "the tenant's key is not signed");
  check_altered(fixture.resolve(1), "the tenant's key is not signed");
}

BOOST_AUTO_TEST_CASE(without_signatures_a_tenant_makes_its_own_pair) {
  StoreFixtureOptions options = signed_store();
  options.keys = keys_of_phase(SigningPhase::none);
  FirstWritesFixture fixture(options);
  BOOST_REQUIRE(fixture.create(1, new_default("one", "tool", "key", "the value")));
  BOOST_TEST(!fixture.record(1).key->certificate);
  BOOST_TEST(fixture.released(1) == "the value");
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_take_rows_of_format_3_refuses_new_tenants) {
  FirstWritesFixture fixture;
  fixture.add(1);
  fixture.put(Table::meta, "rows", text(rows_value(2)));
  const auto refused = fixture.create(1, new_secret("one"));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::unavailable);
  BOOST_TEST(refused.error().subject == "the store's format is being raised");
  BOOST_TEST(fixture.ready() == 1U);
}

BOOST_AUTO_TEST_CASE(values_sealed_to_the_previous_pair_are_released) {
  FirstWritesFixture fixture;
  fixture.add(1);
  const auto made = fixture.create(1, new_default("one", "tool", "key", "the value"));
  BOOST_REQUIRE(made);
  TenantRecord record = fixture.record(1);
  record.previous_key = record.key;
  record.key = certified_key();
  fixture.put_record(1, record);
  BOOST_TEST(fixture.released(1) == "the value");
  BOOST_REQUIRE(fixture.revalue(*made));
  BOOST_TEST(fixture.released(1) == "another value");
  record = fixture.record(1);
  record.previous_key.reset();
  fixture.put_record(1, record);
  BOOST_TEST(fixture.released(1) == "another value");
}

BOOST_AUTO_TEST_CASE(a_previous_pair_must_be_signed_too) {
  FirstWritesFixture fixture;
  fixture.add(1);
  BOOST_REQUIRE(fixture.create(1, new_default("one", "tool", "key", "the value")));
  TenantRecord record = fixture.record(1);
  record.previous_key = record.key;
  record.previous_key->certificate->signature[0] ^= 1;
  record.key = certified_key();
  fixture.put_record(1, record);
  check_altered(fixture.resolve(1), "the signature of the tenant's key is wrong");
}

BOOST_AUTO_TEST_SUITE_END()
