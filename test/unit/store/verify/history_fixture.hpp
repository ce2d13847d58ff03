// A store to which operations happen in random order, as on the planes of a deployment.
#pragma once

#include <algorithm>
#include <random>

#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/rekey_run.hpp"
#include "store/keys/rewrap_run.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/verify/deployment_fixture.hpp"

namespace tacit::store::testing {

/// A failure names the seed and the last operations.
class History {
 public:
  History(crypto::SigningPhase phase, std::uint32_t format, std::uint32_t seed)
      : rings(phase), fixture(options_of(rings, format)), random_(seed), seed_(seed) {
    fill_pool();
  }

  void run(int operations) {
    for (int i = 1; i <= operations; ++i) {
      operate();
      if (i % 25 == 0 || i == operations) expect_clean();
    }
  }

  void expect_clean() {
    const VerifyReport report = fixture.verify();
    BOOST_TEST_CONTEXT("seed " << seed_ << ", after: " << recent()) {
      for (const auto& problem : report.problems) BOOST_ERROR(problem);
      BOOST_TEST(report.problem_count == 0U);
      BOOST_TEST(report.values_opened == report.secrets);
    }
  }

  Store& store() { return fixture.store(); }
  crypto::SigningPhase phase() { return rings.load().phase(); }
  bool takes_new_rows() {
    const Rows rows = fixture.rows(Table::meta);
    const auto at = rows.find("rows");
    return at != rows.end() && rows_format_of(crypto::as_bytes(at->second)) == store_format;
  }

  void fill_pool() {
    if (phase() == crypto::SigningPhase::none || !takes_new_rows()) return;
    expect_good("prekeys", fixture.wait(store().prekeys().add(8)));
  }
  /// Rewraps everything to a new key, and retires the old one.
  void rotate(KeyKind kind) {
    note("rotate");
    const StoreKeys before = rings.load();
    const crypto::KeyId old = kind == KeyKind::root ? before.root_public->primary().id : before.metadata->primary().id;
    const crypto::KeyId fresh = rings.add(kind);
    fixture.reopen_with(rings.load());
    expect_good("promote", fixture.wait(store().keys().change(KeyChange::promote, kind, fresh, by_operator())));
    rings.promote(kind, fresh);
    fixture.reopen_with(rings.load());
    if (below(2) == 0) operate_secrets();  // some rows name either key
    RewrapRun rewrap(store().keys(), store().audit(), kind, 0, by_operator());
    expect_good("begin", fixture.wait(rewrap.begin()));
    expect_good("rewrap", fixture.wait(rewrap.run({[](std::uint64_t) {}, problem(), [](const Failure&) {}})));
    expect_good("retire", fixture.wait(store().keys().change(KeyChange::retire, kind, old, by_operator())));
    rings.retire(kind, old);
    fixture.reopen_with(rings.load());
  }
  /// Returns the sequence for the cut-off, if all tenants were done.
  std::uint64_t rekey(std::optional<crypto::Uuid> tenant) {
    note("rekey");
    RekeyWish wish;
    wish.tenant = tenant;
    RekeyRun rekey(store().keys(), store().audit(), wish, by_operator());
    expect_good("begin", fixture.wait(rekey.begin()));
    expect_good("count", rekey.count({}));
    expect_good("rekey", fixture.wait(rekey.run({[](std::uint64_t) {}, problem(), [](const Failure&) {}})));
    if (tenant) return 0;
    const auto cut_off = rekey.cut_off();
    expect_good("cut-off", cut_off);
    return cut_off ? *cut_off : 0;
  }

  DeploymentKeys rings;
  StoreFixture fixture;

 private:
  static constexpr std::uint8_t tenants = 4;

  static StoreFixtureOptions options_of(const DeploymentKeys& rings, std::uint32_t format) {
    StoreFixtureOptions options;
    options.keys = rings.load();
    options.new_format = format;
    return options;
  }
  static std::function<void(const std::string&)> problem() {
    return [](const std::string& sentence) { BOOST_ERROR(sentence); };
  }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  crypto::Uuid some_tenant() { return tenant_id(static_cast<std::uint8_t>(1 + below(tenants))); }
  std::string some(const char* what, std::uint32_t variants) { return what + std::to_string(below(variants)); }
  void note(const std::string& operation) { done_.push_back(operation); }
  std::string recent() const {
    std::string all;
    for (std::size_t i = done_.size() - std::min<std::size_t>(done_.size(), 30); i < done_.size(); ++i) {
      all += done_[i] + ' ';
    }
    return all;
  }
  template <class T>
  void expect_good(const char* what, const Outcome<T>& outcome) {
    if (!outcome) BOOST_ERROR(what << ": " << outcome.error().subject << ", seed " << seed_ << ", after: " << recent());
  }
  /// A refusal by the rules is fine.
  template <class T>
  void expect_sane(const char* what, const Outcome<T>& outcome) {
    if (outcome) return;
    const Errc code = outcome.error().code;
    const bool fails = code == Errc::integrity || code == Errc::unavailable || code == Errc::conflict;
    if (fails) expect_good(what, outcome);
  }

  std::string pattern() {
    const std::string tool = some("tool", 5);
    return below(3) == 0 ? tool + "__*" : tool;
  }
  std::optional<SecretInfo> some_secret(const crypto::Uuid& tenant) {
    const auto all = fixture.wait(store().secrets().list(tenant, {}, by_api_plane()));
    expect_sane("list", all);
    if (!all || all->secrets.empty()) return std::nullopt;
    return all->secrets[below(static_cast<std::uint32_t>(all->secrets.size()))];
  }

