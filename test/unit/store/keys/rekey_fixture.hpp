// A store in the phase in which signatures are made but not required, and a tenant with secrets under a certified pair.
#pragma once

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rekey_run.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

namespace tacit::store::testing {

inline AuditContext rekeyer() { return {.plane = "operator", .actor = "operator:test", .peer = {}, .request_id = {}}; }
inline AuditContext a_tool() {
  return {.plane = "tools", .actor = "cn:tool", .peer = "192.0.2.1:4001", .request_id = "request-2"};
}

struct RekeyFixture : StoreFixture {
  RekeyFixture() : StoreFixture(options()) {}

  static StoreFixtureOptions options() {
    StoreFixtureOptions made;
    made.keys = keys_of_phase(crypto::SigningPhase::signing);
    made.new_format = store_format;
    made.map_size = std::uint64_t{256} << 20;
    made.quota_default = std::uint64_t{64} << 20;
    return made;
  }
  static StoreKeys keys() { return keys_of_phase(crypto::SigningPhase::signing); }

  void put_record(const Tenant& tenant) {
    put(Table::tenants, std::string(crypto::as_text(record_row_key(tenant.id).view())),
        std::string(crypto::as_text(encode_tenant_record(tenant.record, tenant.id, *tenant.keys))));
  }
  void put_tenant(const crypto::Uuid& id, crypto::TenantKey key) {
    Tenant tenant = new_tenant(*keys().metadata, id);
    tenant.record.format = 3;
    tenant.record.changes = 0;
    tenant.record.key = std::move(key);
    put_record(tenant);
  }
  /// A tenant with a certified pair, as one that took a prekey, and so many secrets.
  void make_tenant(const crypto::Uuid& id, std::size_t secrets) {
    put_tenant(id, certified_key());
    for (std::size_t n = 0; n < secrets; ++n) create(id, n);
  }
  crypto::Uuid create(const crypto::Uuid& id, std::size_t n) {
    const auto made = wait(store().secrets().create(
        id, new_default("secret " + std::to_string(n), tool_of(n), "argument", value_of(n)), who()));
    BOOST_REQUIRE_MESSAGE(made, made.error().subject);
    return made->id;
  }
  static std::string tool_of(std::size_t n) { return "tool " + std::to_string(n); }
  static std::string value_of(std::size_t n) { return "the value of secret " + std::to_string(n); }

  TenantRecord record(const crypto::Uuid& id) {
    const Rows all = rows(Table::tenants);
    const auto row = all.find(std::string(crypto::as_text(record_row_key(id).view())));
    BOOST_REQUIRE(row != all.end());
    auto record = peek_tenant_record(crypto::as_bytes(row->second));
    BOOST_REQUIRE(record);
    return std::move(*record);
  }
  /// The rows of the tenant's secrets, by their keys.
  Rows secrets(const crypto::Uuid& id) {
    const RowKey prefix(id, RowKind::secret);
    Rows found;
    for (const auto& [key, value] : rows(Table::tenants)) {
      if (key.starts_with(crypto::as_text(prefix.view()))) found.emplace(key, value);
    }
    return found;
  }
  /// How many secrets name that pair.
  std::size_t sealed_to(const crypto::Uuid& id, const crypto::KeyId& pair) {
    std::size_t number = 0;
    for (const auto& [key, value] : secrets(id)) {
      const auto row = parse_secret_row(crypto::as_bytes(value));
      BOOST_REQUIRE(row);
      if (crypto::tenant_key_of(row->value_box) == pair) ++number;
    }
    return number;
  }
  std::string resolved(const crypto::Uuid& id, std::size_t n) {
    ResolveQuery query;
    query.tenant = id;
    query.tool_name = tool_of(n);
    auto values = wait(resolve_values(store(), query, a_tool()));
    if (!values) return "failed: " + values.error().subject;
    std::string all;
    for (const ReleasedValue& value : *values) all += text_of(value.value);
    return all;
  }
  std::vector<SecretInfo> listed(const crypto::Uuid& id) {
    auto all = wait(store().secrets().list(id, {}, who()));
    BOOST_REQUIRE_MESSAGE(all, all.error().subject);
    return std::move(all->secrets);
  }
  void expect_values(const crypto::Uuid& id, std::size_t number) {
    for (std::size_t n = 0; n < number; ++n) BOOST_TEST(resolved(id, n) == value_of(n));
  }
  void expect_clean() {
    const VerifyReport report = verify();
    for (const auto& problem : report.problems) BOOST_TEST_MESSAGE(problem);
    BOOST_TEST(report.problem_count == 0U);
    BOOST_TEST(report.values_opened == report.secrets);
  }

  /// A run to the end, and what it reported.
  struct Ran {
    Outcome<void> done;
    std::vector<std::string> problems;
    std::uint64_t counted = 0;
    std::uint64_t tenants = 0;
    std::uint64_t secrets = 0;
    bool unfinished = false;
    Outcome<std::uint64_t> cut_off = Failure{};
  };
  Ran rekey(RekeyWish wish) {
    const bool all = !wish.tenant;
    RekeyRun run(store().keys(), store().audit(), std::move(wish), rekeyer());
    Ran ran;
    ran.done = wait(run.begin());
    if (!ran.done) return ran;
    const auto counted = run.count({});
    BOOST_REQUIRE(counted);
    ran.counted = *counted;
    RunWatch watch;
    watch.problem = [&ran](const std::string& sentence) { ran.problems.push_back(sentence); };
    ran.done = wait(run.run(std::move(watch)));
    ran.tenants = run.tenants();
    ran.secrets = run.secrets();
    ran.unfinished = run.unfinished();
    if (all) ran.cut_off = run.cut_off();
    return ran;
  }
  RekeyOrderPtr order(bool all = false) {
    const auto made = std::make_shared<RekeyOrder>();
    made->store = store().keys().context();
    made->who = rekeyer();
    made->all = all;
    made->started = 1'800'000'000'000'000;
    return made;
  }
  RekeyStep step(const RekeyOrderPtr& order, const crypto::Uuid& id, RekeyPosition from = {}, std::size_t most = 48) {
    auto done = wait(rekey_step(order, id, std::move(from), most));
    BOOST_REQUIRE_MESSAGE(done, done.error().subject);
    return std::move(*done);
  }
  std::vector<std::string> entries() {
    std::vector<std::string> found;
    for (const std::string& body : audit()) {
      if (body.find("\"action\":\"tenant.rekey\"") != std::string::npos) found.push_back(body);
    }
    return found;
  }
};

}  // namespace tacit::store::testing
