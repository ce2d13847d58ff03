// The release of values to a tool. Three steps: choose the secrets and verify their metadata on a snapshot; open the
// values; then, in one write, see that none of the secrets has changed meanwhile and append the audit entry. Only when
// that is durable does a value leave.

#include <algorithm>

#include "store/audit_log.hpp"
#include "store/binding_choice.hpp"
#include "store/failures.hpp"
#include "store/operations.hpp"
#include "store/secret_index.hpp"
#include "store/tool_pattern.hpp"

namespace tacit::store {
namespace {

/// What one request can make a thread open and one audit entry list. A tool that takes as many arguments is none.
constexpr std::size_t most_arguments = 256;

/// A secret that will fill an argument, copied out of the snapshot.
struct Chosen {
  std::string argument;
  crypto::Uuid id;
  std::string name;
  std::int64_t updated_at = 0;
  Bytes row;
};

struct Choice {
  std::optional<crypto::TenantKey> key;
  std::vector<Chosen> secrets;
};

struct ResolvePlan {
  ContextPtr store;
  ResolveQuery query;
  AuditContext who;
  Choice choice;
  std::vector<crypto::Uuid> withheld;  ///< secrets that were named and are bound elsewhere, for the audit
  AuditEvent event;
};

Chosen copy_out(std::string argument, const StoredSecret& secret) {
  return Chosen{std::move(argument), secret.id, secret.metadata.name, secret.header.updated_at,
                Bytes(secret.row.begin(), secret.row.end())};
}

/// Whether a secret that was asked for by name may fill that argument of that tool.
bool may_fill(const Metadata& metadata, const std::string& tool, const std::string& argument) {
  return (!metadata.tool_name || tool_matches(*metadata.tool_name, tool)) &&
         (!metadata.tool_arg || *metadata.tool_arg == argument);
}

/// Which of the named secrets cannot be released, for the runtime and for the audit.
struct Withheld {
  std::string words;  // `"name" for the argument "argument" (not_found); …`
  std::vector<crypto::Uuid> ids;

