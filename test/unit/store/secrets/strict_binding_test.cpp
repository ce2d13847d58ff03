// With strict binding a value is sealed with its tool and argument: changing them needs the value, and a row that was
// bound to another tool without it releases nothing.
#include <boost/test/unit_test.hpp>

#include "store/keys/prekeys.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/interrupted_engine_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using Kind = FieldChange::Kind;

namespace {

AuditContext of_plane(std::string plane) {
  AuditContext context = who();
  context.plane = std::move(plane);
  return context;
}

struct StrictFixture : StoreFixture {
  StrictFixture() : StoreFixture(signed_store()) { BOOST_REQUIRE(wait(store().prekeys().add(4))); }

  /// The setting of all tenants, as by a reload.
  void set_for_all(bool strict) {
    StoreOptions options = store_options();
    options.strict_binding = strict;
    const auto changed = store().reconfigure(keys_of_phase(crypto::SigningPhase::required), options);
    BOOST_REQUIRE_MESSAGE(changed, changed.error().subject);
  }
  Outcome<void> set_for(std::uint8_t tenant, std::optional<bool> strict) {
    TenantLimits limits;
    limits.strict_binding = strict;
    return wait(store().tenants().set_limits(tenant_id(tenant), limits, of_plane("operator")));
  }
  SecretInfo create(std::uint8_t tenant, NewSecret secret) {
    auto made = wait(store().secrets().create(tenant_id(tenant), std::move(secret), who()));
    BOOST_REQUIRE_MESSAGE(made, made.error().subject);
    return *made;
  }
  Outcome<SecretInfo> update(const SecretInfo& secret, SecretUpdate update) {
    return wait(store().secrets().update(secret.tenant, secret.id, std::move(update), who()));
  }
  Outcome<std::vector<ReleasedValue>> resolve(const SecretInfo& secret, std::string tool,
                                              std::string argument = "key") {
    ResolveQuery query;
    query.tenant = secret.tenant;
    query.tool_name = std::move(tool);
    query.secrets.emplace_back(std::move(argument), secret.name);
    return wait(resolve_values(store(), std::move(query), of_plane("tools")));
  }
  std::string released(const SecretInfo& secret, std::string tool, std::string argument = "key") {
    const auto values = resolve(secret, std::move(tool), std::move(argument));
    BOOST_REQUIRE_MESSAGE(values, values.error().subject);
    BOOST_REQUIRE_EQUAL(values->size(), 1U);
    return text_of(values->front().value);
  }

  std::string key_of(const SecretInfo& secret) { return text(secret_row_key(secret.tenant, secret.id).view()); }
  std::string row_of(const SecretInfo& secret) { return rows(Table::tenants).at(key_of(secret)); }
  SecretHeader header_of(const SecretInfo& secret) {
    const std::string row = row_of(secret);
    const auto parsed = parse_secret_row(crypto::as_bytes(row));
    BOOST_REQUIRE(parsed);
    return parsed->header;
  }
  bool is_strict(const SecretInfo& secret) { return header_of(secret).strict; }

