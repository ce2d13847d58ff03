// A store with all sorts of tenants, whose keys are changed like by an operator.
#pragma once

#include <string>
#include <vector>

#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/keys/own_keyrings_fixture.hpp"

namespace tacit::store::testing {

inline constexpr std::size_t many = 40;
inline const crypto::Uuid small = tenant_id(1);
inline const crypto::Uuid keyless = tenant_id(2);
inline const crypto::Uuid large = tenant_id(3);

inline std::string name_of(std::size_t n) { return "secret " + std::to_string(n); }
inline std::string tool_of(std::size_t n) {
  return n % 2 == 0 ? "tool__" + std::to_string(n) + "__*" : "tool" + std::to_string(n);
}

inline AuditContext rotating() { return {.plane = "operator", .actor = "operator:test", .peer = {}, .request_id = {}}; }

struct RotationFixture {
  /// A new store of that format; 0: of the newest one.
  explicit RotationFixture(std::uint32_t format = 0) : fixture(options(format)) {
    const auto create = [&](const crypto::Uuid& tenant, NewSecret secret) {
      BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant, std::move(secret), who())));
    };
    create(small, new_secret("unbound"));
    create(small, new_default("default", "tool", "argument", "a default value"));
    NewSecret bound = new_secret("bound");
    bound.tool_name = "tool*";
    create(small, std::move(bound));
    for (std::size_t n = 0; n < many; ++n) create(large, new_default(name_of(n), tool_of(n), "argument", value_of(n)));
    BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_limits(keyless, {7, 8, 9, 10}, who())));
    BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_quota(keyless, 12345, who())));
    for (int n = 1; n <= 3; ++n) {
      ApiKey key = some_api_key(numbered(n), tenant_id(static_cast<std::uint8_t>(n)));
      BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().add(key, who())));
    }
    BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(numbered(3), who())));
    before = listed();
  }

  StoreFixtureOptions options(std::uint32_t format) const {
    StoreFixtureOptions made;
    made.new_format = format;
    made.keys = rings.load();
    return made;
  }
  static std::string value_of(std::size_t n) { return "the value of secret " + std::to_string(n); }

  /// Adds a key, names it in the store and promotes it. The fixture then has the new rings.
  crypto::KeyId rotate(KeyKind kind) {
    old = rings.primary(kind);
    const crypto::KeyId fresh = rings.add(kind);
    fixture.reopen_with(rings.load());
    stale = rings.load();
    BOOST_REQUIRE(fixture.wait(fixture.store().keys().change(KeyChange::promote, kind, fresh, rotating())));
    rings.promote(kind, fresh);
    fixture.reopen_with(rings.load());
    const auto begun = fixture.wait(fixture.store().keys().begin_rewrap(kind, rotating()));
    BOOST_REQUIRE_MESSAGE(begun, begun.error().subject);
    BOOST_TEST((*begun == fresh));
    return fresh;
  }

  RewrapStep step(KeyKind kind, std::size_t most, RewrapPosition from = {}) {
    auto done = fixture.wait(fixture.store().keys().rewrap_step(kind, std::move(from), most, rotating()));
    BOOST_REQUIRE_MESSAGE(done, done.error().subject);
    return std::move(*done);
  }

  /// Runs to the end; returns the work done.
  RewrapStep run(KeyKind kind, std::size_t most) {
    RewrapStep all;
    RewrapPosition at;
    for (;;) {
      RewrapStep done = step(kind, most, at);
      at = done.next;
      all.tenants += done.tenants;
      all.secrets += done.secrets;
      all.api_keys += done.api_keys;
      all.beside += done.beside;
      all.problems.insert(all.problems.end(), done.problems.begin(), done.problems.end());
      if (done.finished) return all;
    }
  }

  std::vector<SecretInfo> list(const crypto::Uuid& tenant) {
    auto all = fixture.wait(fixture.store().secrets().list(tenant, {}, who()));
    BOOST_REQUIRE_MESSAGE(all, all.error().subject);
    return std::move(all->secrets);
  }
  /// Everything that tenants see of their secrets, in words.
  std::vector<std::string> listed() {
    std::vector<std::string> words;
    for (const auto& tenant : {small, large}) {
      for (const SecretInfo& info : list(tenant)) {
        words.push_back(info.id.str() + info.name + info.display.value_or("-") + info.tool_name.value_or("-") +
                        info.tool_arg.value_or("-") + std::to_string(info.created_at) + ' ' +
                        std::to_string(info.updated_at));
      }
    }
    return words;
  }
  std::size_t found_by_name(const crypto::Uuid& tenant, const std::string& name) {
    ListQuery query;
    query.secret_name = name;
    auto all = fixture.wait(fixture.store().secrets().list(tenant, query, who()));
    BOOST_REQUIRE_MESSAGE(all, all.error().subject);
    return all->secrets.size();
  }
  std::string resolved(const crypto::Uuid& tenant, const std::string& tool) {
    ResolveQuery query;
    query.tenant = tenant;
    query.tool_name = tool;
    auto values = fixture.wait(resolve_values(fixture.store(), query, who()));
    if (!values) return "failed: " + values.error().subject;
    std::string all;
    for (const ReleasedValue& value : *values) all += text_of(value.value);
    return all;
  }

  void expect_clean() {
    const VerifyReport report = fixture.verify();
    for (const auto& problem : report.problems) BOOST_TEST_MESSAGE(problem);
    BOOST_TEST(report.problem_count == 0U);
    BOOST_TEST(report.values_opened == report.secrets);
  }
  /// Checks all invariants, with both keys.
  void expect_unchanged() {
    expect_clean();
    BOOST_TEST(listed() == before, boost::test_tools::per_element());
    for (std::size_t n = 0; n < many; n += 7) {
      BOOST_TEST(found_by_name(large, name_of(n)) == 1U);
      BOOST_TEST(resolved(large, n % 2 == 0 ? "tool__" + std::to_string(n) + "__x" : tool_of(n)) == value_of(n));
      const auto twice = fixture.wait(fixture.store().secrets().create(large, new_secret(name_of(n)), who()));
      BOOST_TEST((!twice && twice.error().code == Errc::name_taken));
      const auto other =
          fixture.wait(fixture.store().secrets().create(large, new_default("x", tool_of(n), "argument"), who()));
      BOOST_TEST((!other && other.error().code == Errc::default_taken));
    }
    BOOST_TEST(resolved(small, "tool") == "a default value");
    const auto limits = fixture.wait(fixture.store().tenants().limits(keyless));
    const TenantLimits expected{.requests_per_second = 7, .request_burst = 8, .api_keys = 9, .secrets = 10};
    BOOST_TEST((limits && *limits == expected));
    const auto keys = fixture.store().api_keys().list(std::nullopt);
    BOOST_REQUIRE(keys);
    BOOST_TEST(keys->size() == 3U);
    BOOST_TEST(keys->at(2).revoked_at.has_value());
  }

  KeyUse uses(KeyKind kind, const crypto::KeyId& id) {
    auto census = fixture.store().keys().census(kind, {});
    BOOST_REQUIRE(census);
    BOOST_TEST(census->unreadable == 0U);
    return census->of(id);
  }

  /// The store's row for that kind of keys, after another process changed and recorded it.
  void others_named(KeyKind kind, std::vector<crypto::KeyId> ids, std::vector<crypto::KeyId> retired) {
    NamedKeys named{.root = {rings.primary(KeyKind::root)},
                    .metadata = {rings.primary(KeyKind::metadata)},
                    .retired = std::move(retired)};
    named.of(kind) = std::move(ids);
    const crypto::Bytes row = keys_value(named, *rings.load().metadata);
    fixture.put(Table::meta, "keys", std::string(crypto::as_text(row)));
    AuditEvent event;
    event.action = AuditAction::key_promote;
    event.rows.push_back(row_digest(row));
    BOOST_REQUIRE(fixture.wait(fixture.store().audit().record(event, rotating())));
  }

  /// Retires the old key in the store and the rings; then only the new one is left.
  void retire(KeyKind kind, const crypto::KeyId& id) {
    BOOST_REQUIRE(fixture.wait(fixture.store().keys().change(KeyChange::retire, kind, id, rotating())));
    rings.retire(kind, id);
    fixture.reopen_with(rings.load());
  }

  OwnKeyrings rings;
  StoreFixture fixture;
  crypto::KeyId old{};
  StoreKeys stale;  ///< those of a server with the new key, and with the old one as primary
  std::vector<std::string> before;
};

}  // namespace tacit::store::testing
