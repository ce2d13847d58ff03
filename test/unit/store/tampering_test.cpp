#include <boost/test/unit_test.hpp>

#include "store/row_key.hpp"
#include "store/secret_row.hpp"
#include "store/secrets.hpp"
#include "store/tenants.hpp"
#include "test/unit/store/bed.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

std::string text(ByteView bytes) { return std::string(tacit::crypto::as_text(bytes)); }

template <class T>
bool is_altered(const Outcome<T>& outcome) {
  return !outcome && outcome.error().code == Errc::integrity;
}

/// Two tenants with two secrets each, of which the first is a default.
struct TamperBed : Bed {
  TamperBed() {
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

  std::string key_of(const SecretInfo& secret) const { return text(secret_key(secret.tenant, secret.id).view()); }
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
    return wait(store().secrets().resolve(std::move(query), who()));
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

  /// Every way to that secret says that it was altered.
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
  TamperBed bed;
  const std::string row = bed.row_of(bed.first());
  for (std::size_t i = 0; i < row.size(); ++i) {
    BOOST_TEST_CONTEXT("byte " << i) {
      std::string flipped = row;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      bed.put_row(bed.first(), flipped);
      bed.check_altered(bed.first());
      BOOST_TEST(bed.get(bed.other()).has_value());
    }
  }
  bed.put_row(bed.first(), row);
  BOOST_TEST(bed.verify().problem_count == 0U);
  BOOST_TEST(text_of(bed.resolve()->at(0).value) == "the first value");
}

BOOST_AUTO_TEST_CASE(a_row_cut_short_or_made_longer) {
  TamperBed bed;
  const std::string row = bed.row_of(bed.first());
  for (const std::size_t size : {0U, 1U, 4U, 28U, 29U, 30U, 100U}) {
    bed.put_row(bed.first(), row.substr(0, size));
    bed.check_altered(bed.first());
  }
  bed.put_row(bed.first(), row.substr(0, row.size() - 1));
  bed.check_altered(bed.first());
  bed.put_row(bed.first(), row + '\0');
  bed.check_altered(bed.first());
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_tenants_record) {
  TamperBed bed;
  const std::string key = text(record_key(tenant_id(1)).view());
  const std::string record = bed.rows(Table::tenants).at(key);
  for (std::size_t i = 0; i < record.size(); ++i) {
    BOOST_TEST_CONTEXT("byte " << i) {
      std::string flipped = record;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      bed.put(Table::tenants, key, flipped);
      BOOST_TEST(is_altered(bed.list()));
      BOOST_TEST(is_altered(bed.resolve()));
      BOOST_TEST(is_altered(bed.wait(bed.store().tenants().quota(tenant_id(1), who()))));
      BOOST_TEST(is_altered(bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("new"), who()))));
      BOOST_TEST(is_altered(bed.revalue(bed.first())));
      BOOST_TEST(is_altered(bed.rename(bed.first())));
      BOOST_TEST(is_altered(bed.remove(bed.first())));
      BOOST_TEST(is_altered(bed.wait(bed.store().tenants().set_quota(tenant_id(1), 5, who()))));
      // The secret's own row says all that one secret's reader needs.
      BOOST_TEST(bed.get(bed.first())->name == "first");
      BOOST_TEST(bed.verify().problem_count > 0U);
    }
  }
  bed.put(Table::tenants, key, record);
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_missing_or_foreign_record) {
  TamperBed bed;
  const std::string key = text(record_key(tenant_id(1)).view());
  const Rows rows = bed.rows(Table::tenants);
  bed.put(Table::tenants, key, std::nullopt);
  BOOST_TEST(is_altered(bed.list()));
  BOOST_TEST(is_altered(bed.resolve()));
  BOOST_TEST(is_altered(bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("new"), who()))));
  BOOST_TEST(bed.verify().problem_count > 0U);
  // With it an attacker's public key could come in.
  bed.put(Table::tenants, key, rows.at(text(record_key(tenant_id(2)).view())));
  BOOST_TEST(is_altered(bed.wait(bed.store().secrets().create(tenant_id(1), new_secret("new"), who()))));
  BOOST_TEST(is_altered(bed.resolve()));
}