  /// Seals the row again after `change`, as the holder of the metadata key could.
  template <class Change>
  void forge(const SecretInfo& secret, Change change) {
    const std::string row = row_of(secret);
    const crypto::MetadataKeyring& ring = *keys_of_phase(crypto::SigningPhase::required).metadata;
    auto opened = open_secret(MetadataOpener{ring, secret.tenant}, secret.id, crypto::as_bytes(row));
    BOOST_REQUIRE(opened);
    const Bytes box(opened->value_box.begin(), opened->value_box.end());
    change(opened->header, opened->metadata);
    const crypto::TenantKeys keys(ring.primary(), secret.tenant);
    put(Table::tenants, key_of(secret), text(seal_secret(keys, secret.id, opened->header, box, opened->metadata)));
  }
};

SecretUpdate set_tool(std::string tool) {
  SecretUpdate update;
  update.tool_name = {Kind::set, std::move(tool)};
  return update;
}

SecretUpdate set_argument(std::string argument) {
  SecretUpdate update;
  update.tool_arg = {Kind::set, std::move(argument)};
  return update;
}

SecretUpdate cleared() {
  SecretUpdate update;
  update.tool_name.kind = update.tool_arg.kind = Kind::clear;
  update.is_default_for_tool = false;
  return update;
}

SecretUpdate with_value(SecretUpdate update, std::string_view value = "another value") {
  update.value.emplace().append(value);
  return update;
}

std::optional<Errc> code_of(const Outcome<SecretInfo>& outcome) {
  if (outcome) return std::nullopt;
  return outcome.error().code;
}

void check_altered(const Outcome<std::vector<ReleasedValue>>& outcome, std::string_view why) {
  BOOST_REQUIRE(!outcome);
  BOOST_CHECK(outcome.error().code == Errc::integrity);
  BOOST_TEST(outcome.error().subject == why);
}

constexpr std::string_view does_not_open = "the secret's value cannot be opened";

}  // namespace

BOOST_AUTO_TEST_SUITE(strict_binding)

