// Resolve releases the most specific default or an allowed named secret, after a durable audit entry.
#include <lmdb.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/binding_precedence.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/interrupted_engine_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct ResolveFixture : StoreFixture {
  SecretInfo create(NewSecret secret) {
    auto made = wait(store().secrets().create(tenant_id(1), std::move(secret), who()));
    BOOST_REQUIRE(made);
    return std::move(*made);
  }
  Outcome<std::vector<ReleasedValue>> resolve(std::string tool, std::vector<std::string> provided = {},
                                              std::vector<std::pair<std::string, std::string>> named = {}) {
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = std::move(tool);
    query.provided_args = std::move(provided);
    query.secrets = std::move(named);
    return wait(resolve_values(store(), std::move(query), who()));
  }
  /// "argument=value " for each, in the order of the arguments.
  std::string text(const Outcome<std::vector<ReleasedValue>>& outcome) {
    BOOST_REQUIRE(outcome);
    std::map<std::string, std::string> values;
    for (const auto& each : *outcome) values[each.argument] = text_of(each.value);
    std::string text;
    for (const auto& [argument, value] : values) text += argument + "=" + value + " ";
    return text;
  }
  bool audited(const std::string& part) {
    const auto bodies = audit();
    return !bodies.empty() && bodies.back().find(part) != std::string::npos;
  }
};

std::optional<Errc> code_of(const Outcome<std::vector<ReleasedValue>>& outcome) {
  if (outcome) return std::nullopt;
  return outcome.error().code;
}

StoredSecret stored(std::string tool, std::int64_t updated_at, std::uint8_t id) {
  StoredSecret secret;
  secret.id = tenant_id(id);
  secret.header.updated_at = updated_at;
  secret.metadata.tool_name = std::move(tool);
  secret.metadata.tool_arg = "key";
  return secret;
}

/// What the first transaction of an erasure leaves: the secrets, without the record.
Task<Outcome<void>> begin_erasure(Transaction& transaction) {
  transaction.erase(Table::tenants, record_row_key(tenant_id(1)).view());
  put_erasure_mark(transaction, tenant_id(1), *all_keys().metadata);
  co_return Outcome<void>();
}

/// Seals the tenant's private key again, to the same root key.
Task<Outcome<void>> rewrap_key(Transaction& transaction) {
  const StoreKeys keys = all_keys();
  auto loaded = co_await load_tenant(transaction, *keys.metadata, tenant_id(1));
  if (!loaded) co_return loaded.error();
  Tenant& tenant = **loaded;
  auto key = tacit::crypto::rewrap_tenant_key(*keys.root_private, keys.root_public->primary(), keys.root_signer(),
                                              keys.store(), tenant.id, *tenant.record.key);
  if (!key || key->box == tenant.record.key->box) co_return failed(Errc::integrity);
  tenant.record.key = std::move(key);
  co_await save_tenant(transaction, tenant);
  co_return Outcome<void>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resolve)

BOOST_AUTO_TEST_CASE(the_most_specific_binding_goes_first) {
  BOOST_TEST(more_specific(stored("tool", 1, 1), stored("too*", 9, 9)));
  BOOST_TEST(more_specific(stored("tool", 1, 1), stored("tool*", 9, 9)));
  BOOST_TEST(more_specific(stored("too*", 1, 1), stored("to*", 9, 9)));
  BOOST_TEST(more_specific(stored("t*o*l", 1, 1), stored("to*", 9, 9)));
  BOOST_TEST(more_specific(stored("to*", 2, 1), stored("*ol", 1, 9)));
  BOOST_TEST(more_specific(stored("to*", 1, 2), stored("*ol", 1, 1)));
  // Three bytes of one character against two characters.
  BOOST_TEST(more_specific(stored("*ol", 1, 1), stored("\xE2\x82\xAC*", 9, 9)));
}

BOOST_AUTO_TEST_CASE(each_argument_gets_its_most_specific_default) {
  ResolveFixture fixture;
  fixture.create(new_default("all", "*", "key", "for all"));
  fixture.create(new_default("team", "agno__*", "team", "a team"));
  fixture.create(new_default("linear", "agno__linear__*", "key", "for linear"));
  fixture.create(new_default("get", "agno__linear__get", "key", "for get"));
  NewSecret plain = new_default("plain", "agno__linear__get", "other", "not a default");
  plain.is_default_for_tool = false;
  fixture.create(std::move(plain));
  BOOST_TEST(fixture.text(fixture.resolve("agno__linear__get")) == "key=for get team=a team ");
  BOOST_TEST(fixture.text(fixture.resolve("agno__linear__list")) == "key=for linear team=a team ");
  BOOST_TEST(fixture.text(fixture.resolve("agno__github__list")) == "key=for all team=a team ");
  BOOST_TEST(fixture.text(fixture.resolve("x")) == "key=for all ");
}

