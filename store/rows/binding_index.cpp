#include "store/rows/binding_index.hpp"

#include <algorithm>
#include <bit>

namespace tacit::store {

std::size_t indexed_length(std::size_t prefix) {
  constexpr std::size_t longest = 4096;
  if (prefix <= 32) return prefix;
  if (prefix >= longest) return longest;
  const std::size_t step = std::bit_floor(prefix) / 8;
  return prefix - prefix % step;
}

IndexedPattern indexed_pattern(std::string_view tool_name) {
  const std::size_t star = tool_name.find('*');
  if (star == std::string_view::npos) return {true, tool_name};
  return {false, tool_name.substr(0, indexed_length(star))};
}

RowKey binding_prefix(const crypto::TenantKeys& keys, const Uuid& tenant, const IndexedPattern& pattern) {
  const crypto::Digest mac =
      keys.index_mac(pattern.exact ? "binding exact" : "binding prefix", {crypto::as_bytes(pattern.literal)});
  return RowKey(tenant, RowKind::binding).add(ByteView(mac).first(index_mac_size));
}

RowKey binding_key(const crypto::TenantKeys& keys, const Uuid& tenant, std::string_view tool_name, bool is_default,
                   const Uuid& id) {
  return binding_prefix(keys, tenant, indexed_pattern(tool_name)).add(binding_class(is_default)).add(id.view());
}

void PrefixCounts::add(std::size_t length) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), Entry(static_cast<std::uint16_t>(length), 0));
  if (at != entries_.end() && at->first == length) {
    ++at->second;
  } else {
    entries_.insert(at, Entry(static_cast<std::uint16_t>(length), 1));
  }
}

void PrefixCounts::remove(std::size_t length) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), Entry(static_cast<std::uint16_t>(length), 0));
  if (at == entries_.end() || at->first != length) return;
  if (--at->second == 0) entries_.erase(at);
}

bool PrefixCounts::assign(std::vector<Entry> entries) {
  const bool rising = std::adjacent_find(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
                        return a.first >= b.first;
                      }) == entries.end();
  const bool counting = std::none_of(entries.begin(), entries.end(), [](const Entry& e) { return e.second == 0; });
  if (!rising || !counting) return false;
  entries_ = std::move(entries);
  return true;
}

std::vector<IndexedPattern> patterns_to_look_up(const PrefixCounts& counts, std::string_view tool) {
  std::vector<IndexedPattern> patterns;
  patterns.reserve(counts.entries().size() + 1);
  patterns.push_back({true, tool});
  for (const auto& [length, count] : counts.entries()) {
    if (length > tool.size()) break;
    patterns.push_back({false, tool.substr(0, length)});
  }
  return patterns;
}

}  // namespace tacit::store
