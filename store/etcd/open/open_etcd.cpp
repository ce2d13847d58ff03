#include "store/etcd/open_etcd.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/etcd_engine.hpp"
#include "store/etcd/open/client_failure.hpp"
#include "store/etcd/open/etcd_loader.hpp"
#include "store/etcd/open/raise_format.hpp"
#include "store/etcd/room/cluster_figures.hpp"
#include "store/etcd/room/compactor.hpp"
#include "store/etcd/room/revision_pin.hpp"
#include "store/etcd/room/room_watch.hpp"
#include "store/etcd/slots/slot_lease.hpp"
#include "store/etcd/watch/audit_watch.hpp"
#include "store/etcd/watch/cache_watch.hpp"
#include "store/etcd/watch/row_cache.hpp"

namespace tacit::store {
namespace {

using namespace etcd;  // NOLINT(google-build-using-namespace)

/// What runs beside the writer. Members are destroyed before those that they use.
struct Services {
  Services(std::shared_ptr<EtcdClient> etcd, const KeyMap& keys, const EtcdOptions& options)
      : client(std::move(etcd)), on_failure(options.on_failure), cache(std::make_shared<RowCache>(options.revocation)) {
    const auto schedule = background.schedule();
    RoomWatchOptions room_options;
    room_options.quota = options.quota_bytes;
    room_options.patience = options.write_deadline;
    room = std::make_unique<RoomWatch>(client, schedule, keys, room_options);
    watch = std::make_unique<CacheWatch>(client, schedule, keys, cache);
    if (options.writes) {
      SlotLeaseOptions lease;
      lease.owner = options.owner;
      lease.patience = options.write_deadline;
      slots = std::make_unique<SlotLease>(client, schedule, keys, lease);
    }
    if (options.compacts) {
      CompactorOptions compaction;
      compaction.keep_history = options.keep_history;
      compactor = std::make_unique<Compactor>(client, schedule, keys, compaction);
    }
  }

  /// The store is not there any more: this process must end, and begin with the one that is.
  void note_replaced() {
    if (!replaced.exchange(true) && on_failure) on_failure(replaced_words);
  }

  static constexpr const char* replaced_words =
      "the store in etcd was deleted, or another one was restored in its place, while this process had it open";

