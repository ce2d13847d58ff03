// Any altered, exchanged or outdated row is an integrity failure, never a wrong value.
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

template <class T>
bool is_altered(const Outcome<T>& outcome) {
  return !outcome && outcome.error().code == Errc::integrity;
}

/// Two tenants with two secrets each, of which the first is a default.
struct TamperFixture : StoreFixture {
  TamperFixture() {
    for (const std::uint8_t tenant : {std::uint8_t{1}, std::uint8_t{2}}) {
      create(tenant, new_default("first", "tool", "key", "the first value"));
      create(tenant, new_default("other", "tool__*", "key", "the other value"));
    }
  }

  void create(std::uint8_t tenant, NewSecret secret) {
    const auto made = wait(store().secrets().create(tenant_id(tenant), std::move(secret), who()));
    BOOST_REQUIRE(made);
    made_.push_back(*made);
  }
  const SecretInfo& first(std::uint8_t tenant = 1) const { return made_[tenant == 1 ? 0 : 2]; }
  const SecretInfo& other(std::uint8_t tenant = 1) const { return made_[tenant == 1 ? 1 : 3]; }

  std::string key_of(const SecretInfo& secret) const { return text(secret_row_key(secret.tenant, secret.id).view()); }
  std::string row_of(const SecretInfo& secret) { return rows(Table::tenants).at(key_of(secret)); }
  void put_row(const SecretInfo& secret, const std::string& row) { put(Table::tenants, key_of(secret), row); }

  Outcome<SecretInfo> get(const SecretInfo& secret) {
    return wait(store().secrets().get(secret.tenant, secret.id, who()));
  }
  Outcome<SecretList> list(std::uint8_t tenant = 1) {
    return wait(store().secrets().list(tenant_id(tenant), {}, who()));
  }
  Outcome<std::vector<ReleasedValue>> resolve(std::uint8_t tenant = 1, const std::string& named = {}) {
    ResolveQuery query;
    query.tenant = tenant_id(tenant);
    query.tool_name = "tool";
    if (!named.empty()) query.secrets.emplace_back("key", named);
    return wait(resolve_values(store(), std::move(query), who()));
  }
  Outcome<SecretInfo> rename(const SecretInfo& secret) {
    SecretUpdate update;
    update.name = "renamed";
    return wait(store().secrets().update(secret.tenant, secret.id, std::move(update), who()));
  }
  Outcome<SecretInfo> revalue(const SecretInfo& secret) {
    SecretUpdate update;
    update.value.emplace().append("another value");
    return wait(store().secrets().update(secret.tenant, secret.id, std::move(update), who()));
  }
  Outcome<SecretInfo> remove(const SecretInfo& secret) {
    return wait(store().secrets().remove(secret.tenant, secret.id, who()));
  }

  /// Every access to that secret reports that it was altered.
  void check_altered(const SecretInfo& secret) {
    const auto got = get(secret);
    BOOST_TEST(is_altered(got));
    if (!got) BOOST_CHECK(got.error().secret == secret.id);
    BOOST_TEST(is_altered(list(secret.tenant.bytes[0])));
    BOOST_TEST(is_altered(resolve(secret.tenant.bytes[0], secret.name)));
    BOOST_TEST(is_altered(rename(secret)));
    BOOST_TEST(is_altered(remove(secret)));
    BOOST_TEST(verify().problem_count > 0U);
  }

  std::vector<SecretInfo> made_;
};