  void add(const std::string& argument, const std::string& name, std::string_view why) {
    if (!words.empty()) words.append("; ");
    words.append("\"" + name + "\" for the argument \"" + argument + "\" (").append(why).append(")");
  }
  void add_bound_elsewhere(const std::string& argument, const std::string& name, const crypto::Uuid& id) {
    add(argument, name, "not_bound");
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
};

Failure not_allowed(const Withheld& withheld) { return failed(Errc::not_allowed, withheld.words); }

/// Of a tenant that there is not: the runtime learns of each of its names that it cannot have it, as always.
Failure none_found(const ResolveQuery& query) {
  Withheld withheld;
  for (const auto& [argument, name] : query.secrets) withheld.add(argument, name, "not_found");
  return not_allowed(withheld);
}

Task<Outcome<void>> choose_named(Transaction& transaction, ResolvePlan& plan, const Tenant& tenant, Choice& choice) {
  Withheld withheld;
  for (const auto& [argument, name] : plan.query.secrets) {
    const auto secret = co_await find_by_name(transaction, plan.store->metadata(), tenant, name);
    if (!secret && secret.error().code != Errc::not_found) co_return secret.error();
    if (!secret) {
      withheld.add(argument, name, "not_found");
    } else if (!may_fill(secret->metadata, plan.query.tool_name, argument)) {
      withheld.add_bound_elsewhere(argument, name, secret->id);
    } else {
      choice.secrets.push_back(copy_out(argument, *secret));
    }
  }
  plan.withheld = withheld.ids;
  if (!withheld.words.empty()) co_return not_allowed(withheld);
  co_return Outcome<void>();
}

Task<Outcome<void>> choose_by_default(Transaction& transaction, const ResolvePlan& plan, const Tenant& tenant,
                                      Choice& choice) {
  const auto covering = co_await find_bound(transaction, plan.store->metadata(), tenant, plan.query.tool_name, true);
  if (!covering) co_return covering.error();
  std::vector<std::string> without = plan.query.provided_args;
  for (const auto& [argument, name] : plan.query.secrets) without.push_back(argument);
  const auto defaults = choose_defaults(*covering, without);
  if (choice.secrets.size() + defaults.size() > most_arguments) co_return failed(Errc::too_many_arguments);
  for (const StoredSecret* secret : defaults) {
    choice.secrets.push_back(copy_out(*secret->metadata.tool_arg, *secret));
  }
  co_return Outcome<void>();
}

Task<Outcome<Choice>> choose(Transaction& transaction, ResolvePlan& plan) {
  if (plan.query.secrets.size() > most_arguments) co_return failed(Errc::too_many_arguments);
  const auto loaded = co_await load_tenant(transaction, plan.store->metadata(), plan.query.tenant);
  if (!loaded) co_return loaded.error();
  Choice choice;
  if (!*loaded) {
    if (!plan.query.secrets.empty()) co_return none_found(plan.query);
    co_return choice;
  }
  const Tenant& tenant = **loaded;
  choice.key = tenant.record.key;
  const auto named = co_await choose_named(transaction, plan, tenant, choice);
  if (!named) co_return named.error();
  const auto defaults = co_await choose_by_default(transaction, plan, tenant, choice);
  if (!defaults) co_return defaults.error();
  co_return choice;
}

/// Opens all values, or none.
Outcome<std::vector<ReleasedValue>> open_values(const ResolvePlan& plan) {
  std::vector<ReleasedValue> values;
  const auto& [key, secrets] = plan.choice;
  if (secrets.empty()) return values;
  if (!key) return altered(secrets.front().id, "the tenant has no key pair");
  const auto private_key = crypto::open_tenant_key(*plan.store->keys.root_private, plan.query.tenant, *key);
  if (!private_key) return altered({}, "the tenant's private key does not open");
  values.reserve(secrets.size());
  for (const Chosen& chosen : secrets) {
    const auto row = parse_secret_row(chosen.row);
    const crypto::ValueAddress address{plan.query.tenant, chosen.id, row->header.value_version};
    auto value = crypto::open_value(*private_key, *key, address, row->value_box);
    if (!value) return altered(chosen.id, "the secret's value does not open");
    values.push_back({chosen.argument, std::move(*value), chosen.id, chosen.name, chosen.updated_at});
  }
  return values;
}

AuditEvent release_event(const ResolvePlan& plan) {
  AuditEvent event;
  event.action = "secret.release";
  event.tenant = plan.query.tenant;
  event.tool = plan.query.tool_name;
  for (const Chosen& chosen : plan.choice.secrets) {
    if (std::ranges::find(event.secrets, chosen.id) == event.secrets.end()) event.secrets.push_back(chosen.id);
  }
  return event;
}

/// Records the release if every secret is still, byte for byte, the one that was opened.
Task<Outcome<void>> record_release(Transaction& transaction, const ResolvePlan& plan) {
  for (const Chosen& chosen : plan.choice.secrets) {
    const RowKey key = secret_key(plan.query.tenant, chosen.id);
    const auto row = co_await transaction.get(Table::tenants, key.view());
    if (!row || !std::ranges::equal(*row, chosen.row)) co_return failed(Errc::conflict);
  }
  co_return co_await append_audit(transaction, plan.event, plan.who);
}

Async<std::vector<ReleasedValue>> attempt_release(std::shared_ptr<ResolvePlan> plan) {
  WorkBody<Choice> choose_body = [&plan](Transaction& transaction) { return choose(transaction, *plan); };
  auto choice = read<Choice>(*plan->store->engine, std::move(choose_body));
  if (!choice) co_return choice.error();
  plan->choice = std::move(*choice);
  auto values = open_values(*plan);
  crypto::burn_stack();
  if (!values || values->empty()) co_return values;
  plan->event = release_event(*plan);
  WorkBody<void> record_body = [plan](Transaction& transaction) { return record_release(transaction, *plan); };
  WriteTerms terms;
  terms.growth = Growth::logs;
  terms.bytes = sizeof(ResolvePlan) + audit_bytes(plan->event, plan->who);
  for (const Chosen& chosen : plan->choice.secrets) terms.bytes += sizeof(Chosen) + chosen.row.size();
  const auto recorded = co_await write<void>(*plan->store, std::move(record_body), terms);
  if (!recorded) co_return recorded.error();
  co_return values;
}

bool is_refusal(Errc code) { return code == Errc::not_allowed || code == Errc::too_many_arguments; }

/// The entry for a refusal. What is to be answered: the refusal, unless it could not be recorded.
boost::asio::awaitable<Failure> record_refusal(std::shared_ptr<ResolvePlan> plan, Failure failure) {
  AuditEvent event;
  event.action = "tool.refused";
  event.outcome = "denied";
  event.tenant = plan->query.tenant;
  event.tool = plan->query.tool_name;
  event.reason = to_string(failure.code);
  event.secrets = plan->withheld;
  const auto recorded = co_await record_event(plan->store, std::move(event), plan->who);
  if (!recorded && !refusal_stands(recorded.error())) co_return recorded.error();
  co_return failure;
}

/// Likewise for every failure. That something was altered is answered whatever comes of its entry.
boost::asio::awaitable<Failure> record_failure(std::shared_ptr<ResolvePlan> plan, Failure failure) {
  if (is_refusal(failure.code)) co_return co_await record_refusal(plan, failure);
  co_await record_if_altered(plan->store, plan->query.tenant, failure, plan->query.tool_name, plan->who);
  co_return failure;
}

Async<std::vector<ReleasedValue>> release(std::shared_ptr<ResolvePlan> plan) {
  if (!plan->store->keys.root_private) co_return failed(Errc::unavailable, "this process has no root private key");
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    auto outcome = co_await attempt_release(plan);
    if (outcome) co_return outcome;
    const Failure& failure = outcome.error();
    if (failure.code == Errc::conflict) continue;
    Failure answer = co_await record_failure(plan, failure);
    co_return answer;
  }
  co_return failed(Errc::conflict);
}

}  // namespace

Async<std::vector<ReleasedValue>> resolve(ContextPtr store, ResolveQuery query, AuditContext who) {
  auto plan = std::make_shared<ResolvePlan>();
  plan->store = std::move(store);
  plan->query = std::move(query);
  plan->who = std::move(who);
  return release(std::move(plan));
}

}  // namespace tacit::store