BOOST_AUTO_TEST_CASE(a_change_of_the_binding_needs_the_value) {
  StrictFixture fixture;
  fixture.set_for_all(true);
  for (SecretUpdate (*const change)() :
       {+[] { return set_tool("other"); }, +[] { return set_argument("other"); }, +[] { return cleared(); }}) {
    const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
    BOOST_TEST(fixture.is_strict(secret));
    const std::string before = fixture.row_of(secret);
    BOOST_CHECK(code_of(fixture.update(secret, change())) == Errc::value_needed);
    BOOST_TEST(fixture.row_of(secret) == before);
    const auto changed = fixture.update(secret, with_value(change()));
    BOOST_REQUIRE(changed);
    BOOST_TEST(fixture.is_strict(secret));
    const std::string tool = changed->tool_name.value_or("any");
    BOOST_TEST(fixture.released(*changed, tool, changed->tool_arg.value_or("any")) == "another value");
    BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(secret.tenant, secret.id, who())));
  }
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(other_changes_need_no_value) {
  StrictFixture fixture;
  fixture.set_for_all(true);
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  BOOST_CHECK(!code_of(fixture.update(secret, set_tool("tool"))));  // as it is
  BOOST_CHECK(!code_of(fixture.update(secret, set_argument("key"))));
  SecretUpdate update = set_tool("tool");
  update.name = "renamed";
  update.is_default_for_tool = false;
  const auto renamed = fixture.update(secret, std::move(update));
  BOOST_REQUIRE(renamed);
  BOOST_TEST(fixture.is_strict(secret));
  BOOST_TEST(fixture.released(*renamed, "tool") == "the value");
  BOOST_CHECK(!code_of(fixture.update(secret, with_value({}))));
  BOOST_TEST(fixture.released(*renamed, "tool") == "another value");
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(without_strict_binding_the_binding_changes_alone) {
  StrictFixture fixture;
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  BOOST_TEST(!fixture.is_strict(secret));
  BOOST_CHECK(!code_of(fixture.update(secret, set_tool("other"))));
  BOOST_TEST(fixture.released(secret, "other") == "the value");
}

BOOST_AUTO_TEST_CASE(a_value_of_before_needs_the_value_too_and_is_then_bound) {
  StrictFixture fixture;
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  fixture.set_for_all(true);
  BOOST_CHECK(code_of(fixture.update(secret, set_tool("other"))) == Errc::value_needed);
  SecretUpdate rename;
  rename.name = "renamed";
  const auto renamed = fixture.update(secret, std::move(rename));
  BOOST_REQUIRE(renamed);
  BOOST_TEST(!fixture.is_strict(secret));
  BOOST_TEST(fixture.released(*renamed, "tool") == "the value");
  BOOST_CHECK(!code_of(fixture.update(secret, with_value(set_tool("other")))));
  BOOST_TEST(fixture.is_strict(secret));
  BOOST_TEST(fixture.released(*renamed, "other") == "another value");
}

BOOST_AUTO_TEST_CASE(a_bound_value_stays_bound_until_it_is_written_again) {
  StrictFixture fixture;
  fixture.set_for_all(true);
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  fixture.set_for_all(false);
  BOOST_TEST(fixture.released(secret, "tool") == "the value");
  BOOST_CHECK(code_of(fixture.update(secret, set_tool("other"))) == Errc::value_needed);
  BOOST_CHECK(!code_of(fixture.update(secret, with_value(set_tool("other")))));
  BOOST_TEST(!fixture.is_strict(secret));
  BOOST_CHECK(!code_of(fixture.update(secret, set_tool("third"))));
  BOOST_TEST(fixture.released(secret, "third") == "another value");
}

BOOST_AUTO_TEST_CASE(a_tenants_own_setting_counts_before_that_of_all) {
  StrictFixture fixture;
  BOOST_REQUIRE(fixture.set_for(1, true));
  const SecretInfo bound = fixture.create(1, new_secret("bound"));
  const SecretInfo other = fixture.create(2, new_secret("other"));
  BOOST_TEST(fixture.is_strict(bound));
  BOOST_TEST(!fixture.is_strict(other));
  fixture.set_for_all(true);
  BOOST_REQUIRE(fixture.set_for(1, false));
  BOOST_TEST(!fixture.is_strict(fixture.create(1, new_secret("not bound"))));
  BOOST_TEST(fixture.is_strict(fixture.create(2, new_secret("bound"))));
  BOOST_REQUIRE(fixture.set_for(1, std::nullopt));
  BOOST_TEST(fixture.is_strict(fixture.create(1, new_secret("bound again"))));
  const auto limits = fixture.wait(fixture.store().tenants().limits(tenant_id(1)));
  BOOST_REQUIRE(limits);
  BOOST_TEST(!limits->strict_binding);
}

BOOST_AUTO_TEST_CASE(the_audit_names_the_tenants_own_setting) {
  StrictFixture fixture;
  for (const std::optional<bool> strict :
       {std::optional<bool>(true), std::optional<bool>(false), std::optional<bool>()}) {
    BOOST_REQUIRE(fixture.set_for(1, strict));
    const std::string word = strict ? (*strict ? "on" : "off") : "default";
    BOOST_TEST(fixture.audit().back().find(" strict_binding=" + word + "\"") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_store_without_rows_of_format_3_refuses_the_tenants_own_setting) {
  StoreFixtureOptions options;
  options.new_format = 2;
  options.keys = keys_of_phase(crypto::SigningPhase::none);
  StoreFixture fixture(options);
  TenantLimits limits;
  limits.strict_binding = true;
  const auto refused = fixture.wait(fixture.store().tenants().set_limits(tenant_id(1), limits, of_plane("operator")));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::unavailable);
  BOOST_TEST(fixture.rows(Table::tenants).empty());
  limits.strict_binding.reset();
  BOOST_TEST(
      fixture.wait(fixture.store().tenants().set_limits(tenant_id(1), limits, of_plane("operator"))).has_value());
}

BOOST_AUTO_TEST_CASE(a_change_of_the_setting_before_the_write_counts) {
  StrictFixture fixture;
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  const auto interrupted = [&fixture](std::optional<bool> strict) {
    auto second = Store::open(fixture.store_options(), keys_of_phase(crypto::SigningPhase::required),
                              std::make_unique<InterruptedEngine>(
                                  fixture.engine(), [&fixture, strict] { BOOST_REQUIRE(fixture.set_for(1, strict)); }));
    BOOST_REQUIRE(second);
    return std::move(*second);
  };
  const auto made =
      fixture.wait(interrupted(true)->secrets().create(tenant_id(1), new_secret("made meanwhile"), who()));
  BOOST_REQUIRE(made);
  BOOST_TEST(fixture.is_strict(*made));
  BOOST_REQUIRE(fixture.wait(interrupted(false)->secrets().update(secret.tenant, secret.id, with_value({}), who())));
  BOOST_TEST(!fixture.is_strict(secret));
  BOOST_REQUIRE(fixture.wait(interrupted(true)->secrets().update(secret.tenant, secret.id, with_value({}), who())));
  BOOST_TEST(fixture.is_strict(secret));
  BOOST_TEST(fixture.released(secret, "tool") == "another value");
}

BOOST_AUTO_TEST_CASE(a_change_of_the_binding_before_the_write_counts) {
  StrictFixture fixture;
  fixture.set_for_all(true);
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  StoreOptions options = fixture.store_options();
  options.strict_binding = true;
  const auto rebind = [&] { BOOST_REQUIRE(fixture.update(secret, with_value(set_tool("other"), "third value"))); };
  const auto second = Store::open(options, keys_of_phase(crypto::SigningPhase::required),
                                  std::make_unique<InterruptedEngine>(fixture.engine(), rebind));
  BOOST_REQUIRE(second);
  BOOST_REQUIRE(fixture.wait((*second)->secrets().update(secret.tenant, secret.id, with_value({}), who())));
  BOOST_TEST(fixture.is_strict(secret));
  BOOST_TEST(fixture.released(secret, "other") == "another value");
}

BOOST_AUTO_TEST_CASE(a_row_that_was_bound_to_another_tool_releases_nothing) {
  StrictFixture fixture;
  fixture.set_for_all(true);
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  fixture.forge(secret, [](SecretHeader&, Metadata& metadata) { metadata.tool_name = "other"; });
  check_altered(fixture.resolve(secret, "other"), does_not_open);
  fixture.forge(secret, [](SecretHeader& header, Metadata&) { header.strict = false; });
  check_altered(fixture.resolve(secret, "other"), does_not_open);
  fixture.forge(secret, [](SecretHeader& header, Metadata& metadata) {
    header.strict = true;
    metadata.tool_name.reset();
  });
  check_altered(fixture.resolve(secret, "other"), does_not_open);
  fixture.forge(secret, [](SecretHeader&, Metadata& metadata) {
    metadata.tool_name = "other";
    metadata.tool_arg = "argument";
  });
  check_altered(fixture.resolve(secret, "other", "argument"), does_not_open);
  fixture.forge(secret, [](SecretHeader&, Metadata& metadata) {
    metadata.tool_name = "tool";
    metadata.tool_arg = "key";
  });
  BOOST_TEST(fixture.released(secret, "tool") == "the value");
}

BOOST_AUTO_TEST_CASE(an_old_value_of_the_secret_releases_nothing_under_its_new_binding) {
  StrictFixture fixture;
  fixture.set_for_all(true);
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  const std::string old = fixture.row_of(secret);
  BOOST_REQUIRE(fixture.update(secret, with_value(set_tool("other"))));
  fixture.put(Table::tenants, fixture.key_of(secret), old);
  fixture.forge(secret, [](SecretHeader&, Metadata& metadata) { metadata.tool_name = "other"; });
  check_altered(fixture.resolve(secret, "other"), does_not_open);
}

BOOST_AUTO_TEST_CASE(a_value_of_another_length_than_its_metadata_is_not_released) {
  StrictFixture fixture;
  const SecretInfo secret = fixture.create(1, new_default("s", "tool", "key", "the value"));
  fixture.forge(secret, [](SecretHeader&, Metadata& metadata) { metadata.value_length = 3; });
  check_altered(fixture.resolve(secret, "tool"), "the secret's value has another length than its metadata");
}

BOOST_AUTO_TEST_SUITE_END()
