// A store in which signatures are required, and what an attacker with the API plane's keys and the database can plant.
#pragma once

#include <algorithm>

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/rekey_run.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"
#include "test/unit/store/verify/deployment_fixture.hpp"

namespace tacit::store::testing {

using Texts = std::vector<std::string>;

inline const crypto::Uuid first = tenant_id(1);
inline const crypto::Uuid second = tenant_id(2);
inline const crypto::Uuid newcomer = tenant_id(3);

inline std::string of(const crypto::Uuid& tenant) { return "tenant " + tenant.str() + ": "; }

template <class T>
bool is_altered(const Outcome<T>& outcome) {
  return !outcome && outcome.error().code == Errc::integrity;
}

/// Two tenants with a default for the tool "tool" each.
struct AttackFixture : StoreFixture {
  explicit AttackFixture(bool strict = false) : StoreFixture(signed_store()) {
    BOOST_REQUIRE(wait(store().prekeys().add(8)));
    if (strict) {
      TenantLimits limits;
      limits.strict_binding = true;
      BOOST_REQUIRE(wait(store().tenants().set_limits(first, limits, by_operator())));
    }
    for (const crypto::Uuid& tenant : {first, second}) {
      const auto made = wait(store().secrets().create(tenant, new_default("name", "tool", "key"), by_api_plane()));
      BOOST_REQUIRE_MESSAGE(made, made.error().subject);
      if (tenant == first) id = made->id;
    }
    expect_findings({});
  }

  void expect_findings(const Texts& expected) {
    BOOST_TEST(verify().problems == expected, boost::test_tools::per_element());
  }
  bool finds(const std::string& sentence) {
    const VerifyReport report = verify();
    for (const auto& problem : report.problems) BOOST_TEST_MESSAGE(problem);
    return std::ranges::find(report.problems, sentence) != report.problems.end();
  }

  Outcome<SecretInfo> create(const crypto::Uuid& tenant, const std::string& name) {
    return wait(store().secrets().create(tenant, new_secret(name), by_api_plane()));
  }
  Outcome<SecretInfo> change_value() {
    SecretUpdate update;
    update.value.emplace().append("another value");
    return wait(store().secrets().update(first, id, std::move(update), by_api_plane()));
  }
  Outcome<std::vector<ReleasedValue>> resolve(const std::string& tool = "tool") {
    ResolveQuery query;
    query.tenant = first;
    query.tool_name = tool;
    return wait(resolve_values(store(), query, by_tool_plane()));
  }
  /// Expects that the run reports these problems.
  void rekey(const crypto::Uuid& tenant, const std::vector<std::string>& reported = {}) {
    RekeyWish wish;
    wish.tenant = tenant;
    RekeyRun run(store().keys(), store().audit(), wish, by_operator());
    BOOST_REQUIRE(wait(run.begin()));
    BOOST_REQUIRE(run.count({}));
    std::vector<std::string> problems;
    const auto note = [&problems](const std::string& sentence) { problems.push_back(sentence); };
    BOOST_REQUIRE(wait(run.run({[](std::uint64_t) {}, note, [](const Failure&) {}})));
    BOOST_TEST(problems == reported, boost::test_tools::per_element());
  }

  // What the attacker can make.
  crypto::TenantKeys keys_of(const crypto::Uuid& tenant) const { return {keys.metadata->primary(), tenant}; }
  TenantRecord record(const crypto::Uuid& tenant) {
    const std::string stored = rows(Table::tenants).at(text(record_row_key(tenant).view()));
    auto read = decode_tenant_record(crypto::as_bytes(stored), tenant, keys_of(tenant));
    BOOST_REQUIRE(read);
    return std::move(*read);
  }
  void plant(const crypto::Uuid& tenant, const TenantRecord& record) {
    put(Table::tenants, text(record_row_key(tenant).view()),
        text(encode_tenant_record(record, tenant, keys_of(tenant))));
  }
  crypto::TenantKey own_pair(const crypto::Uuid& tenant) const {
    return crypto::make_tenant_key(*keys.root_public, tenant);
  }
  std::string secret_key() const { return text(secret_row_key(first, id).view()); }
  /// Changes the secret's metadata and its strict flag, with the index entries and the record's bytes that this needs.
  void rebind(const std::string& tool, std::optional<bool> strict = {}) {
    const std::string stored = rows(Table::tenants).at(secret_key());
    const crypto::TenantKeys tenant_keys = keys_of(first);
    const auto opened = open_secret({*keys.metadata, first, &tenant_keys}, id, crypto::as_bytes(stored));
    BOOST_REQUIRE(opened);
    SecretHeader header = opened->header;
    header.strict = strict.value_or(header.strict);
    Metadata metadata = opened->metadata;
    move_entries(metadata, tool);
    TenantRecord changed = record(first);
    changed.used = changed.used + tool.size() - metadata.tool_name->size();
    plant(first, changed);
    metadata.tool_name = tool;
    put(Table::tenants, secret_key(), text(seal_secret(tenant_keys, id, header, opened->value_box, metadata)));
  }
  void move_entries(const Metadata& metadata, const std::string& tool) {
    const crypto::TenantKeys tenant_keys = keys_of(first);
    const auto binding = [&](const std::string& name) {
      return text(binding_key(tenant_keys, first, name, true, id).view());
    };
    const auto default_for = [&](const std::string& name) {
      return text(default_row_key(tenant_keys, first, name, *metadata.tool_arg).view());
    };
    put(Table::tenants, binding(*metadata.tool_name), std::nullopt);
    put(Table::tenants, default_for(*metadata.tool_name), std::nullopt);
    put(Table::tenants, binding(tool), "");
    put(Table::tenants, default_for(tool), text(id.view()));
  }
  void put_back(Table table, const Rows& before) {
    for (const auto& [key, value] : rows(table)) {
      if (!before.contains(key)) put(table, key, std::nullopt);
    }
    for (const auto& [key, value] : before) put(table, key, value);
  }
  /// Appends an entry that the API plane's key signs, whatever its plane, or that is not signed. The store's own
  /// processes would sign it, so it is put in while the store is open with keys that sign nothing.
  std::uint64_t append(const std::string& body, bool is_signed = true) {
    reopen_with(keys_of_phase(crypto::SigningPhase::none));
    const Rows log = rows(Table::audit);
    const auto last = parse_audit_row(
        {.key = crypto::as_bytes(log.rbegin()->first), .value = crypto::as_bytes(log.rbegin()->second)});
    BOOST_REQUIRE(last);
    AuditMark mark;
    mark.sequence = last->sequence + 1;
    mark.hash = audit_hash(last->hash, mark.sequence, body);
    const auto role = crypto::SigningRole::api;
    std::vector<AuditSignature> signatures;
    if (is_signed) {
      signatures.push_back(sign_audit_head(*keys.audit_signer(role), role, keys.store(), mark, mark.sequence));
    }
    put(Table::audit, text(audit_key(mark.sequence)), text(audit_row(mark.hash, body, mark.sequence, signatures)));
    reopen_with(keys);
    return mark.sequence;
  }

  const StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
  crypto::Uuid id;
};

}  // namespace tacit::store::testing
