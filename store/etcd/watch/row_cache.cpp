#include "store/etcd/watch/row_cache.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "store/rows/row_key.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::size_t longest_key = 120;
constexpr std::size_t largest_value = std::size_t{64} << 10;
/// The list's node, the index's node, and a shared pointer's counts, about.
constexpr std::size_t overhead = 240;
constexpr std::size_t most_barriers = 32;

bool is_watched(Table table) { return table == Table::api_keys; }

bool is_cacheable(Table table, ByteView key) {
  if (key.size() > longest_key) return false;
  if (is_watched(table)) return true;
  ParsedKey parsed;
  return table == Table::tenants && parse_key(key, parsed) && parsed.rest.empty() &&
         parsed.kind == static_cast<std::uint8_t>(RowKind::record);
}

}  // namespace

class RowCache::Name {
 public:
  Name(Table table, ByteView key) : size_(key.size() + 1) {
    text_[0] = static_cast<char>(table);
    if (!key.empty()) std::memcpy(text_.data() + 1, key.data(), key.size());
  }
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, longest_key + 1> text_{};
  std::size_t size_;
};

std::size_t RowCache::Entry::bytes() const { return overhead + key.size() + (value ? value->size() : 0); }

std::size_t RowCache::Hash::operator()(std::string_view text) const {
  return crypto::siphash(key, crypto::as_bytes(text));
}

RowCache::RowCache(Revocation revocation, RowCacheLimits limits, Now now)
    : revocation_(revocation), limits_(limits), now_(std::move(now)), hash_{crypto::SipKey::random()} {
  for (auto& shard : shards_) shard = std::make_unique<Shard>(hash_);
}

RowCache::Shard& RowCache::shard_of(std::size_t hash) const { return *shards_.at(hash % shards_.size()); }

std::int64_t& RowCache::newest_of(Shard& shard, std::size_t hash) {
  return shard.newest.at((hash >> 8) % shard.newest.size());
}

RowCache::Entries& RowCache::list_of(Shard& shard, const Entry& entry) {
  return entry.value ? shard.present : shard.absent;
}

void RowCache::remove(Shard& shard, Entries::iterator entry) {
  shard.bytes -= entry->bytes();
  shard.index.erase(entry->key);
  list_of(shard, *entry).erase(entry);
}

void RowCache::evict(Shard& shard, Entries& entries, std::size_t most) const {
  const std::size_t most_bytes = limits_.bytes / shards_.size();
  while (!entries.empty() && (entries.size() > most || shard.bytes > most_bytes)) {
    remove(shard, std::prev(entries.end()));
  }
}

void RowCache::insert(Shard& shard, Entry entry) {
  Entries& entries = list_of(shard, entry);
  shard.bytes += entry.bytes();
  entries.push_front(std::move(entry));
  shard.index.emplace(entries.front().key, entries.begin());
  // Absent rows first: if the bytes are short, they go before the others.
  evict(shard, shard.absent, limits_.absent_rows / shards_.size());
  evict(shard, shard.present, (limits_.rows - limits_.absent_rows) / shards_.size());
}

bool RowCache::is_recent(BootClock::time_point instant) const {
  // An instant of 0 was never set: the host may have started less than two seconds ago.
  return instant != BootClock::time_point() && now_() - instant <= longest_age;
}

bool RowCache::is_recent_revision(std::int64_t revision) const {
  BootClock::time_point began{};
  {
    const std::lock_guard lock(barriers_mutex_);
    for (auto barrier = barriers_.rbegin(); barrier != barriers_.rend(); ++barrier) {
      if (barrier->revision <= revision) began = std::max(began, barrier->began);
    }
  }
  return is_recent(began);
}

std::optional<CachedRow> RowCache::find(Table table, ByteView key) const {
  if (revocation_ == Revocation::strict || !is_cacheable(table, key)) return std::nullopt;
  const Name name(table, key);
  const std::size_t hash = hash_(name.view());
  Shard& shard = shard_of(hash);
  // Before the look-up: the events that a confirmation covers were applied before it, so a copy that is found later has
  // them. The other way round, a copy could be older than the confirmation.
  const BootClock::time_point confirmed(BootClock::duration(confirmed_.load(std::memory_order_acquire)));
  CachedRow found;
  std::int64_t revision = 0;
  const std::lock_guard lock(shard.mutex);
  const auto place = shard.index.find(name.view());
  if (place == shard.index.end()) {
    ++shard.misses;
    return std::nullopt;
  }
  Entries& entries = list_of(shard, *place->second);
  entries.splice(entries.begin(), entries, place->second);
  found.value = place->second->value;
  revision = place->second->revision;
  if (!(is_watched(table) && is_recent(confirmed)) && !is_recent_revision(revision)) {
    ++shard.stale;
    return std::nullopt;
  }
  ++shard.hits;
  return found;
}

