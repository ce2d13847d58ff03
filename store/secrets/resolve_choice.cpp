#include "store/secrets/resolve_choice.hpp"

#include <algorithm>

#include "store/model/failures.hpp"
#include "store/model/tool_pattern.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/value_binding.hpp"
#include "store/secrets/bound_secrets.hpp"

namespace tacit::store {
namespace {

/// Whether a secret that the caller named may fill that argument of that tool.
bool may_fill(const Metadata& metadata, const std::string& tool, const std::string& argument) {
  return (!metadata.tool_name || tool_matches(*metadata.tool_name, tool)) &&
         (!metadata.tool_arg || *metadata.tool_arg == argument);
}

/// Arguments without a default: those that the caller provides, or for which it names a secret.
std::set<std::string, std::less<>> without_default(const ResolveQuery& query) {
  std::set<std::string, std::less<>> arguments(query.provided_args.begin(), query.provided_args.end());
  for (const auto& [argument, name] : query.secrets) arguments.insert(argument);
  return arguments;
}

/// Whether the record shows changes of the tenant's secrets. A record of format 1 does if its next change converts it
/// to format 2; otherwise older processes may change secrets without a trace, and everything is read on one snapshot,
/// however long that takes.
Task<bool> shows_changes(Transaction& transaction, const TenantRecord& record) {
  if (record.changes) co_return true;
  const std::uint32_t rows = co_await rows_format(transaction);
  co_return rows > first_store_format;
}

/// By the public half: a root rewrap seals the private half again.
bool is_same(const std::optional<crypto::TenantKey>& a, const std::optional<crypto::TenantKey>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->public_key == b->public_key;
}

}  // namespace

ResolveChoice::ResolveChoice(ContextPtr store, const ResolveQuery& query)
    : store_(std::move(store)), query_(query), defaults_(without_default(query)) {}

Async<bool> ResolveChoice::read_slice() {
  WorkBody<bool> body = [this](Transaction& transaction) { return read_slice(transaction); };
  return read<bool>(*store_->engine, std::move(body));
}

Task<Outcome<bool>> ResolveChoice::read_slice(Transaction& transaction) {
  if (query_.secrets.size() > most_arguments) co_return failed(Errc::too_many_arguments);
  Slice slice(store_->slice, begun_ ? Slice::Begins::now : Slice::Begins::after_some_steps);
  const auto loaded = co_await load_tenant(transaction, store_->metadata(), query_.tenant, keys_);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return take_none();
  const Tenant& tenant = **loaded;
  // Erased meanwhile and created again, or a rekey began or ended: then the choice may have a value whose pair is gone.
  if (begun_ && !has_same_pairs(tenant.record)) co_return failed(Errc::conflict);
  if (changes_ && tenant.record.changes != changes_->number) co_return failed(Errc::conflict);
  begun_ = true;
  keys_ = tenant.keys;
  pairs_.key = tenant.record.key;
  pairs_.previous = tenant.record.previous_key;
  const auto named = co_await choose_named(transaction, tenant, slice);
  if (!named || !*named) co_return named;
  co_return co_await choose_defaults(transaction, tenant, slice);
}

bool ResolveChoice::has_same_pairs(const TenantRecord& record) const {
  return is_same(pairs_.key, record.key) && is_same(pairs_.previous, record.previous_key);
}

/// For an unknown tenant: as for any other, the runtime gets a refusal for each of its names.
Outcome<bool> ResolveChoice::take_none() {
  if (begun_) return failed(Errc::conflict);  // the tenant existed in the previous slice
  for (const auto& [argument, name] : query_.secrets) withhold(argument, name, "not_found");
  if (!withheld_.empty()) return failed(Errc::not_allowed, withheld_);
  return true;
}

void ResolveChoice::withhold(const std::string& argument, const std::string& name, std::string_view why) {
  if (!withheld_.empty()) withheld_.append("; ");
  withheld_.append("\"" + name + "\" for the argument \"" + argument + "\" (").append(why).append(")");
}

/// Each secret may come from another snapshot: the release compares it with the stored row, byte for byte.
Task<Outcome<bool>> ResolveChoice::choose_named(Transaction& transaction, const Tenant& tenant, Slice& slice) {
  for (std::size_t i = asked_; transaction.traits().waits && i < query_.secrets.size(); ++i) {
    transaction.expect(Table::tenants, name_row_key(*tenant.keys, tenant.id, query_.secrets[i].second).view());
  }
  while (asked_ < query_.secrets.size()) {
    const auto& [argument, name] = query_.secrets[asked_];
    const auto secret = co_await find_by_name(transaction, store_->metadata(), tenant, name);
    if (!secret && secret.error().code != Errc::not_found) co_return secret.error();
    ++asked_;  // from here on it is not read again, should an engine run this more than once
    if (!secret) {
      withhold(argument, name, "not_found");
    } else if (!may_fill(secret->metadata, query_.tool_name, argument)) {
      withhold(argument, name, "not_bound");
      if (std::ranges::find(bound_elsewhere_, secret->id) == bound_elsewhere_.end()) {
        bound_elsewhere_.push_back(secret->id);
      }
    } else {
      named_.push_back(Chosen{.argument = argument,
                              .id = secret->id,
                              .name = secret->metadata.name,
                              .updated_at = secret->header.updated_at,
                              .row = Bytes(secret->row.begin(), secret->row.end()),
                              .binding = binding_of(*secret),
                              .value_length = secret->metadata.value_length});
    }
    if (slice.over(secret ? secret->row.size() : 0)) co_return false;
  }
  if (!withheld_.empty()) co_return failed(Errc::not_allowed, withheld_);
  co_return true;
}

Task<Outcome<bool>> ResolveChoice::choose_defaults(Transaction& transaction, const Tenant& tenant, Slice& slice) {
  const bool sliced = co_await shows_changes(transaction, tenant.record);
  // An engine that waits may begin again with another snapshot, and then goes on after the last secret.
  const bool waits = transaction.traits().waits;
  const bool one_snapshot = !last_ && !changes_;
  if (waits) changes_ = ChangesSeen{tenant.record.changes};
  const auto prefixes = prefixes_of(tenant);
  if (!prefixes) co_return prefixes.error();
  BoundSecrets bound(transaction, store_->metadata(), tenant, *prefixes, query_.tool_name, true, last_);
  if (bound.cost_of_first() > 0) slice.over(bound.cost_of_first());
  for (;;) {
    auto next = co_await bound.next();
    if (!next) co_return next.error();
    if (!*next) break;
    StoredSecret& secret = **next;
    last_ = secret.id;
    const std::size_t size = secret.row.size();
    if (tool_matches(*secret.metadata.tool_name, query_.tool_name)) defaults_.offer(std::move(secret));
    if (waits) defaults_.keep_rows();
    if (too_many()) co_return failed(Errc::too_many_arguments);
    if (!slice.over(size) || !sliced) continue;
    defaults_.keep_rows();
    changes_ = ChangesSeen{tenant.record.changes};
    co_return false;
  }
  if (too_many()) co_return failed(Errc::too_many_arguments);
  defaults_.keep_rows();
  if (one_snapshot) changes_.reset();
  co_return true;
}

Choice ResolveChoice::take() {
  Choice choice;
  choice.pairs = std::move(pairs_);
  choice.keys = std::move(keys_);
  choice.secrets = std::move(named_);
  auto winners = defaults_.take();
  choice.secrets.reserve(choice.secrets.size() + winners.size());
  for (DefaultChoice::Winner& winner : winners) {
    Bytes binding = binding_of(winner.secret);
    Metadata& metadata = winner.secret.metadata;
    choice.secrets.push_back(Chosen{.argument = std::move(*metadata.tool_arg),
                                    .id = winner.secret.id,
                                    .name = std::move(metadata.name),
                                    .updated_at = winner.secret.header.updated_at,
                                    .row = std::move(winner.row),
                                    .binding = std::move(binding),
                                    .value_length = metadata.value_length});
  }
  choice.changes = changes_;
  return choice;
}

}  // namespace tacit::store
