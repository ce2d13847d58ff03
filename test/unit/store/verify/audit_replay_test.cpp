// Rows that are genuine but should not be stored: only the audit log shows that.
#include <lmdb.h>

#include <boost/test/unit_test.hpp>

#include "store/api_keys/api_keys.hpp"
#include "store/rows/codec.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct ReplayFixture : StoreFixture {
  ReplayFixture() {
    const auto made = wait(store().secrets().create(tenant_id(1), new_default("first", "tool", "key"), who()));
    BOOST_REQUIRE(made);
    id = made->id;
    ApiKey key;
    key.id = api_key_id;
    key.tenant = tenant_id(1);
    BOOST_REQUIRE(wait(store().api_keys().add(key, who())));
  }

  void change_value() {
    SecretUpdate update;
    update.value.emplace().append("another value");
    BOOST_REQUIRE(wait(store().secrets().update(tenant_id(1), id, std::move(update), who())));
  }
  void remove() { BOOST_REQUIRE(wait(store().secrets().remove(tenant_id(1), id, who()))); }

  /// Restores a table's former content.
  void put_back(Table table, const Rows& before) {
    for (const auto& [key, value] : rows(table)) {
      if (!before.contains(key)) put(table, key, std::nullopt);
    }
    for (const auto& [key, value] : before) put(table, key, value);
  }
  /// Whether the only problem contains that text.
  bool finds(const std::string& words) {
    const VerifyReport report = verify();
    BOOST_TEST(report.problem_count == 1U);
    for (const auto& problem : report.problems) BOOST_TEST_MESSAGE(problem);
    return report.problem_count == 1 && report.problems.at(0).find(words) != std::string::npos;
  }
  static std::string sequence(std::uint64_t n) {
    tacit::crypto::Bytes key;
    Encoder(key).u64(n);
    return std::string(tacit::crypto::as_text(key));
  }

  const std::string api_key_id = "AAAAAAAAAAA";
  tacit::crypto::Uuid id;
};

/// Adds a table beside the store's own.
void add_table(const std::filesystem::path& store) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi table = 0;
  BOOST_REQUIRE(mdb_env_create(&env) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_env_set_maxdbs(env, 8) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_env_open(env, store.c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_dbi_open(txn, "stranger", MDB_CREATE, &table) == MDB_SUCCESS);
  BOOST_REQUIRE(mdb_txn_commit(txn) == MDB_SUCCESS);
  mdb_env_close(env);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_replay)

BOOST_AUTO_TEST_CASE(a_complete_history_passes) {
  ReplayFixture fixture;
  fixture.change_value();
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(2), new_secret("second"), who())));
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(fixture.api_key_id, who())));
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.remove();
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_deleted_secret_put_back) {
  ReplayFixture fixture;
  const Rows before = fixture.rows(Table::tenants);
  fixture.remove();
  fixture.put_back(Table::tenants, before);
  BOOST_TEST(fixture.wait(fixture.store().secrets().get(tenant_id(1), fixture.id, who())).has_value());
  BOOST_TEST(fixture.finds(fixture.id.str() + ": is stored, but is deleted in the audit log"));
}

BOOST_AUTO_TEST_CASE(an_old_value_put_back) {
  ReplayFixture fixture;
  const Rows before = fixture.rows(Table::tenants);
  fixture.change_value();
  fixture.put_back(Table::tenants, before);
  BOOST_TEST(fixture.finds(fixture.id.str() + ": is older than its last change"));
}

BOOST_AUTO_TEST_CASE(a_change_with_a_truncated_entry) {
  ReplayFixture fixture;
  fixture.change_value();
  fixture.put(Table::audit, ReplayFixture::sequence(3), std::nullopt);
  BOOST_TEST(fixture.finds(fixture.id.str() + ": is newer than its last change"));
}

BOOST_AUTO_TEST_CASE(a_secret_taken_away_with_all_that_belongs_to_it) {
  ReplayFixture fixture;
  const Rows before = fixture.rows(Table::tenants);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("second"), who())));
  fixture.put_back(Table::tenants, before);
  BOOST_TEST(fixture.finds("is missing, but is created and never deleted in the audit log"));
}

BOOST_AUTO_TEST_CASE(a_secret_without_an_entry) {
  ReplayFixture fixture;
  const Rows log = fixture.rows(Table::audit);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("second"), who())));
  fixture.put_back(Table::audit, log);
  BOOST_TEST(fixture.finds("is stored, but the audit log has no entry of its creation"));
}