void RowCache::fill(Table table, ByteView key, std::shared_ptr<const Bytes> value, std::int64_t read_revision) {
  if (revocation_ == Revocation::strict || !is_cacheable(table, key)) return;
  if (value && value->size() > largest_value) return;
  const Name name(table, key);
  const std::size_t hash = hash_(name.view());
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  if (read_revision < std::max(newest_of(shard, hash), shard.floor)) {
    ++shard.refused;
    return;
  }
  if (const auto former = shard.index.find(name.view()); former != shard.index.end()) {
    if (former->second->revision > read_revision) return;
    remove(shard, former->second);
  }
  Entry entry;
  entry.key = std::string(name.view());
  entry.value = std::move(value);
  entry.revision = read_revision;
  insert(shard, std::move(entry));
}

void RowCache::drop(Table table, ByteView key, std::int64_t revision) {
  if (revocation_ == Revocation::strict || !is_cacheable(table, key)) return;
  const Name name(table, key);
  const std::size_t hash = hash_(name.view());
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  std::int64_t& newest = newest_of(shard, hash);
  newest = std::max(newest, revision);
  const auto place = shard.index.find(name.view());
  if (place != shard.index.end() && place->second->revision < revision) remove(shard, place->second);
}

void RowCache::apply(Table table, ByteView key, std::optional<Bytes> value, std::int64_t revision) {
  if (revocation_ == Revocation::strict || !is_cacheable(table, key)) return;
  std::shared_ptr<const Bytes> copy;
  if (value && value->size() <= largest_value) copy = std::make_shared<const Bytes>(std::move(*value));
  const bool is_known = copy || !value;
  const Name name(table, key);
  const std::size_t hash = hash_(name.view());
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  std::int64_t& newest = newest_of(shard, hash);
  newest = std::max(newest, revision);
  const auto place = shard.index.find(name.view());
  if (place == shard.index.end() || place->second->revision >= revision) return;
  // A row that requests use stays: it needs no read after a change by another process.
  remove(shard, place->second);
  if (!is_known) return;
  Entry entry;
  entry.key = std::string(name.view());
  entry.value = std::move(copy);
  entry.revision = revision;
  insert(shard, std::move(entry));
}

void RowCache::barrier(BootClock::time_point began, std::int64_t revision) {
  const std::lock_guard lock(barriers_mutex_);
  barriers_.push_back(Barrier{began, revision});
  // Of two with the same revision the later one proves more.
  if (barriers_.size() > 1 && barriers_[barriers_.size() - 2].revision == revision) {
    barriers_.erase(barriers_.end() - 2);
  }
  if (barriers_.size() > most_barriers) barriers_.pop_front();
}

void RowCache::confirm(BootClock::time_point began) {
  const BootClock::rep instant = began.time_since_epoch().count();
  BootClock::rep former = confirmed_.load(std::memory_order_relaxed);
  while (former < instant && !confirmed_.compare_exchange_weak(former, instant, std::memory_order_release)) {
  }
}

void RowCache::restart(std::int64_t floor) {
  // First, so that nothing that is filled meanwhile is answered because of an old proof.
  confirmed_.store(0, std::memory_order_release);
  {
    const std::lock_guard lock(barriers_mutex_);
    barriers_.clear();
  }
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    shard->index.clear();
    shard->present.clear();
    shard->absent.clear();
    shard->newest.fill(0);
    shard->bytes = 0;
    shard->floor = floor;
  }
}

RowCacheFigures RowCache::figures() const {
  RowCacheFigures figures;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    figures.rows += shard->index.size();
    figures.bytes += shard->bytes;
    figures.hits += shard->hits;
    figures.misses += shard->misses;
    figures.stale += shard->stale;
    figures.refused_fills += shard->refused;
  }
  const BootClock::rep confirmed = confirmed_.load(std::memory_order_relaxed);
  if (confirmed != 0) figures.age = now_() - BootClock::time_point(BootClock::duration(confirmed));
  return figures;
}

}  // namespace tacit::store::etcd