BOOST_AUTO_TEST_CASE(of_equal_patterns_the_newest_change_wins) {
  ResolveFixture fixture;
  const SecretInfo first = fixture.create(new_default("first", "ab*", "key", "first"));
  fixture.create(new_default("second", "a*b", "key", "second"));
  BOOST_TEST(fixture.text(fixture.resolve("abb")) == "key=second ");
  SecretUpdate touch;
  touch.name = "renamed";
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().update(tenant_id(1), first.id, std::move(touch), who())));
  BOOST_TEST(fixture.text(fixture.resolve("abb")) == "key=first ");
}

BOOST_AUTO_TEST_CASE(given_and_named_arguments_get_no_default) {
  ResolveFixture fixture;
  fixture.create(new_default("a", "tool", "a", "default a"));
  fixture.create(new_default("b", "tool", "b", "default b"));
  fixture.create(new_secret("free", "free value"));
  BOOST_TEST(fixture.text(fixture.resolve("tool", {"a"})) == "b=default b ");
  BOOST_TEST(fixture.text(fixture.resolve("tool", {"a"}, {{"b", "free"}})) == "b=free value ");
  BOOST_TEST(fixture.text(fixture.resolve("tool", {"a", "b"})).empty());
}

BOOST_AUTO_TEST_CASE(a_named_secret_must_be_bound_to_that_tool_and_argument_or_to_none) {
  ResolveFixture fixture;
  fixture.create(new_secret("free", "free value"));
  NewSecret by_tool = new_secret("by tool", "tool value");
  by_tool.tool_name = "agno__*";
  fixture.create(std::move(by_tool));
  NewSecret by_argument = new_secret("by argument", "argument value");
  by_argument.tool_arg = "key";
  fixture.create(std::move(by_argument));
  BOOST_TEST(fixture.text(fixture.resolve("agno__x", {}, {{"key", "by tool"}, {"z", "free"}})) ==
             "key=tool value z=free value ");
  BOOST_TEST(fixture.text(fixture.resolve("any", {}, {{"key", "by argument"}})) == "key=argument value ");
  // One secret for two arguments.
  BOOST_TEST(fixture.text(fixture.resolve("any", {}, {{"x", "free"}, {"y", "free"}})) == "x=free value y=free value ");

  const auto wrong_tool = fixture.resolve("other", {}, {{"z", "free"}, {"key", "by tool"}});
  BOOST_CHECK(code_of(wrong_tool) == Errc::not_allowed);
  BOOST_TEST(wrong_tool.error().subject == R"("by tool" for the argument "key" (not_bound))");
  BOOST_TEST(fixture.audited("tool.refused"));
  BOOST_TEST(fixture.audited("not_allowed"));
  BOOST_TEST(!fixture.audited("by tool"));
  BOOST_CHECK(code_of(fixture.resolve("any", {}, {{"other", "by argument"}})) == Errc::not_allowed);
  const auto missing = fixture.resolve("any", {}, {{"x", "nobody"}});
  BOOST_CHECK(code_of(missing) == Errc::not_allowed);
  BOOST_TEST(missing.error().subject == R"("nobody" for the argument "x" (not_found))");

  // All of them, in the order in which they were named.
  const auto several =
      fixture.resolve("other", {}, {{"a", "nobody"}, {"z", "free"}, {"key", "by tool"}, {"b", "by argument"}});
  BOOST_CHECK(code_of(several) == Errc::not_allowed);
  BOOST_TEST(several.error().subject ==
             R"("nobody" for the argument "a" (not_found); "by tool" for the argument "key" (not_bound); )"
             R"("by argument" for the argument "b" (not_bound))");
}

BOOST_AUTO_TEST_CASE(one_resolve_releases_256_values_at_most) {
  ResolveFixture fixture;
  for (int i = 0; i < 257; ++i) {
    const std::string n = std::to_string(i);
    fixture.create(new_default("secret " + n, "tool", "argument " + n));
  }
  fixture.create(new_secret("free"));
  const auto refused = fixture.resolve("tool");
  BOOST_CHECK(code_of(refused) == Errc::too_many_arguments);
  BOOST_TEST(fixture.audited("tool.refused"));
  BOOST_TEST(fixture.audited("too_many_arguments"));
  const auto allowed = fixture.resolve("tool", {"argument 0"});
  BOOST_REQUIRE(allowed);
  BOOST_TEST(allowed->size() == 256U);
  const std::vector<std::pair<std::string, std::string>> named{{"other", "free"}};
  BOOST_CHECK(code_of(fixture.resolve("tool", {"argument 0"}, named)) == Errc::too_many_arguments);
  const std::vector<std::pair<std::string, std::string>> many(257, {"x", "nobody"});
  BOOST_CHECK(code_of(fixture.resolve("tool", {}, many)) == Errc::too_many_arguments);
}