BOOST_AUTO_TEST_CASE(an_api_key_put_back_or_taken_away) {
  ReplayFixture fixture;
  const Rows before = fixture.rows(Table::api_keys);
  const Rows index_before = fixture.rows(Table::tenants);
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(fixture.api_key_id, who())));
  const Rows index_after = fixture.rows(Table::tenants);
  fixture.put_back(Table::api_keys, before);
  fixture.put_back(Table::tenants, index_before);
  BOOST_TEST(fixture.finds("API key AAAAAAAAAAA: is valid, but is revoked in the audit log"));
  fixture.put(Table::api_keys, fixture.api_key_id, std::nullopt);
  fixture.put_back(Table::tenants, index_after);
  BOOST_TEST(fixture.finds("API key AAAAAAAAAAA: is missing"));
}

BOOST_AUTO_TEST_CASE(a_key_of_the_id_of_an_erased_one) {
  ReplayFixture fixture;
  const auto add = [&fixture](std::uint8_t tenant) {
    ApiKey key;
    key.id = fixture.api_key_id;
    key.tenant = tenant_id(tenant);
    BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(key, who())));
  };
  const auto revoke = [&fixture] {
    BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(fixture.api_key_id, who())));
  };
  revoke();
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().erase(
      tenant_id(1), [](std::uint64_t) {}, who())));
  add(2);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  // Its own revocation counts.
  const Rows before = fixture.rows(Table::api_keys);
  const Rows index_before = fixture.rows(Table::tenants);
  revoke();
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.put_back(Table::api_keys, before);
  fixture.put_back(Table::tenants, index_before);
  BOOST_TEST(fixture.finds("API key AAAAAAAAAAA: is valid, but is revoked in the audit log"));
}

BOOST_AUTO_TEST_CASE(an_api_key_with_more_scopes_put_back) {
  ReplayFixture fixture;
  const Rows before = fixture.rows(Table::api_keys);
  ApiKeyUpdate update;
  update.scopes = Scope::secrets_read;
  const Authority all{Scope::secrets_read | Scope::secrets_write | Scope::api_keys_manage};
  BOOST_REQUIRE(
      fixture.wait(fixture.store().api_keys().update_of_tenant(tenant_id(1), fixture.api_key_id, update, all, who())));
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.put_back(Table::api_keys, before);
  BOOST_TEST(fixture.finds("API key AAAAAAAAAAA: is older than its last change"));
}

BOOST_AUTO_TEST_CASE(an_api_key_whose_change_was_cut_off) {
  ReplayFixture fixture;
  ApiKeyUpdate update;
  update.name = "another";
  BOOST_REQUIRE(
      fixture.wait(fixture.store().api_keys().update_of_tenant(tenant_id(1), fixture.api_key_id, update, {}, who())));
  fixture.put(Table::audit, ReplayFixture::sequence(3), std::nullopt);
  BOOST_TEST(fixture.finds("API key AAAAAAAAAAA: is newer than its last change"));
}

BOOST_AUTO_TEST_CASE(an_empty_log) {
  ReplayFixture fixture;
  fixture.put_back(Table::audit, {});
  BOOST_TEST(fixture.finds("the audit log is empty although there are secrets or API keys"));
  StoreFixture nothing_stored;
  BOOST_TEST(nothing_stored.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(rows_older_than_the_log_are_not_checked) {
  ReplayFixture fixture;
  fixture.change_value();
  fixture.put(Table::audit, ReplayFixture::sequence(1), std::nullopt);
  BOOST_TEST(fixture.finds("0 is followed by 2"));
  // What it does have from the beginning on still is.
  fixture.put(Table::api_keys, fixture.api_key_id, std::nullopt);
  BOOST_TEST(fixture.verify().problem_count == 3U);  // the log's beginning, the key, and its entry in the index
}

BOOST_AUTO_TEST_CASE(a_log_with_a_gap_is_not_trusted) {
  ReplayFixture fixture;
  fixture.remove();
  fixture.put(Table::audit, ReplayFixture::sequence(2), std::nullopt);
  BOOST_TEST(fixture.finds("1 is followed by 3"));
}

BOOST_AUTO_TEST_CASE(a_table_of_another_program) {
  ReplayFixture fixture;
  fixture.close();
  add_table(fixture.folder() / "store");
  fixture.reopen();
  BOOST_TEST(fixture.finds("there are others: 1"));
}

BOOST_AUTO_TEST_SUITE_END()