BOOST_AUTO_TEST_CASE(two_secrets_of_one_tenant_swapped) {
  TamperBed bed;
  const std::string first = bed.row_of(bed.first());
  const std::string other = bed.row_of(bed.other());
  bed.put_row(bed.first(), other);
  bed.put_row(bed.other(), first);
  bed.check_altered(bed.first());
  bed.check_altered(bed.other());
}

BOOST_AUTO_TEST_CASE(two_tenants_swapped) {
  TamperBed bed;
  const std::string one = bed.row_of(bed.first(1));
  const std::string two = bed.row_of(bed.first(2));
  bed.put_row(bed.first(1), two);
  bed.put_row(bed.first(2), one);
  bed.check_altered(bed.first(1));
  bed.check_altered(bed.first(2));
  // One tenant's secret under its own id at another tenant, for whom nothing else speaks.
  SecretInfo moved = bed.other(1);
  moved.tenant = tenant_id(2);
  bed.put_row(moved, bed.row_of(bed.other(1)));
  BOOST_TEST(is_altered(bed.get(moved)));
}

BOOST_AUTO_TEST_CASE(all_rows_of_two_tenants_swapped) {
  TamperBed bed;
  const Rows rows = bed.rows(Table::tenants);
  for (const auto& [key, value] : rows) bed.put(Table::tenants, key, std::nullopt);
  for (const auto& [key, value] : rows) {
    std::string swapped = key;
    const char other = key[0] == 1 ? 2 : 1;
    std::fill_n(swapped.begin(), 16, other);
    bed.put(Table::tenants, swapped, value);
  }
  for (const std::uint8_t tenant : {std::uint8_t{1}, std::uint8_t{2}}) {
    BOOST_TEST(is_altered(bed.list(tenant)));
    BOOST_TEST(is_altered(bed.resolve(tenant)));
    SecretInfo moved = bed.first(tenant == 1 ? 2 : 1);
    moved.tenant = tenant_id(tenant);
    BOOST_TEST(is_altered(bed.get(moved)));
  }
  BOOST_TEST(bed.verify().problem_count > 0U);
}

BOOST_AUTO_TEST_CASE(boxes_and_headers_of_two_secrets_swapped) {
  TamperBed bed;
  const std::string row = bed.row_of(bed.first());
  const Pieces a = pieces(row);
  const Pieces b = pieces(bed.row_of(bed.other()));
  BOOST_REQUIRE(a.value_box.size() == b.value_box.size());
  for (const std::string& mixed : {a.header + b.value_box + a.metadata_box, a.header + a.value_box + b.metadata_box,
                                   b.header + a.value_box + a.metadata_box, a.header + b.value_box + b.metadata_box}) {
    bed.put_row(bed.first(), mixed);
    bed.check_altered(bed.first());
  }
}

BOOST_AUTO_TEST_CASE(an_earlier_value_under_the_present_metadata) {
  TamperBed bed;
  const Pieces before = pieces(bed.row_of(bed.first()));
  SecretUpdate update;
  update.value.emplace().append("the third value");
  BOOST_REQUIRE(bed.wait(bed.store().secrets().update(tenant_id(1), bed.first().id, std::move(update), who())));
  const Pieces after = pieces(bed.row_of(bed.first()));
  bed.put_row(bed.first(), after.header + before.value_box + after.metadata_box);
  bed.check_altered(bed.first());
}

