#include "store/etcd/open/etcd_loader.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "crypto/primitives/random.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/etcd/engine/bytes_order.hpp"
#include "store/etcd/open/client_failure.hpp"
#include "store/etcd/rpc/rpc_await.hpp"
#include "store/rows/newest_secret.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::size_t other_operations = 4;
constexpr std::size_t operation_bytes = 64;
constexpr std::chrono::milliseconds pause{100};

std::uint64_t number_of(ByteView bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

/// The place that a checkpoint names, unverified (store/audit/audit_checkpoint.hpp): its entries prove it.
std::optional<AuditMark> mark_of_checkpoint(ByteView row) {
  constexpr std::size_t mark_size = 1 + 8 + 32;
  if (row.size() < mark_size) return std::nullopt;
  AuditMark mark;
  mark.sequence = number_of(row.subspan(1, 8));
  std::ranges::copy(row.subspan(9, 32), mark.hash.begin());
  return mark;
}

/// The slot whose checkpoint has that key; std::nullopt if it is another key.
std::optional<AuditSlot> slot_of_checkpoint(ByteView key) {
  const ByteView base = checkpoint_key();
  if (key.size() < base.size() || !std::ranges::equal(key.first(base.size()), base)) return std::nullopt;
  const ByteView rest = key.subspan(base.size());
  if (rest.empty()) return AuditSlot{};
  if (rest.size() != 2) return std::nullopt;
  return AuditSlot{static_cast<std::uint16_t>(number_of(rest))};
}

}  // namespace

EtcdLoader::EtcdLoader(std::shared_ptr<EtcdClient> client, const EtcdOptions& options)
    : client_(std::move(client)),
      keys_(options.name),
      most_rows_(std::max<std::size_t>(1, options.max_txn_ops - std::min(options.max_txn_ops, other_operations))),
      most_bytes_(options.max_request_bytes - options.max_request_bytes / 8),
      deadline_(options.write_deadline),
      mark_key_(keys_.lease(crypto::as_bytes("loader"))),
      mark_(16) {
  crypto::random_bytes(mark_);
}

Outcome<std::unique_ptr<StoreLoader>> EtcdLoader::open(std::shared_ptr<EtcdClient> client, const EtcdOptions& options) {
  std::unique_ptr<EtcdLoader> loader(new EtcdLoader(std::move(client), options));
  if (const auto claimed = loader->claim(); !claimed) return claimed.error();
  return std::unique_ptr<StoreLoader>(std::move(loader));
}

Outcome<void> EtcdLoader::claim() {
  WriteTxn txn;
  Compare& empty = txn.compares.emplace_back();
  empty.target = Compare::Target::revision_below;
  empty.key = keys_.rows().first;
  empty.end = keys_.rows().end;
  empty.number = 1;
  Put put;
  put.key = mark_key_;
  put.value = mark_;
  txn.changes.emplace_back(std::move(put));
  const Clock::time_point deadline = Clock::now() + deadline_;
  for (;;) {
    // Sending it again is harmless: it applies once, and to an empty place alone.
    const auto written = write_now(*client_, txn, deadline);
    if (written && written->applied) {
      mark_revision_ = written->revision;
      return {};
    }
    if (written) break;
    const RpcErrc code = written.error().code;
    const bool again = code == RpcErrc::in_doubt || code == RpcErrc::unreachable;
    if (!again || Clock::now() + pause >= deadline) return failure_of(written.error());
    std::this_thread::sleep_for(pause);
  }
  // Not empty: perhaps by the Txn before, whose answer was lost.
  const auto claimed = has_claimed();
  if (!claimed) return claimed.error();
  if (*claimed) return {};
  return failed(Errc::conflict,
                "etcd already has rows of a store of that name, or of a tacit init or restore that failed: delete "
                "all keys that begin with tacit/<name>/ first, or choose another name");
}