  const std::shared_ptr<EtcdClient> client;
  const std::function<void(const std::string& why)> on_failure;
  std::atomic<bool> replaced{false};
  Background background;
  const std::shared_ptr<RowCache> cache;
  std::unique_ptr<RoomWatch> room;
  std::unique_ptr<CacheWatch> watch;
  std::unique_ptr<SlotLease> slots;  ///< null: the process only reads
  std::unique_ptr<Compactor> compactor;
};

/// Also used by reads that outlive the engine, so it shares the cache and not the services.
RowCopies copies_of(const std::shared_ptr<RowCache>& cache) {
  RowCopies copies;
  copies.find = [cache](Table table, ByteView key) { return cache->find(table, key); };
  copies.fill = [cache](Table table, ByteView key, std::shared_ptr<const Bytes> value, std::int64_t revision) {
    cache->fill(table, key, std::move(value), revision);
  };
  copies.renew = [cache](Table table, ByteView key, std::optional<Bytes> value, std::int64_t revision) {
    cache->apply(table, key, std::move(value), revision);
  };
  copies.drop = [cache](Table table, ByteView key, std::int64_t revision) { cache->drop(table, key, revision); };
  return copies;
}

/// Far longer than a read waits for its pin, nothing of that revision is compacted. If etcd does not take the pin at
/// once, it is asked again.
std::function<RevisionHold(std::int64_t)> holds_of(const Services& services, const KeyMap& keys) {
  return [client = services.client, schedule = services.background.schedule(), keys](std::int64_t revision) {
    return RevisionHold(RevisionPin::begin(client, schedule, keys, revision));
  };
}

WriterParts writer_parts_of(Services* services) {
  WriterParts parts;
  parts.slot = [services]() -> std::optional<WriterSlot> {
    const auto held = services->slots ? services->slots->held() : std::nullopt;
    if (!held) return std::nullopt;
    return WriterSlot{held->slot, held->generation};
  };
  parts.slot_lost = [services](AuditSlot slot) {
    if (services->slots) services->slots->lost(slot);
  };
  parts.replaced = [services] { services->note_replaced(); };
  parts.refuses = [services](Growth growth) { return services->room->refuses(growth); };
  parts.no_room = [services] { services->room->note_no_room(); };
  parts.applied = [services] { services->room->note_quorum(); };
  return parts;
}

std::string name_of_storage(const EtcdHealth& health) {
  std::set<std::string> versions;
  for (const EtcdMember& member : health.members)
    if (!member.version.empty()) versions.insert(member.version);
  std::string name = "etcd";
  for (const std::string& version : versions) name += (name == "etcd" ? " " : ", ") + version;
  return name;
}

EtcdFigures figures_of(const Services& services, const std::string& store) {
  EtcdFigures figures = cluster_figures(services.room->health());
  figures.name = store;
  const auto held = services.slots ? services.slots->held() : std::nullopt;
  if (held) figures.slot = to_string(held->slot);
  const RowCacheFigures cache = services.cache->figures();
  figures.cache_hits = cache.hits;
  figures.cache_misses = cache.misses + cache.stale;
  if (cache.age) figures.watch_lag = std::chrono::duration_cast<std::chrono::milliseconds>(*cache.age);
  if (services.compactor) {
    figures.compacted_revision = static_cast<std::uint64_t>(services.compactor->figures().compacted);
  }
  return figures;
}

}  // namespace

Outcome<std::unique_ptr<Engine>> open_etcd_engine(EtcdOptions options) {
  auto client = EtcdClient::create(options.connection);
  if (!client) return failure_of(client.error());
  const KeyMap keys(options.name);
  const auto services = std::make_shared<Services>(*client, keys, options);
  EtcdEngineSetup setup;
  setup.context = std::make_shared<EngineContext>(*client, keys, etcd_traits(options));
  setup.context->write_deadline = options.write_deadline;
  setup.context->ranges_per_read = std::max<std::size_t>(1, options.max_txn_ops);
  setup.context->copies = copies_of(services->cache);
  setup.context->hold_revision = holds_of(*services, keys);
  // A read may outlive the engine.
  setup.context->silence = [weak = std::weak_ptr<Services>(services)] {
    const auto known = weak.lock();
    return known ? known->room->silence() : std::chrono::milliseconds(0);
  };
  setup.limits = etcd_commit_limits(options);
  setup.writer = writer_parts_of(services.get());
  setup.queue_items = options.queue_items;
  setup.queue_bytes = options.queue_bytes;
  setup.writes = options.writes;
  setup.unwilling = [services = services.get()]() -> std::optional<std::string> {
    if (services->replaced.load()) return Services::replaced_words;
    if (auto why = services->room->unwilling()) return why;
    return services->slots ? services->slots->unwilling() : std::nullopt;
  };
  setup.room = [services = services.get()] { return services->room->room(); };
  setup.name = [services = services.get()] { return name_of_storage(services->room->health()); };
  setup.figures = [services = services.get(), store = options.name] { return figures_of(*services, store); };
  setup.watch_audit = [client = services->client, schedule = services->background.schedule(),
                       keys](std::function<void()> changed) -> std::unique_ptr<AuditNews> {
    return std::make_unique<AuditWatch>(client, schedule, keys, std::move(changed));
  };
  setup.services = services;
  return std::unique_ptr<Engine>(std::make_unique<EtcdEngine>(std::move(setup)));
}

Outcome<void> create_etcd_store(const EtcdOptions& options, std::vector<std::pair<Bytes, Bytes>> first_meta_rows) {
  auto client = EtcdClient::create(options.connection);
  if (!client) return failure_of(client.error());
  return load_first_rows(*client, options, first_meta_rows);
}

Outcome<std::unique_ptr<StoreLoader>> open_etcd_loader(const EtcdOptions& options) {
  auto client = EtcdClient::create(options.connection);
  if (!client) return failure_of(client.error());
  return EtcdLoader::open(*client, options);
}

Outcome<FormatRaised> raise_etcd_format(const EtcdOptions& options, const std::function<void()>& waiting) {
  auto client = EtcdClient::create(options.connection);
  if (!client) return failure_of(client.error());
  return raise_format(*client, options, waiting);
}

}  // namespace tacit::store