  void create() {
    note("create");
    NewSecret secret = new_secret(some("name", 60), std::string(1 + below(300), 'v'));
    if (below(3) != 0) secret.tool_name = pattern();
    if (below(3) != 0) secret.tool_arg = some("arg", 3);
    secret.is_default_for_tool = secret.tool_name && secret.tool_arg && below(2) == 0;
    expect_sane("create", fixture.wait(store().secrets().create(some_tenant(), std::move(secret), by_api_plane())));
  }
  void update() {
    const crypto::Uuid tenant = some_tenant();
    const auto secret = some_secret(tenant);
    if (!secret) return;
    note("update");
    SecretUpdate update;
    if (below(3) == 0) update.name = some("name", 60);
    if (below(2) == 0) update.value.emplace().append(std::string(1 + below(300), 'w'));
    if (below(3) == 0) update.tool_name = {FieldChange::Kind::set, pattern()};
    if (below(4) == 0) update.tool_arg = {FieldChange::Kind::set, some("arg", 3)};
    if (below(6) == 0) update.tool_name = {FieldChange::Kind::clear};
    if (below(3) == 0) update.is_default_for_tool = below(2) == 0;
    expect_sane("update",
                fixture.wait(store().secrets().update(tenant, secret->id, std::move(update), by_api_plane())));
  }
  void remove() {
    const crypto::Uuid tenant = some_tenant();
    const auto secret = some_secret(tenant);
    if (!secret) return;
    note("remove");
    expect_sane("remove", fixture.wait(store().secrets().remove(tenant, secret->id, by_api_plane())));
  }
  void resolve() {
    note("resolve");
    ResolveQuery query;
    query.tenant = some_tenant();
    query.tool_name = some("tool", 5) + (below(2) == 0 ? "__x" : "");
    expect_sane("resolve", fixture.wait(resolve_values(store(), query, by_tool_plane())));
  }
  void operate_secrets() {
    for (int i = 0; i < 4; ++i) create();
    update();
    resolve();
  }

  void change_api_key() {
    note("api key");
    const std::string id = numbered(static_cast<int>(1 + below(9)));
    const auto stored = find_api_key(store(), id);
    if (!stored) {
      ApiKey key = some_api_key(id, some_tenant());
      key.created_at = key.changed_at = 0;
      expect_sane("add", fixture.wait(store().api_keys().add(std::move(key), by_operator())));
      return;
    }
    ApiKeyUpdate update;
    update.name = some("key", 100);
    const Authority all{every_scope};
    switch (below(4)) {
      case 0:
        return expect_sane("revoke", fixture.wait(store().api_keys().revoke(id, by_operator())));
      case 1:
        return expect_sane(
            "use",
            fixture.wait(store().api_keys().record_uses({{id, stored->last_used_at.value_or(0) + 600'000'000}})));
      case 2:
        return expect_sane("revoke",
                           fixture.wait(store().api_keys().revoke_of_tenant(stored->tenant, id, by_api_plane())));
      default:
        return expect_sane("change", fixture.wait(store().api_keys().update_of_tenant(stored->tenant, id, update, all,
                                                                                      by_api_plane())));
    }
  }
  void change_limits() {
    note("limits");
    const crypto::Uuid tenant = some_tenant();
    if (below(2) == 0) {
      expect_sane("quota", fixture.wait(store().tenants().set_quota(tenant, 500'000 + below(9), by_operator())));
      return;
    }
    TenantLimits limits;
    limits.secrets = 50 + below(9);
    if (takes_new_rows() && below(3) != 0) limits.strict_binding = below(2) == 0;
    expect_sane("limits", fixture.wait(store().tenants().set_limits(tenant, limits, by_operator())));
  }
  void erase() {
    note("erase");
    expect_sane("erase", fixture.wait(store().tenants().erase(
                             some_tenant(), [](std::uint64_t) {}, by_operator())));
  }
  void prune() {
    note("prune");
    const auto head = store().audit().head();
    if (!head || head->sequence < 60) return;
    AuditPoint before;
    before.sequence = head->sequence - below(50);
    const auto plan = store().audit().plan_prune(before);
    expect_good("plan", plan);
    if (!plan || plan->entries == 0) return;
    expect_sane("prune", fixture.wait(store().audit().prune(plan->through, by_operator(), [](std::uint64_t) {})));
  }
  void refuse() {
    note("refuse");
    AuditEvent event;
    event.action = AuditAction::credential_refused;
    event.reason = "expired";
    expect_sane("record", fixture.wait(store().audit().record(std::move(event), by_api_plane())));
  }
  void operate_rarely() {
    switch (below(8)) {
      case 0:
        return erase();
      case 1:
        return rotate(KeyKind::root);
      case 2:
        return rotate(KeyKind::metadata);
      case 3:
        return prune();
      case 4:
        note("reopen");
        return fixture.reopen();
      case 5:
        return fill_pool();
      default:
        if (phase() == crypto::SigningPhase::none || !takes_new_rows()) return;
        rekey(below(3) == 0 ? std::optional<crypto::Uuid>() : some_tenant());
    }
  }
  void operate() {
    switch (below(20)) {
      case 0:
        return operate_rarely();
      case 1:
      case 2:
        return remove();
      case 3:
      case 4:
        return change_api_key();
      case 5:
        return change_limits();
      case 6:
        return refuse();
      case 7:
      case 8:
      case 9:
      case 10:
        return resolve();
      case 11:
      case 12:
      case 13:
      case 14:
        return update();
      default:
        return create();
    }
  }

  std::mt19937 random_;
  std::uint32_t seed_;
  std::vector<std::string> done_;
};

}  // namespace tacit::store::testing