struct Pieces {
  std::string header, value_box, metadata_box;
};
Pieces pieces(const std::string& row) {
  const auto parsed = parse_secret_row(tacit::crypto::as_bytes(row));
  BOOST_REQUIRE(parsed);
  return {text(parsed->header_bytes), text(parsed->value_box), text(parsed->metadata_box)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tampering)

BOOST_AUTO_TEST_CASE(any_byte_of_a_secrets_row) {
  TamperFixture fixture;
  const std::string row = fixture.row_of(fixture.first());
  for (std::size_t i = 0; i < row.size(); ++i) {
    BOOST_TEST_CONTEXT("byte " << i) {
      std::string flipped = row;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      fixture.put_row(fixture.first(), flipped);
      fixture.check_altered(fixture.first());
      BOOST_TEST(fixture.get(fixture.other()).has_value());
    }
  }
  fixture.put_row(fixture.first(), row);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  BOOST_TEST(text_of(fixture.resolve()->at(0).value) == "the first value");
}

BOOST_AUTO_TEST_CASE(a_row_cut_short_or_made_longer) {
  TamperFixture fixture;
  const std::string row = fixture.row_of(fixture.first());
  for (const std::size_t size : {0U, 1U, 4U, 28U, 29U, 30U, 100U}) {
    fixture.put_row(fixture.first(), row.substr(0, size));
    fixture.check_altered(fixture.first());
  }
  fixture.put_row(fixture.first(), row.substr(0, row.size() - 1));
  fixture.check_altered(fixture.first());
  fixture.put_row(fixture.first(), row + '\0');
  fixture.check_altered(fixture.first());
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_tenants_record) {
  TamperFixture fixture;
  const std::string key = text(record_row_key(tenant_id(1)).view());
  const std::string record = fixture.rows(Table::tenants).at(key);
  for (std::size_t i = 0; i < record.size(); ++i) {
    BOOST_TEST_CONTEXT("byte " << i) {
      std::string flipped = record;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      fixture.put(Table::tenants, key, flipped);
      BOOST_TEST(is_altered(fixture.list()));
      BOOST_TEST(is_altered(fixture.resolve()));
      BOOST_TEST(is_altered(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))));
      BOOST_TEST(is_altered(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("new"), who()))));
      BOOST_TEST(is_altered(fixture.revalue(fixture.first())));
      BOOST_TEST(is_altered(fixture.rename(fixture.first())));
      BOOST_TEST(is_altered(fixture.remove(fixture.first())));
      BOOST_TEST(is_altered(fixture.wait(fixture.store().tenants().set_quota(tenant_id(1), 5, who()))));
      // The secret's own row suffices for reading one secret.
      BOOST_TEST(fixture.get(fixture.first())->name == "first");
      BOOST_TEST(fixture.verify().problem_count > 0U);
    }
  }
  fixture.put(Table::tenants, key, record);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_missing_or_foreign_record) {
  TamperFixture fixture;
  const std::string key = text(record_row_key(tenant_id(1)).view());
  const Rows rows = fixture.rows(Table::tenants);
  fixture.put(Table::tenants, key, std::nullopt);
  BOOST_TEST(is_altered(fixture.list()));
  BOOST_TEST(is_altered(fixture.resolve()));
  BOOST_TEST(is_altered(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("new"), who()))));
  BOOST_TEST(fixture.verify().problem_count > 0U);
  // Otherwise an attacker could insert a public key.
  fixture.put(Table::tenants, key, rows.at(text(record_row_key(tenant_id(2)).view())));
  BOOST_TEST(is_altered(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("new"), who()))));
  BOOST_TEST(is_altered(fixture.resolve()));
}

BOOST_AUTO_TEST_CASE(two_secrets_of_one_tenant_swapped) {
  TamperFixture fixture;
  const std::string first = fixture.row_of(fixture.first());
  const std::string other = fixture.row_of(fixture.other());
  fixture.put_row(fixture.first(), other);
  fixture.put_row(fixture.other(), first);
  fixture.check_altered(fixture.first());
  fixture.check_altered(fixture.other());
}

BOOST_AUTO_TEST_CASE(two_tenants_swapped) {
  TamperFixture fixture;
  const std::string one = fixture.row_of(fixture.first(1));
  const std::string two = fixture.row_of(fixture.first(2));
  fixture.put_row(fixture.first(1), two);
  fixture.put_row(fixture.first(2), one);
  fixture.check_altered(fixture.first(1));
  fixture.check_altered(fixture.first(2));
  // One tenant's secret under its own id at another tenant that has no other rows.
  SecretInfo moved = fixture.other(1);
  moved.tenant = tenant_id(2);
  fixture.put_row(moved, fixture.row_of(fixture.other(1)));
  BOOST_TEST(is_altered(fixture.get(moved)));
}

BOOST_AUTO_TEST_CASE(all_rows_of_two_tenants_swapped) {
  TamperFixture fixture;
  const Rows rows = fixture.rows(Table::tenants);
  for (const auto& [key, value] : rows) fixture.put(Table::tenants, key, std::nullopt);
  for (const auto& [key, value] : rows) {
    std::string swapped = key;
    const char other = key[0] == 1 ? 2 : 1;
    std::fill_n(swapped.begin(), 16, other);
    fixture.put(Table::tenants, swapped, value);
  }
  for (const std::uint8_t tenant : {std::uint8_t{1}, std::uint8_t{2}}) {
    BOOST_TEST(is_altered(fixture.list(tenant)));
    BOOST_TEST(is_altered(fixture.resolve(tenant)));
    SecretInfo moved = fixture.first(tenant == 1 ? 2 : 1);
    moved.tenant = tenant_id(tenant);
    BOOST_TEST(is_altered(fixture.get(moved)));
  }
  BOOST_TEST(fixture.verify().problem_count > 0U);
}

BOOST_AUTO_TEST_CASE(boxes_and_headers_of_two_secrets_swapped) {
  TamperFixture fixture;
  const std::string row = fixture.row_of(fixture.first());
  const Pieces a = pieces(row);
  const Pieces b = pieces(fixture.row_of(fixture.other()));
  BOOST_REQUIRE(a.value_box.size() == b.value_box.size());
  for (const std::string& mixed : {a.header + b.value_box + a.metadata_box, a.header + a.value_box + b.metadata_box,
                                   b.header + a.value_box + a.metadata_box, a.header + b.value_box + b.metadata_box}) {
    fixture.put_row(fixture.first(), mixed);
    fixture.check_altered(fixture.first());
  }
}

BOOST_AUTO_TEST_CASE(an_earlier_value_under_the_present_metadata) {
  TamperFixture fixture;
  const Pieces before = pieces(fixture.row_of(fixture.first()));
  SecretUpdate update;
  update.value.emplace().append("the third value");
  BOOST_REQUIRE(
      fixture.wait(fixture.store().secrets().update(tenant_id(1), fixture.first().id, std::move(update), who())));
  const Pieces after = pieces(fixture.row_of(fixture.first()));
  fixture.put_row(fixture.first(), after.header + before.value_box + after.metadata_box);
  fixture.check_altered(fixture.first());
}

