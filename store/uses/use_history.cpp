#include "store/uses/use_history.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "crypto/text/utf8.hpp"

namespace tacit::store {
namespace {

/// Whether both are one entry, if nothing else tells them apart.
template <class Use>
bool within_merged_time(const Use& a, const Use& b) {
  return std::max(a.last_at, b.last_at) - std::min(a.first_at, b.first_at) <= merged_time;
}

template <class Use>
void merge(Use& into, const Use& from) {
  into.first_at = std::min(into.first_at, from.first_at);
  into.last_at = std::max(into.last_at, from.last_at);
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  into.count = from.count > most - into.count ? most : into.count + from.count;
}

template <class Use>
void sort_newest_first(std::vector<Use>& uses) {
  std::ranges::stable_sort(uses, [](const Use& a, const Use& b) { return a.last_at > b.last_at; });
}

bool of_one_runtime_and_tool(const UseEntry& a, const UseEntry& b) {
  return a.runtime == b.runtime && a.tool == b.tool;
}

/// How much an entry matters: 0, 1 or 2. `entries` are in order, so those before it are newer.
int weight(const std::vector<UseEntry>& entries, std::size_t at) {
  int weight = 2;
  for (std::size_t i = 0; i < at; ++i) {
    if (!of_one_runtime_and_tool(entries[i], entries[at])) continue;
    if (entries[i].outcome == entries[at].outcome) return 0;
    weight = 1;
  }
  return weight;
}

/// The index of the entry that goes first.
std::size_t least(const std::vector<UseEntry>& entries) {
  const auto rank = [&entries](std::size_t at) {
    const auto of_identity =
        std::ranges::count_if(entries, [&](const UseEntry& entry) { return entry.tag == entries[at].tag; });
    return std::tuple(weight(entries, at), -of_identity, entries[at].last_at);
  };
  std::size_t least = entries.size() - 1;
  auto least_rank = rank(least);
  for (std::size_t at = least; at-- > 0;) {
    auto next = rank(at);
    if (next >= least_rank) continue;
    least = at;
    least_rank = next;
  }
  return least;
}

}  // namespace

std::string tool_in_uses(std::string_view tool_name) {
  constexpr std::string_view cut = "\xE2\x80\xA6";  // …
  if (tool_name.size() <= most_tool_bytes_in_uses) return std::string(tool_name);
  std::size_t size = most_tool_bytes_in_uses - cut.size();
  while (size > 0 && crypto::continues_character(tool_name[size])) --size;
  std::string name(tool_name.substr(0, size));
  name.append(cut);
  return name;
}

void add_use(std::vector<UseEntry>& entries, UseEntry use) {
  const auto same = std::ranges::find_if(entries, [&use](const UseEntry& entry) {
    return entry.outcome == use.outcome && entry.tag == use.tag && of_one_runtime_and_tool(entry, use) &&
           within_merged_time(entry, use);
  });
  if (same != entries.end()) {
    merge(*same, use);
  } else {
    entries.insert(entries.begin(), std::move(use));
  }
  sort_newest_first(entries);
  while (!entries.empty() && !fits_uses_row(entries)) {
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(least(entries)));
  }
}

bool has_release(const std::vector<UseEntry>& entries, const IdentityTag& tag, std::string_view tool,
                 std::int64_t since) {
  return std::ranges::any_of(entries, [&](const UseEntry& entry) {
    return entry.outcome == UseOutcome::released && entry.tag == tag && entry.tool == tool && entry.last_at >= since;
  });
}

bool has_report(const std::vector<UseEntry>& entries, const IdentityTag& tag, std::int64_t after) {
  return std::ranges::any_of(entries, [&](const UseEntry& entry) {
    return entry.outcome == UseOutcome::rejected_upstream && entry.tag == tag && entry.last_at > after;
  });
}

std::vector<SecretUse> uses_for_owner(const std::vector<UseEntry>& entries) {
  std::vector<SecretUse> uses;
  uses.reserve(entries.size());
  for (const UseEntry& entry : entries) {
    SecretUse use;
    use.tool_name = entry.tool;
    use.runtime = entry.runtime;
    use.outcome = entry.outcome;
    use.first_at = entry.first_at;
    use.last_at = entry.last_at;
    use.count = entry.count;
    const auto same = std::ranges::find_if(uses, [&use](const SecretUse& other) {
      return other.outcome == use.outcome && other.runtime == use.runtime && other.tool_name == use.tool_name &&
             within_merged_time(other, use);
    });
    if (same != uses.end()) {
      merge(*same, use);
    } else {
      uses.push_back(std::move(use));
    }
  }
  sort_newest_first(uses);
  return uses;
}

}  // namespace tacit::store