BOOST_AUTO_TEST_CASE(index_entries_that_point_elsewhere) {
  TamperBed bed;
  const Rows rows = bed.rows(Table::tenants);
  const auto keys_of = [&](RowKind kind) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : rows) {
      if (key[0] == 1 && static_cast<std::uint8_t>(key[16]) == static_cast<std::uint8_t>(kind)) keys.push_back(key);
    }
    BOOST_REQUIRE(keys.size() == 2U);
    return keys;
  };
  // The names swapped.
  const auto names = keys_of(RowKind::name);
  bed.put(Table::tenants, names[0], rows.at(names[1]));
  bed.put(Table::tenants, names[1], rows.at(names[0]));
  BOOST_TEST(is_altered(bed.resolve(1, "first")));
  BOOST_TEST(is_altered(bed.resolve(1, "other")));
  BOOST_TEST(bed.verify().problem_count == 2U);
  bed.put(Table::tenants, names[0], rows.at(names[0]));
  bed.put(Table::tenants, names[1], rows.at(names[1]));
  // The wildcard's secret under the exact tool's entry.
  for (const std::string& binding : keys_of(RowKind::binding)) {
    const std::string other_id =
        text((binding.ends_with(text(bed.first().id.view())) ? bed.other() : bed.first()).id.view());
    const std::string forged = binding.substr(0, binding.size() - 16) + other_id;
    bed.put(Table::tenants, forged, "");
    BOOST_TEST(bed.verify().problem_count == 1U);
    if (binding.ends_with(text(bed.first().id.view()))) BOOST_TEST(is_altered(bed.resolve()));
    bed.put(Table::tenants, forged, std::nullopt);
  }
  BOOST_TEST(bed.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_altered_value_that_only_the_private_key_shows) {
  TamperBed bed;
  // Whoever has the metadata key, but not the root private key, can make a whole row with a value box of another's.
  const std::string row = bed.row_of(bed.first());
  const auto parsed = parse_secret_row(tacit::crypto::as_bytes(row));
  const auto opened =
      open_secret({*all_keys().metadata, tenant_id(1), nullptr}, bed.first().id, tacit::crypto::as_bytes(row));
  BOOST_REQUIRE(opened);
  const tacit::crypto::TenantKeys keys(all_keys().metadata->primary(), tenant_id(1));
  const std::string box = pieces(bed.row_of(bed.other())).value_box;
  bed.put_row(bed.first(),
              text(seal_secret(keys, bed.first().id, parsed->header, tacit::crypto::as_bytes(box), opened->metadata)));
  BOOST_TEST(bed.get(bed.first()).has_value());
  const auto released = bed.resolve();
  BOOST_TEST(is_altered(released));
  BOOST_CHECK(released.error().secret == bed.first().id);
  BOOST_TEST(bed.verify().problem_count == 1U);
}

BOOST_AUTO_TEST_CASE(an_integrity_failure_is_audited) {
  TamperBed bed;
  std::string row = bed.row_of(bed.first());
  row.back() = static_cast<char>(row.back() ^ 1);
  bed.put_row(bed.first(), row);
  const auto check_last = [&](const std::string& part) {
    const auto audit = bed.audit();
    BOOST_TEST(audit.back().find("\"action\":\"secret.integrity\",\"outcome\":\"failed\"") != std::string::npos);
    BOOST_TEST(audit.back().find(bed.first().id.str()) != std::string::npos);
    BOOST_TEST(audit.back().find(part) != std::string::npos);
    return audit.size();
  };
  const auto before = bed.audit().size();
  BOOST_TEST(is_altered(bed.wait(bed.store().secrets().get(tenant_id(1), bed.first().id, who()))));
  BOOST_TEST(check_last("request-1") == before + 1);
  BOOST_TEST(is_altered(bed.list()));
  BOOST_TEST(check_last("altered") == before + 2);
  BOOST_TEST(is_altered(bed.resolve()));
  BOOST_TEST(check_last("\"tool\":\"tool\"") == before + 3);
  BOOST_TEST(is_altered(bed.rename(bed.first())));
  BOOST_TEST(is_altered(bed.remove(bed.first())));
  BOOST_TEST(check_last("altered") == before + 5);
}

BOOST_AUTO_TEST_SUITE_END()
