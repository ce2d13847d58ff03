// What the store tells of itself.
#include <algorithm>
#include <system_error>

#include "server/metrics/metrics.hpp"

namespace tacit::server {
namespace {

void add_engine_metrics(MetricFamilies& families, const store::EngineStatistics& engine) {
  families.counter("tacit_store_writes_total", "Changes and audit entries that the writer thread has run.")
      .add(engine.jobs);
  families.histogram("tacit_store_batch_writes", "Writes that went to the disk in one commit.")
      .add(engine.batch_jobs, 1);
  families.histogram("tacit_store_batch_duration_seconds", "Time for such a commit, the wait for its turn included.")
      .add(engine.batch_microseconds, 1e6);
  families.gauge("tacit_store_queue_writes", "Writes that wait for the writer thread.").add(engine.queued_jobs);
  families.gauge("tacit_store_queue_bytes", "Memory that they hold.").add(engine.queued_bytes);
  families.gauge("tacit_store_queue_writes_limit", "Writes that may wait; beyond, requests are answered 503.")
      .add(engine.queue_jobs_limit);
  families.counter("tacit_store_rows_read_total", "Rows read.").add(engine.rows_read);
}

void add_space_metrics(MetricFamilies& families, const store::StorageStatistics& storage) {
  families.gauge("tacit_store_map_bytes", "Size that the store may grow to (map-size).")
      .add(storage.pages * storage.page_bytes);
  // Of two snapshots: the second may have more free pages than the first had pages.
  const std::uint64_t used = storage.touched_pages - std::min(storage.touched_pages, storage.free_pages);
  families.gauge("tacit_store_used_bytes", "Of it, pages that hold something, or did and are pinned.")
      .add(used * storage.page_bytes);
  families
      .gauge("tacit_store_pinned_bytes",
             "Of it, pages that are free again and of no use, as long as somebody reads an older state of the store.")
      .add(storage.pinned_pages * storage.page_bytes);
  families.gauge("tacit_store_file_bytes", "Size of the store's file: pages that were ever used.")
      .add(storage.touched_pages * storage.page_bytes);
  families.gauge("tacit_store_free_pages", "Pages of the file that are free again.").add(storage.free_pages);
  families.gauge("tacit_store_page_bytes", "Size of a page.").add(storage.page_bytes);
  families
      .gauge("tacit_store_scrub_waiting_bytes",
             "Pages that are free again and still hold what may have been deleted or replaced.")
      .add(storage.scrub_waiting_pages * storage.page_bytes);
  families
      .gauge("tacit_store_scrub_waiting_seconds",
             "How long what was freed may have waited to be overwritten; 0 if nothing waits, or scrub-within is 0.")
      .add(static_cast<std::uint64_t>(storage.scrub_waiting.count()));
  families.counter("tacit_store_scrubbed_bytes_total", "Freed bytes that this process has overwritten.")
      .add(storage.scrubbed_pages * storage.page_bytes);
  auto rows = families.gauge("tacit_store_table_rows", "Rows of a table.");
  auto bytes = families.gauge("tacit_store_table_bytes", "Pages of a table.");
  for (const auto& table : storage.tables) {
    rows.add(table.rows, {{"table", table.name}});
    bytes.add(table.pages * storage.page_bytes, {{"table", table.name}});
  }
}

void add_reader_metrics(MetricFamilies& families, const store::StorageStatistics& storage) {
  families.gauge("tacit_store_reader_slots", "Slots for readers, over all processes.").add(storage.reader_slots);
  families.gauge("tacit_store_reader_slots_used", "Of them, those that are taken.").add(storage.reader_slots_used);
  families.gauge("tacit_store_readers", "Readers that look at a snapshot now.").add(storage.readers);
  families
      .gauge("tacit_store_oldest_reader_lag_commits",
             "Commits since the oldest snapshot that is looked at: what they freed cannot be used again yet.")
      .add(storage.oldest_reader_lag);
}

/// The hash is no number, and a label that changes would be a series for every change: its first 48 bits, which a
/// double holds exactly, tell two logs apart as well as an operator needs.
double leading_bits(const crypto::Digest& hash) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 6; ++i) bits = (bits << 8) | hash[i];
  return static_cast<double>(bits);
}

}  // namespace

void add_store_metrics(MetricFamilies& families, const store::StoreStatistics& store,
                       const std::filesystem::path& directory) {
  add_engine_metrics(families, store.engine);
  add_space_metrics(families, store.storage);
  add_reader_metrics(families, store.storage);
  std::error_code error;
  const auto disk = std::filesystem::space(directory, error);
  auto disk_size = families.gauge("tacit_store_disk_bytes", "Size of the file system that the store is on.");
  auto disk_free = families.gauge("tacit_store_disk_free_bytes", "Of it, what the store may still take.");
  if (!error) disk_size.add(std::uint64_t{disk.capacity});
  if (!error) disk_free.add(std::uint64_t{disk.available});
  auto sequence = families.gauge("tacit_audit_sequence", "Number of the newest audit entry, of whichever process.");
  auto head = families.gauge("tacit_audit_head_prefix", "The first 48 bits of its hash.");
  if (store.audit_head) {
    sequence.add(store.audit_head->sequence);
    head.add(leading_bits(store.audit_head->hash));
  }
  auto keys = families.gauge("tacit_key_info", "1; a key of a keyring that this process was given.");
  for (const store::KeyVersion& key : store.keys) {
    keys.add(std::uint64_t{1}, {{"ring", key.ring}, {"key_id", key.id}, {"state", key.primary ? "primary" : "active"}});
  }
}

}  // namespace tacit::server