Outcome<bool> EtcdLoader::has_claimed() {
  ReadTxn read;
  read.ranges.emplace_back().key = mark_key_;
  const auto found = read_now(*client_, std::move(read), Clock::now() + deadline_);
  if (!found) return failure_of(found.error());
  const bool ours =
      found->ranges.size() == 1 && found->ranges[0].rows.size() == 1 && found->ranges[0].rows[0].value == mark_;
  if (ours) mark_revision_ = found->ranges[0].rows[0].mod_revision;  // which all later Txns compare
  return ours;
}

Outcome<void> EtcdLoader::put(Table table, ByteView key, ByteView value) {
  if (table == Table::tenants) return put_tenant_row(key, value);
  if (const auto ended = end_tenant(); !ended) return ended;
  if (table == Table::audit) return put_entry(key, value);
  if (table == Table::meta) {
    note_meta(key, value);
    if (std::ranges::equal(key, format_row_key())) {
      format_ = copy_of(value);
      return {};
    }
  }
  return add(keys_.key(table, key), copy_of(value));
}

/// An embedded store has no rows of newest secrets (store/rows/newest_secret.hpp). Without one, a host whose clock is
/// behind could give a new secret an id below those of the backup.
Outcome<void> EtcdLoader::put_tenant_row(ByteView key, ByteView value) {
  ParsedKey parsed;
  if (!parse_key(key, parsed)) {
    if (const auto ended = end_tenant(); !ended) return ended;
    return add(keys_.key(Table::tenants, key), copy_of(value));
  }
  if (newest_ && parsed.tenant != tenant_) {
    if (const auto ended = end_tenant(); !ended) return ended;
  }
  tenant_ = parsed.tenant;
  const bool is_newest = parsed.kind == static_cast<std::uint8_t>(RowKind::newest_secret) && parsed.rest.empty();
  const bool is_secret = parsed.kind == static_cast<std::uint8_t>(RowKind::secret);
  Uuid id;
  const bool is_id = parse_id(is_newest ? value : is_secret ? parsed.rest : ByteView(), id);
  if (is_id && (!newest_ || *newest_ < id)) newest_ = id;  // NOLINT(modernize-use-nullptr): `<=>`'s zero
  // Replaced by the larger one. A row that is no id stays as it is: `tacit verify` reports it.
  if (is_newest && is_id) return {};
  if (is_newest) newest_.reset();
  return add(keys_.key(Table::tenants, key), copy_of(value));
}

Outcome<void> EtcdLoader::end_tenant() {
  if (!newest_) return {};
  const Uuid id = *newest_;
  newest_.reset();
  return add(keys_.key(Table::tenants, newest_secret_row_key(tenant_).view()), copy_of(id.view()));
}

void EtcdLoader::note_meta(ByteView key, ByteView value) {
  if (std::ranges::equal(key, store_row_key())) store_ = store_of(value).value_or(crypto::Uuid());
  const auto slot = slot_of_checkpoint(key);
  const auto mark = slot ? mark_of_checkpoint(value) : std::nullopt;
  if (!mark) return;
  AuditMark& checkpoint = checkpoints_[slot->number];
  checkpoint = *mark;
  checkpoint.slot = *slot;
}

Outcome<void> EtcdLoader::put_entry(ByteView key, ByteView value) {
  const auto place = entry_of_key(key);
  if (!place) return altered({}, "the audit log has a row whose key is not of an entry");
  if (slot_ && slot_->slot() != place->slot) {
    auto rows = slot_->finish();
    slot_.reset();
    if (!rows) return rows.error();
    if (const auto added = add_all(std::move(*rows)); !added) return added;
  }
  if (!slot_) {
    AuditMark before;
    before.slot = place->slot;
    if (const auto pruned = checkpoints_.find(place->slot.number); pruned != checkpoints_.end()) {
      before = pruned->second;
    }
    slot_.emplace(keys_, before, store_);
  }
  auto rows = slot_->put(key, value);
  if (!rows) return rows.error();
  return add_all(std::move(*rows));
}

