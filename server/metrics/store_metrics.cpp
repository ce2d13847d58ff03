// The metric families of the store.
#include <algorithm>
#include <system_error>

#include "server/metrics/metrics.hpp"

namespace tacit::server {
namespace {

void add_engine_metrics(MetricFamilies& families, const store::EngineStatistics& engine) {
  families.counter("tacit_store_writes_total", "Writes and audit entries executed by the writer thread.")
      .add(engine.jobs);
  families.histogram("tacit_store_batch_writes", "Writes per commit.").add(engine.batch_jobs, 1);
  families.histogram("tacit_store_batch_duration_seconds", "Duration of a commit, including the wait for its turn.")
      .add(engine.batch_microseconds, 1e6);
  families.gauge("tacit_store_queue_writes", "Writes waiting for the writer thread.").add(engine.queued_jobs);
  families.gauge("tacit_store_queue_bytes", "Memory of the waiting writes.").add(engine.queued_bytes);
  families.gauge("tacit_store_queue_writes_limit", "Maximum of waiting writes; further requests are answered 503.")
      .add(engine.queue_jobs_limit);
  families.counter("tacit_store_rows_read_total", "Rows read.").add(engine.rows_read);
}

void add_space_metrics(MetricFamilies& families, const store::StorageStatistics& storage) {
  families.gauge("tacit_store_map_bytes", "Maximum size of the store (map-size).")
      .add(storage.pages * storage.page_bytes);
  // The figures come from two snapshots: the second may have more free pages than the first had pages.
  const std::uint64_t used = storage.touched_pages - std::min(storage.touched_pages, storage.free_pages);
  families.gauge("tacit_store_used_bytes", "Bytes of the map in pages that are in use or pinned.")
      .add(used * storage.page_bytes);
  families
      .gauge("tacit_store_pinned_bytes",
             "Bytes of the map in free pages that cannot be reused while a reader uses an older snapshot.")
      .add(storage.pinned_pages * storage.page_bytes);
  families.gauge("tacit_store_file_bytes", "Size of the store's file: all pages ever used.")
      .add(storage.touched_pages * storage.page_bytes);
  // store/lmdb/engine/free_list_watch.hpp
  families
      .gauge("tacit_store_free_pages",
             "Free pages of the file. After a long snapshot, this and the used, pinned and waiting bytes may be some "
             "seconds old.")
      .add(storage.free_pages);
  families.gauge("tacit_store_page_bytes", "Size of a page.").add(storage.page_bytes);
  families.gauge("tacit_store_scrub_waiting_bytes", "Free pages that may still contain deleted or replaced data.")
      .add(storage.scrub_waiting_pages * storage.page_bytes);
  families
      .gauge("tacit_store_scrub_waiting_seconds",
             "Longest wait of freed data to be overwritten; 0 if none waits, or scrub-within is 0.")
      .add(static_cast<std::uint64_t>(storage.scrub_waiting.count()));
  families.counter("tacit_store_scrubbed_bytes_total", "Freed bytes overwritten by this process.")
      .add(storage.scrubbed_pages * storage.page_bytes);
  auto rows = families.gauge("tacit_store_table_rows", "Rows of a table.");
  auto bytes = families.gauge("tacit_store_table_bytes", "Pages of a table.");
  for (const auto& table : storage.tables) {
    rows.add(table.rows, {{"table", table.name}});
    bytes.add(table.pages * storage.page_bytes, {{"table", table.name}});
  }
}

void add_reader_metrics(MetricFamilies& families, const store::StorageStatistics& storage) {
  families.gauge("tacit_store_reader_slots", "Reader slots of all processes.").add(storage.reader_slots);
  families.gauge("tacit_store_reader_slots_used", "Reader slots in use.").add(storage.reader_slots_used);
  families.gauge("tacit_store_readers", "Readers that hold a snapshot.").add(storage.readers);
  families
      .gauge("tacit_store_oldest_reader_lag_commits",
             "Commits since the oldest snapshot in use; pages that they freed cannot be reused yet.")
      .add(storage.oldest_reader_lag);
}

void add_disk_metrics(MetricFamilies& families, const std::filesystem::path& directory) {
  std::error_code error;
  const auto disk = std::filesystem::space(directory, error);
  auto disk_size = families.gauge("tacit_store_disk_bytes", "Size of the store's file system.");
  auto disk_free = families.gauge("tacit_store_disk_free_bytes", "Free space of the store's file system.");
  if (!error) disk_size.add(std::uint64_t{disk.capacity});
  if (!error) disk_free.add(std::uint64_t{disk.available});
}

/// The first 48 bits of the hash, which a double represents exactly and which suffice to distinguish two logs. As a
/// label, the hash would create a new series with each change.
double leading_bits(const crypto::Digest& hash) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 6; ++i) bits = (bits << 8) | hash[i];
  return static_cast<double>(bits);
}

/// Each slot has a series of its own: a sequence of another slot says nothing about it.
void add_audit_metrics(MetricFamilies& families, const store::StoreStatistics& store) {
  auto sequence = families.gauge("tacit_audit_sequence", "Sequence of the newest audit entry of any process.");
  auto head = families.gauge("tacit_audit_head_prefix", "The first 48 bits of the newest audit entry's hash.");
  if (store.audit_head) {
    sequence.add(store.audit_head->sequence);
    head.add(leading_bits(store.audit_head->hash));
  }
  for (const store::AuditMark& newest : store.audit_heads) {
    sequence.add(newest.sequence, {{"slot", to_string(newest.slot)}});
    head.add(leading_bits(newest.hash), {{"slot", to_string(newest.slot)}});
  }
}

}  // namespace

void add_store_metrics(MetricFamilies& families, const store::StoreStatistics& store,
                       const std::optional<std::filesystem::path>& directory) {
  add_engine_metrics(families, store.engine);
  if (directory) {
    add_space_metrics(families, store.storage);
    add_reader_metrics(families, store.storage);
    add_disk_metrics(families, *directory);
  }
  add_audit_metrics(families, store);
  auto keys = families.gauge("tacit_key_info", "1; the labels identify a key of this process's keyrings.");
  for (const store::KeyVersion& key : store.keys) {
    keys.add(std::uint64_t{1}, {{"ring", key.ring}, {"key_id", key.id}, {"state", key.primary ? "primary" : "active"}});
  }
}

void add_use_metrics(MetricFamilies& families, const store::UseFigures& uses) {
  families
      .gauge("tacit_secret_uses_pending",
             "Noted uses of secrets that are not stored yet; those of one secret, tool and runtime count once.")
      .add(uses.pending);
  families
      .counter("tacit_secret_uses_dropped_total", "Uses of secrets that were not noted, because there were too many.")
      .add(uses.dropped);
}

}  // namespace tacit::server
