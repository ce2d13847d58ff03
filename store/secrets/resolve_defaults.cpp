// The choice of a release's defaults, and its result (store/secrets/resolve_choice.hpp).
#include <algorithm>
#include <bit>
#include <set>

#include "store/model/failures.hpp"
#include "store/model/tool_pattern.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/value_binding.hpp"
#include "store/secrets/resolve_choice.hpp"

namespace tacit::store {
namespace {

/// A range without secrets takes about as long as reading this much.
constexpr std::size_t bytes_of_range = 512;

/// Whether the record shows changes of the tenant's secrets. A record of format 1 does if its next change converts it
/// to format 2; otherwise older processes may change secrets without a trace, and everything is read on one snapshot,
/// however long that takes.
Task<bool> shows_changes(Transaction& transaction, const TenantRecord& record) {
  if (record.changes) co_return true;
  const std::uint32_t rows = co_await rows_format(transaction);
  co_return rows > first_store_format;
}

/// Takes the row and the name.
Chosen chosen_of(ReadSecret& read) {
  StoredSecret& secret = read.secret;
  Bytes binding = binding_of(secret);
  return Chosen{.id = secret.id,
                .name = std::move(secret.metadata.name),
                .updated_at = secret.header.updated_at,
                .expires_at = secret.metadata.expires_at,
                .row = std::move(read.row),
                .binding = std::move(binding),
                .value_length = secret.metadata.value_length,
                .value_size = secret.metadata.value_length ? *secret.metadata.value_length
                                                           : secret.header.value_box_size - crypto::value_box_overhead};
}

/// The index of the secret in the choice. Sets `torn` if rows differ that were read of it: they are of different
/// snapshots, so one of them is not the stored one any more.
std::size_t index_of(const SharedSecret& read, Choice& choice, KnownSecrets& known, bool& torn) {
  const auto [at, is_new] = known.emplace(read->secret.id, KnownSecret{read.get(), choice.secrets.size()});
  const KnownSecret& first = at->second;
  if (is_new) {
    choice.secrets.push_back(chosen_of(*read));
  } else if (first.read != read.get() && choice.secrets[first.index].row != read->row) {
    torn = true;
  }
  return first.index;
}

}  // namespace

Task<Outcome<bool>> ResolveChoice::choose_defaults(Transaction& transaction, const Tenant& tenant, Slice& slice) {
  if (std::ranges::all_of(tools_, [](const Tool& tool) { return tool.refused(); })) co_return true;
  const bool sliced = co_await shows_changes(transaction, tenant.record);
  // An engine that waits may begin again with another snapshot, and then goes on after the last secret.
  const bool waits = transaction.traits().waits;
  const bool one_snapshot = !reads_defaults_ && !changes_;
  if (waits) changes_ = ChangesSeen{tenant.record.changes};
  reads_defaults_ = true;
  if (!bound_) {
    const auto begun = begin_defaults(tenant);
    if (!begun) co_return begun.error();
  }
  bool ended = add_tools(slice, sliced);
  if (ended) {
    const auto read = co_await read_defaults(transaction, slice, sliced);
    if (!read) co_return read.error();
    ended = *read;
  }
  keep_rows();
  if (!ended) {
    changes_ = ChangesSeen{tenant.record.changes};
  } else if (one_snapshot) {
    changes_.reset();
  }
  co_return ended;
}

Outcome<void> ResolveChoice::begin_defaults(const Tenant& tenant) {
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    if (tools_[i].refused()) continue;
    active_ |= ToolSet{1} << i;
    offered_to_all_ += tools_[i].named.size();
  }
  auto prefixes = prefixes_of(tenant);
  if (!prefixes) return prefixes.error();
  bound_.emplace(tenant, std::move(*prefixes));
  return {};
}

/// False: the slice is over before the last one.
bool ResolveChoice::add_tools(Slice& slice, bool sliced) {
  while (added_ < tools_.size()) {
    const std::string& name = query_.tools[added_].tool_name;
    if ((active_ >> added_ & 1U) != 0) bound_->add(added_, name);
    ++added_;
    if (added_ < tools_.size() && slice.over(bytes_of_range + 16 * name.size()) && sliced) return false;
  }
  return true;
}