Outcome<void> EtcdLoader::add_all(std::vector<LoadedRow> rows) {
  for (LoadedRow& row : rows)
    if (const auto added = add(std::move(row.key), std::move(row.value)); !added) return added;
  return {};
}

Outcome<void> EtcdLoader::add(Bytes key, Bytes value) {
  const std::size_t bytes = key.size() + value.size() + operation_bytes;
  if (bytes > most_bytes_) {
    return failed(Errc::too_large, "a row of " + std::to_string(bytes) +
                                       " bytes is larger than a request to etcd may be (etcd-max-request-bytes)");
  }
  if (pending_.changes.size() >= most_rows_ || pending_bytes_ + bytes > most_bytes_) {
    if (const auto flushed = flush(); !flushed) return flushed;
  }
  Put put;
  put.key = std::move(key);
  put.value = std::move(value);
  pending_.changes.emplace_back(std::move(put));
  pending_bytes_ += bytes;
  return {};
}

Outcome<void> EtcdLoader::flush() {
  if (pending_.changes.empty()) return {};
  WriteTxn txn = std::exchange(pending_, {});
  pending_bytes_ = 0;
  return write(std::move(txn));
}

Outcome<void> EtcdLoader::write(WriteTxn txn) {
  Compare& own = txn.compares.emplace_back();
  own.key = mark_key_;
  own.number = mark_revision_;
  const Clock::time_point deadline = Clock::now() + deadline_;
  for (;;) {
    // Sending it again is harmless: only this loader writes here, and it puts the same rows.
    const auto written = write_now(*client_, txn, deadline);
    if (written && written->applied) return {};
    if (written) {
      const auto finished = is_finished();
      if (!finished) return finished.error();
      if (*finished) return {};  // the Txn before, whose answer was lost
      return failed(Errc::conflict, "another restore to the same place in etcd has begun");
    }
    const RpcErrc code = written.error().code;
    const bool again = code == RpcErrc::in_doubt || code == RpcErrc::unreachable;
    if (!again || Clock::now() + pause >= deadline) return failure_of(written.error());
    std::this_thread::sleep_for(pause);
  }
}

Outcome<bool> EtcdLoader::is_finished() {
  ReadTxn read;
  read.ranges.emplace_back().key = mark_key_;
  read.ranges.emplace_back().key = keys_.key(Table::meta, format_row_key());
  const auto found = read_now(*client_, std::move(read), Clock::now() + deadline_);
  if (!found) return failure_of(found.error());
  return found->ranges.size() == 2 && found->ranges[0].rows.empty() && found->ranges[1].rows.size() == 1;
}

Outcome<void> EtcdLoader::finish() {
  if (!format_) return altered({}, "the rows to restore have no row \"format\"");
  if (const auto ended = end_tenant(); !ended) return ended;
  if (slot_) {
    auto rows = slot_->finish();
    slot_.reset();
    if (!rows) return rows.error();
    if (const auto added = add_all(std::move(*rows)); !added) return added;
  }
  if (const auto flushed = flush(); !flushed) return flushed;
  WriteTxn last;
  Put put;
  put.key = keys_.key(Table::meta, format_row_key());
  put.value = *format_;
  last.changes.emplace_back(std::move(put));
  Delete mark;
  mark.key = mark_key_;
  last.changes.emplace_back(std::move(mark));
  return write(std::move(last));
}

Outcome<void> load_first_rows(std::shared_ptr<EtcdClient> client, const EtcdOptions& options,
                              const std::vector<std::pair<Bytes, Bytes>>& meta_rows) {
  const auto loader = EtcdLoader::open(std::move(client), options);
  if (!loader) return loader.error();
  for (const auto& [key, value] : meta_rows) {
    const auto stored = (*loader)->put(Table::meta, key, value);
    if (!stored) return stored;
  }
  return (*loader)->finish();
}

}  // namespace tacit::store::etcd