BOOST_AUTO_TEST_CASE(a_release_is_audited_with_its_ids_and_nothing_secret) {
  ResolveFixture fixture;
  const SecretInfo made = fixture.create(new_default("the name", "tool", "key", "the value"));
  const auto values = fixture.resolve("tool");
  BOOST_REQUIRE(values);
  BOOST_TEST(values->at(0).secret_name == "the name");
  BOOST_CHECK(values->at(0).secret == made.id);
  BOOST_TEST(values->at(0).updated_at == made.updated_at);
  BOOST_TEST(fixture.audited("\"action\":\"secret.release\",\"outcome\":\"ok\""));
  BOOST_TEST(fixture.audited("\"secrets\":[\"" + made.id.str() + "\"]"));
  BOOST_TEST(fixture.audited("\"tool\":\"tool\""));
  BOOST_TEST(fixture.audited("\"peer\":\"192.0.2.1:4000\""));
  BOOST_TEST(!fixture.audited("the name"));
  BOOST_TEST(!fixture.audited("the value"));
}

BOOST_AUTO_TEST_CASE(an_unknown_tenant_has_no_defaults_and_no_names) {
  ResolveFixture fixture;
  BOOST_TEST(fixture.text(fixture.resolve("tool")).empty());
  BOOST_TEST(fixture.audit().empty());
  BOOST_CHECK(code_of(fixture.resolve("tool", {}, {{"x", "name"}})) == Errc::not_allowed);
  BOOST_TEST(fixture.audited("tool.refused"));
}

BOOST_AUTO_TEST_CASE(no_value_is_released_before_its_entry_is_durable) {
  bool fail = false;
  StoreFixtureOptions options;
  options.commit = [&fail](MDB_txn* txn) {
    if (!fail) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return EIO;
  };
  StoreFixture fixture(options);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who())));
  fail = true;
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  const auto refused = fixture.wait(resolve_values(fixture.store(), std::move(query), who()));
  BOOST_CHECK(code_of(refused) == Errc::unavailable);
}

// The values were chosen and opened before the erasure, and their release would be recorded after it.
BOOST_AUTO_TEST_CASE(an_erasure_before_the_record_of_a_release) {
  for (const bool ended : {false, true}) {
    ResolveFixture fixture;
    const SecretInfo made = fixture.create(new_default("a", "tool", "key"));
    const auto erase = [&] {
      if (ended) {
        BOOST_REQUIRE(fixture.wait(fixture.store().tenants().erase(tenant_id(1), {}, who())));
      } else {
        WorkBody<void> body = begin_erasure;
        BOOST_REQUIRE(fixture.wait(write<void>(fixture.engine(), std::move(body), Growth::shrinks, 0)));
      }
    };
    const auto second =
        Store::open(fixture.store_options(), all_keys(), std::make_unique<InterruptedEngine>(fixture.engine(), erase));
    BOOST_REQUIRE(second);
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = "tool";
    const auto values = fixture.wait(resolve_values(**second, std::move(query), who()));
    if (ended) {
      BOOST_TEST(fixture.text(values).empty());  // an unknown tenant has no defaults
    } else {
      BOOST_CHECK(code_of(values) == Errc::unavailable);
      BOOST_TEST(values.error().subject == "the tenant is being erased");
      const RowKey row = secret_row_key(tenant_id(1), made.id);
      BOOST_TEST(fixture.rows(Table::tenants).count(std::string(tacit::crypto::as_text(row.view()))) == 1U);
    }
    for (const std::string& entry : fixture.audit()) BOOST_TEST(entry.find("secret.release") == std::string::npos);
  }
}

// A root rewrap seals a tenant's private key again: the pair is the same.
BOOST_AUTO_TEST_CASE(root_rewraps_before_the_record_of_a_release_do_not_hinder_it) {
  ResolveFixture fixture;
  fixture.create(new_default("a", "tool", "key", "the value"));
  const auto rewrap = [&] {
    WorkBody<void> body = rewrap_key;
    BOOST_REQUIRE(fixture.wait(write<void>(fixture.engine(), std::move(body), Growth::shrinks, 0)));
  };
  const auto second =
      Store::open(fixture.store_options(), all_keys(),
                  std::make_unique<InterruptedEngine>(fixture.engine(), rewrap, InterruptedEngine::How::each_write));
  BOOST_REQUIRE(second);
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  BOOST_TEST(fixture.text(fixture.wait(resolve_values(**second, std::move(query), who()))) == "key=the value ");
}

BOOST_AUTO_TEST_CASE(a_value_that_changes_meanwhile_is_released_as_one_or_the_other) {
  ResolveFixture fixture;
  const SecretInfo made = fixture.create(new_default("a", "tool", "key", "value 0"));
  std::atomic<bool> stop{false};
  std::thread changer([&] {
    for (int i = 1; !stop; ++i) {
      SecretUpdate update;
      update.value.emplace().append("value " + std::to_string(i));
      const auto changed =
          fixture.wait(fixture.store().secrets().update(tenant_id(1), made.id, std::move(update), who()));
      if (!changed) break;
    }
  });
  for (int i = 0; i < 50; ++i) {
    const auto values = fixture.resolve("tool");
    if (values) {
      BOOST_TEST(text_of(values->at(0).value).starts_with("value "));
    } else {
      BOOST_CHECK(values.error().code == Errc::conflict);
    }
  }
  stop = true;
  changer.join();
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