/// True: that was all.
Task<Outcome<bool>> ResolveChoice::read_defaults(Transaction& transaction, Slice& slice, bool sliced) {
  const bool waits = transaction.traits().waits;
  BoundDefaultsReader reader(transaction, store_->metadata(), *bound_);
  for (;;) {
    const auto offered = offer(slice, sliced);
    if (!offered || !*offered) co_return offered;
    if (active_ == 0) co_return true;
    auto step = co_await reader.next();
    if (!step) co_return step.error();
    if (step->ended) co_return true;
    std::size_t size = bytes_of_range;
    if (step->secret) {
      size = step->secret->row.size();
      offering_.secret = std::make_shared<ReadSecret>(std::move(*step->secret));
      offering_.tools = step->tools;
      if (waits) offering_.secret->keep_row();
    }
    if (!slice.over(size) || !sliced) continue;
    if (offering_.secret) offering_.secret->keep_row();
    co_return false;
  }
}

/// Offers the default that was read to the tools of its range. False: the slice is over before the last one. A match of
/// long names takes as long as reading a row.
Outcome<bool> ResolveChoice::offer(Slice& slice, bool sliced) {
  while (offering_.tools != 0) {
    const auto tool = static_cast<std::size_t>(std::countr_zero(offering_.tools));
    offering_.tools &= offering_.tools - 1;
    offer_to(tool, offering_.secret);
    if (offered_to_all_ > 2 * most_arguments) return failed(Errc::too_many_arguments);
    if (offering_.tools == 0) break;
    if (!slice.over(query_.tools[tool].tool_name.size()) || !sliced) continue;
    offering_.secret->keep_row();
    return false;
  }
  offering_.secret.reset();
  return true;
}

void ResolveChoice::offer_to(std::size_t tool, const SharedSecret& secret) {
  const ToolSet bit = ToolSet{1} << tool;
  if ((active_ & bit) == 0) return;
  if (!tool_matches(*secret->secret.metadata.tool_name, query_.tools[tool].tool_name)) return;
  Tool& to = tools_[tool];
  const std::size_t before = to.arguments();
  to.defaults.offer(secret);
  offered_to_all_ += to.arguments() - before;
  if (to.arguments() <= most_arguments) return;
  to.too_many = true;
  offered_to_all_ -= to.arguments();
  to.defaults.clear();
  active_ &= ~bit;
}

void ResolveChoice::keep_rows() {
  for (Tool& tool : tools_) tool.defaults.keep_rows();
}

/// Of the wanted ones, each once, those that are neither provided nor filled.
std::vector<MissingArgument> ResolveChoice::missing(const Tool& tool, const ResolveQuery& query) const {
  std::vector<MissingArgument> missing;
  std::set<std::string_view> seen;
  for (const std::string& wanted : query.wanted_args) {
    if (tool.defaults.excludes(wanted) || !seen.insert(wanted).second) continue;
    const ReadSecret* const winner = tool.defaults.winner(wanted);
    if (winner == nullptr) {
      missing.push_back({wanted, MissingReason::none});
    } else if (is_expired(winner->secret.metadata)) {
      missing.push_back({wanted, MissingReason::expired});
    }
  }
  return missing;
}

ToolChoice ResolveChoice::take_tool(std::size_t index, Choice& choice, KnownSecrets& known) {
  Tool& tool = tools_[index];
  ToolChoice taken;
  taken.too_many = tool.too_many;
  taken.withheld = std::move(tool.withheld);
  taken.withheld_ids = std::move(tool.withheld_ids);
  if (taken.too_many || !taken.withheld.empty()) return taken;
  taken.missing = missing(tool, query_.tools[index]);
  taken.values.reserve(tool.arguments());
  for (const Named& named : tool.named) {
    taken.values.push_back({*named.argument, index_of(named.secret, choice, known, torn_)});
  }
  for (const SharedSecret& winner : tool.defaults.take()) {
    if (is_expired(winner->secret.metadata)) continue;  // and no less specific default takes its place
    taken.values.push_back({*winner->secret.metadata.tool_arg, index_of(winner, choice, known, torn_)});
  }
  return taken;
}

Outcome<Choice> ResolveChoice::take() {
  Choice choice;
  choice.pairs = std::move(pairs_);
  choice.keys = std::move(keys_);
  choice.changes = changes_;
  choice.tools.reserve(tools_.size());
  KnownSecrets known;
  std::size_t values = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    choice.tools.push_back(take_tool(i, choice, known));
    for (const ChosenValue& value : choice.tools.back().values) bytes += choice.secrets[value.secret].value_size;
    values += choice.tools.back().values.size();
  }
  if (torn_) return failed(Errc::conflict);
  if (values > most_arguments) return failed(Errc::too_many_arguments);
  if (bytes > most_value_bytes) return failed(Errc::too_many_bytes);
  return choice;
}

}  // namespace tacit::store
