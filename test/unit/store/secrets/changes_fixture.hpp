// What the tests of changes of secrets share: a tenant, short forms of the operations, and a clock that they set.
#pragma once

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/rows/row_key.hpp"
#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// The wall clock and an offset.
class MovedClock {
 public:
  void pass(std::chrono::microseconds time) { *offset_ += time; }
  std::function<std::chrono::system_clock::time_point()> now() const {
    return [offset = offset_] { return std::chrono::system_clock::now() + *offset; };
  }

 private:
  std::shared_ptr<std::chrono::microseconds> offset_ = std::make_shared<std::chrono::microseconds>(0);
};

inline SecretUpdate value_update(std::string_view value) {
  SecretUpdate update;
  update.value.emplace().append(value);
  return update;
}

inline ChangeTerms with_key(std::string_view key, std::string_view body, std::string_view request = "POST /") {
  IdempotencyKey made;
  made.key.append(key);
  made.request = crypto::sha256(crypto::as_bytes(request));
  made.body = crypto::sha256(crypto::as_bytes(body));
  ChangeTerms terms;
  terms.idempotency = std::move(made);
  return terms;
}

inline ChangeTerms in_state(std::int64_t updated_at) {
  ChangeTerms terms;
  terms.precondition.states.emplace(1, updated_at);
  return terms;
}

template <class T>
std::optional<Errc> code_of(const Outcome<T>& outcome) {
  if (outcome) return std::nullopt;
  return outcome.error().code;
}

struct ChangesFixture : StoreFixture {
  explicit ChangesFixture(std::uint32_t versions_kept = 1, StoreFixtureOptions options = {})
      : ChangesFixture(MovedClock(), versions_kept, std::move(options)) {}

  SecretInfo create(NewSecret secret) {
    auto made = wait(store().secrets().create(tenant, std::move(secret), who()));
    BOOST_REQUIRE(made);
    return std::move(*made);
  }
  SecretInfo change(const crypto::Uuid& id, SecretUpdate update) {
    auto changed = wait(store().secrets().update(tenant, id, std::move(update), who()));
    BOOST_REQUIRE(changed);
    return std::move(*changed);
  }
  SecretInfo get(const crypto::Uuid& id) {
    auto found = wait(store().secrets().get(tenant, id, who()));
    BOOST_REQUIRE(found);
    return std::move(*found);
  }
  /// "3* 2 1": the stored values' numbers, with a mark at the present one.
  std::string numbers(const crypto::Uuid& id) {
    const auto versions = wait(store().secrets().versions(tenant, id, who()));
    BOOST_REQUIRE(versions);
    std::string text;
    for (const SecretVersion& version : *versions) {
      if (!text.empty()) text += ' ';
      text += std::to_string(version.number) + (version.current ? "*" : "");
    }
    return text;
  }
  Outcome<SecretInfo> roll_back(const crypto::Uuid& id, std::uint32_t version, ChangeTerms terms = {}) {
    return wait(store().secrets().rollback(tenant, id, version, who(), std::move(terms)));
  }
  /// The value that a tool gets for that argument.
  std::string released(const std::string& tool, const std::string& argument) {
    ResolveQuery query;
    query.tenant = tenant;
    query.tool_name = tool;
    const auto found = wait(store().releases().resolve(std::move(query), who()));
    BOOST_REQUIRE(found);
    for (const ReleasedValue& value : found->values) {
      if (value.argument == argument) return text_of(value.value);
    }
    return {};
  }
  std::size_t rows_of(RowKind kind) {
    const std::string prefix = text(RowKey(tenant, kind).view());
    std::size_t count = 0;
    for (const auto& [key, value] : rows(Table::tenants)) count += key.starts_with(prefix) ? 1U : 0U;
    return count;
  }
  QuotaState quota() { return *wait(store().tenants().quota(tenant, who())); }
  /// The last audit entry has that part.
  bool last_entry_has(std::string_view part) {
    const auto entries = audit();
    return !entries.empty() && entries.back().find(part) != std::string::npos;
  }

  const crypto::Uuid tenant = tenant_id(1);
  MovedClock clock;

 private:
  ChangesFixture(MovedClock moved, std::uint32_t versions_kept, StoreFixtureOptions options)
      : StoreFixture(with(std::move(options), moved, versions_kept)), clock(std::move(moved)) {}

  static StoreFixtureOptions with(StoreFixtureOptions options, const MovedClock& clock, std::uint32_t versions_kept) {
    options.versions_kept = versions_kept;
    options.now = clock.now();
    return options;
  }
};

}  // namespace tacit::store::testing
