#include "store/secrets/resolve_choice.hpp"

#include <algorithm>

#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/model/tool_pattern.hpp"
#include "store/rows/secret_index.hpp"
#include "store/secrets/bound_secrets.hpp"

namespace tacit::store {
namespace {

/// Whether a secret that the caller named may fill that argument of that tool.
bool may_fill(const Metadata& metadata, const std::string& tool, const std::string& argument) {
  return (!metadata.tool_name || tool_matches(*metadata.tool_name, tool)) &&
         (!metadata.tool_arg || *metadata.tool_arg == argument);
}

/// Arguments without a default: those that the caller provides, or for which it names a secret.
DefaultChoice::Arguments without_default(const ResolveQuery& query) {
  DefaultChoice::Arguments arguments(query.provided_args.begin(), query.provided_args.end());
  for (const auto& [argument, name] : query.secrets) arguments.insert(argument);
  return arguments;
}

/// By the public half: a root rewrap seals the private half again.
bool is_same(const std::optional<crypto::TenantKey>& a, const std::optional<crypto::TenantKey>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->public_key == b->public_key;
}

}  // namespace

ResolveChoice::ResolveChoice(ContextPtr store, const ResolveManyQuery& query)
    : store_(std::move(store)), query_(query), now_(now_microseconds()) {
  tools_.reserve(query.tools.size());
  for (const ResolveQuery& tool : query.tools) {
    tools_.push_back(Tool{.defaults = DefaultChoice(without_default(tool))});
    tools_.back().too_many = tool.secrets.size() > most_arguments;
  }
}

Async<bool> ResolveChoice::read_slice() {
  WorkBody<bool> body = [this](Transaction& transaction) { return read_slice(transaction); };
  return read<bool>(*store_->engine, std::move(body));
}

/// All names of a request are bounded like the values of an answer.
Outcome<void> ResolveChoice::check_named() const {
  std::size_t named = 0;
  for (std::size_t i = 0; i < tools_.size(); ++i) named += tools_[i].too_many ? 0 : query_.tools[i].secrets.size();
  if (named > most_arguments) return failed(Errc::too_many_arguments);
  return {};
}

Task<Outcome<bool>> ResolveChoice::read_slice(Transaction& transaction) {
  const auto bounded = check_named();
  if (!bounded) co_return bounded.error();
  Slice slice(store_->slice, begun_ ? Slice::Begins::now : Slice::Begins::after_some_steps);
  if (!begun_ && transaction.traits().waits) ask_ahead(transaction);
  const auto& known = begun_ ? keys_ : likely_keys_;
  const auto loaded = co_await load_tenant(transaction, store_->metadata(), query_.tenant, known);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return take_none();
  const Tenant& tenant = **loaded;
  // Erased meanwhile and created again, or a rekey began or ended: then the choice may have a value whose pair is gone.
  if (begun_ && !has_same_pairs(tenant.record)) co_return failed(Errc::conflict);
  if (changes_ && tenant.record.changes != changes_->number) co_return failed(Errc::conflict);
  if (bound_ && !bound_->fits(tenant)) co_return failed(Errc::conflict);
  begun_ = true;
  keys_ = tenant.keys;
  pairs_.key = tenant.record.key;
  pairs_.previous = tenant.record.previous_key;
  const auto named = co_await choose_named(transaction, tenant, slice);
  if (!named || !*named) co_return named;
  co_return co_await choose_defaults(transaction, tenant, slice);
}

/// Asks with the record for what a tenant under the primary metadata key will need: one round less.
void ResolveChoice::ask_ahead(Transaction& transaction) {
  if (!likely_keys_) likely_keys_ = new_tenant(store_->metadata(), query_.tenant).keys;
  for (const ResolveQuery& tool : query_.tools) {
    BoundSecrets::expect_exact(transaction, *likely_keys_, query_.tenant, tool.tool_name, true);
    for (const auto& [argument, name] : tool.secrets) {
      transaction.expect(Table::tenants, name_row_key(*likely_keys_, query_.tenant, name).view());
    }
  }
}

bool ResolveChoice::has_same_pairs(const TenantRecord& record) const {
  return is_same(pairs_.key, record.key) && is_same(pairs_.previous, record.previous_key);
}

/// For an unknown tenant: as for any other, the runtime gets a refusal for each of its names.
Outcome<bool> ResolveChoice::take_none() {
  if (begun_) return failed(Errc::conflict);  // the tenant existed in the previous slice
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    const ResolveQuery& query = query_.tools[i];
    for (std::size_t n = 0; !tools_[i].too_many && n < query.secrets.size(); ++n) judge(tools_[i], query, n, nullptr);
  }
  return true;
}