BOOST_AUTO_TEST_CASE(index_entries_that_point_elsewhere) {
  TamperFixture fixture;
  const Rows rows = fixture.rows(Table::tenants);
  const auto keys_of = [&](RowKind kind) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : rows) {
      if (key[0] == 1 && static_cast<std::uint8_t>(key[16]) == static_cast<std::uint8_t>(kind)) keys.push_back(key);
    }
    BOOST_REQUIRE(keys.size() == 2U);
    return keys;
  };
  // The names exchanged.
  const auto names = keys_of(RowKind::name);
  fixture.put(Table::tenants, names[0], rows.at(names[1]));
  fixture.put(Table::tenants, names[1], rows.at(names[0]));
  BOOST_TEST(is_altered(fixture.resolve(1, "first")));
  BOOST_TEST(is_altered(fixture.resolve(1, "other")));
  BOOST_TEST(fixture.verify().problem_count == 2U);
  fixture.put(Table::tenants, names[0], rows.at(names[0]));
  fixture.put(Table::tenants, names[1], rows.at(names[1]));
  // The wildcard's secret under the exact tool's entry.
  for (const std::string& binding : keys_of(RowKind::binding)) {
    const std::string other_id =
        text((binding.ends_with(text(fixture.first().id.view())) ? fixture.other() : fixture.first()).id.view());
    const std::string forged = binding.substr(0, binding.size() - 16) + other_id;
    fixture.put(Table::tenants, forged, "");
    BOOST_TEST(fixture.verify().problem_count == 1U);
    if (binding.ends_with(text(fixture.first().id.view()))) BOOST_TEST(is_altered(fixture.resolve()));
    fixture.put(Table::tenants, forged, std::nullopt);
  }
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_altered_value_that_only_the_private_key_shows) {
  TamperFixture fixture;
  // An attacker with the metadata key, but without the root private key, can make a whole row with another value box.
  const std::string row = fixture.row_of(fixture.first());
  const auto parsed = parse_secret_row(tacit::crypto::as_bytes(row));
  const auto opened =
      open_secret({*all_keys().metadata, tenant_id(1), nullptr}, fixture.first().id, tacit::crypto::as_bytes(row));
  BOOST_REQUIRE(opened);
  const tacit::crypto::TenantKeys keys(all_keys().metadata->primary(), tenant_id(1));
  const std::string box = pieces(fixture.row_of(fixture.other())).value_box;
  fixture.put_row(fixture.first(), text(seal_secret(keys, fixture.first().id, parsed->header,
                                                    tacit::crypto::as_bytes(box), opened->metadata)));
  BOOST_TEST(fixture.get(fixture.first()).has_value());
  const auto released = fixture.resolve();
  BOOST_TEST(is_altered(released));
  BOOST_CHECK(released.error().secret == fixture.first().id);
  // Without the root private key too, the audit log shows that no entry left this row.
  const std::string secret = "tenant " + tenant_id(1).str() + ": secret " + fixture.first().id.str() + ": ";
  const std::set<std::string> expected{
      secret + "its value cannot be opened",
      secret +
          "its row is not the one of its last entry in the audit log: it was changed or put back without an entry"};
  const VerifyReport report = fixture.verify();
  BOOST_TEST(report.problem_count == 2U);
  BOOST_TEST((std::set<std::string>(report.problems.begin(), report.problems.end()) == expected));
}

BOOST_AUTO_TEST_CASE(an_integrity_failure_is_audited) {
  TamperFixture fixture;
  std::string row = fixture.row_of(fixture.first());
  row.back() = static_cast<char>(row.back() ^ 1);
  fixture.put_row(fixture.first(), row);
  const auto check_last = [&](const std::string& part) {
    const auto audit = fixture.audit();
    BOOST_TEST(audit.back().find("\"action\":\"secret.integrity\",\"outcome\":\"failed\"") != std::string::npos);
    BOOST_TEST(audit.back().find(fixture.first().id.str()) != std::string::npos);
    BOOST_TEST(audit.back().find(part) != std::string::npos);
    return audit.size();
  };
  const auto before = fixture.audit().size();
  BOOST_TEST(is_altered(fixture.wait(fixture.store().secrets().get(tenant_id(1), fixture.first().id, who()))));
  BOOST_TEST(check_last("request-1") == before + 1);
  BOOST_TEST(is_altered(fixture.list()));
  BOOST_TEST(check_last("altered") == before + 2);
  BOOST_TEST(is_altered(fixture.resolve()));
  BOOST_TEST(check_last("\"tool\":\"tool\"") == before + 3);
  BOOST_TEST(is_altered(fixture.rename(fixture.first())));
  BOOST_TEST(is_altered(fixture.remove(fixture.first())));
  BOOST_TEST(check_last("altered") == before + 5);
}

BOOST_AUTO_TEST_SUITE_END()