/// Notes whether a named secret may be released. Null: there is none of that name.
void ResolveChoice::judge(Tool& tool, const ResolveQuery& query, std::size_t named, const SharedSecret& secret) const {
  const std::string& argument = query.secrets[named].first;
  const auto withhold = [&](WithheldReason reason) {
    tool.withheld.push_back({argument, query.secrets[named].second, reason});
    if (!secret) return;
    const crypto::Uuid id = secret->secret.id;
    if (std::ranges::find(tool.withheld_ids, id) == tool.withheld_ids.end()) tool.withheld_ids.push_back(id);
  };
  if (!secret) {
    withhold(WithheldReason::not_found);
  } else if (!may_fill(secret->secret.metadata, query.tool_name, argument)) {
    withhold(WithheldReason::not_bound);
  } else if (is_expired(secret->secret.metadata)) {
    withhold(WithheldReason::expired);
  } else {
    tool.named.push_back({&argument, secret});
  }
}

/// On an engine that waits: asks for all names at once, and then for all of their secrets.
Task<void> ResolveChoice::expect_named(Transaction& transaction, const Tenant& tenant) {
  std::vector<RowKey> names;
  for (std::size_t i = tool_; i < tools_.size(); ++i) {
    if (tools_[i].too_many) continue;
    for (const auto& [argument, name] : query_.tools[i].secrets) {
      if (by_name_.contains(name)) continue;
      names.push_back(name_row_key(*tenant.keys, tenant.id, name));
      transaction.expect(Table::tenants, names.back().view());
    }
  }
  for (const RowKey& name : names) {
    const auto holder = co_await transaction.get(Table::tenants, name.view());
    crypto::Uuid id;
    if (holder && parse_id(*holder, id)) transaction.expect(Table::tenants, secret_row_key(tenant.id, id).view());
  }
}

/// Each secret may come from another snapshot: the release compares it with the stored row, byte for byte.
Task<Outcome<bool>> ResolveChoice::choose_named(Transaction& transaction, const Tenant& tenant, Slice& slice) {
  if (transaction.traits().waits) co_await expect_named(transaction, tenant);
  for (; tool_ < tools_.size(); ++tool_, asked_ = 0) {
    Tool& tool = tools_[tool_];
    const ResolveQuery& query = query_.tools[tool_];
    while (!tool.too_many && asked_ < query.secrets.size()) {
      const std::string& name = query.secrets[asked_].second;
      std::size_t size = 0;
      auto known = by_name_.find(name);
      if (known == by_name_.end()) {
        auto found = co_await find_by_name(transaction, store_->metadata(), tenant, name);
        if (!found && found.error().code != Errc::not_found) co_return found.error();
        SharedSecret secret;
        if (found) {
          secret = std::make_shared<ReadSecret>(std::move(*found));
          secret->keep_row();
          size = secret->row.size();
        }
        known = by_name_.emplace(name, std::move(secret)).first;
      }
      judge(tool, query, asked_, known->second);
      ++asked_;  // from here on it is not read again, should an engine run this more than once
      if (slice.over(size)) co_return false;
    }
  }
  co_return true;
}

}  // namespace tacit::store
