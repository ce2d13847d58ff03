#include "store/etcd/engine/commit.hpp"

#include <utility>

#include "crypto/primitives/random.hpp"
#include "store/etcd/audit/audit_block.hpp"
#include "store/etcd/audit/audit_rows.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store::etcd {
namespace {

AuditMark mark_of(const BatchBase& base) {
  AuditMark mark;
  mark.sequence = base.head.sequence;
  mark.hash = base.head.hash;
  mark.slot = base.slot;
  return mark;
}

/// The entries of the batch as a block, which ends with their signatures.
AuditBlock block_of(const BatchBase& base, const std::vector<std::string>& bodies, const OperationId& operation) {
  AuditBlock block;
  block.operation = operation;
  block.slot = base.slot;
  block.first = base.head.sequence + 1;
  block.previous = base.head.hash;
  for (const std::string& body : bodies) block.entries.emplace_back().body = body;
  block.entries.back().first = block.first;
  return block;
}

Compare revision_compare(const Bytes& key, std::int64_t revision) {
  Compare compare;
  compare.key = key;
  compare.number = revision;
  return compare;
}

Change put_of(Bytes key, Bytes value) {
  Put put;
  put.key = std::move(key);
  put.value = std::move(value);
  return put;
}

Change delete_of(Bytes key) {
  Delete deleted;
  deleted.key = std::move(key);
  return deleted;
}

/// Adds the batch's entries to the Txn and to the head. False: the seal refuses.
bool add_entries(const EngineContext& context, const BatchRun& batch, CommitSeal* seal, Commit& commit,
                 SlotHead& head) {
  const std::vector<std::string>& bodies = batch.changes().entries();
  if (bodies.empty()) return true;
  AuditBlock block = block_of(batch.base(), bodies, commit.operation);
  if (seal != nullptr) {
    auto sealed = seal->seal(mark_of(batch.base()), bodies, batch.base().rows_format);
    if (!sealed || sealed->hashes.size() != bodies.size()) return false;
    head.hash = sealed->hashes.back();
    commit.signatures = std::move(sealed->signatures);
    block.entries.back().signatures = commit.signatures;
  } else {
    head.hash = hash_of_block(block, batch.base().store);
  }
  head.sequence += bodies.size();
  head.newest_block = block.first;
  commit.block_key = context.keys.block({block.slot, block.first});
  commit.txn.changes.push_back(put_of(*commit.block_key, encode_block(block)));
  return true;
}

}  // namespace

OperationId make_operation_id() {
  OperationId id;
  crypto::random_bytes(id);
  return id;
}

std::optional<Commit> build_commit(const EngineContext& context, const BatchRun& batch, CommitSeal* seal) {
  const BatchBase& base = batch.base();
  Commit commit;
  commit.operation = make_operation_id();
  commit.head_key = context.keys.head(base.slot);
  commit.head_before = base.head;
  commit.head_revision = base.head_revision;
  commit.txn.compares.push_back(revision_compare(commit.head_key, base.head_revision));
  // Without "format" a process that has the store open would write into one that is being restored in its place.
  commit.txn.compares.push_back(
      revision_compare(context.keys.key(Table::meta, format_row_key()), base.format_revision));
  // The entries are sealed for these.
  commit.txn.compares.push_back(revision_compare(context.keys.key(Table::meta, rows_row_key()), base.rows_revision));
  commit.txn.compares.push_back(revision_compare(context.keys.key(Table::meta, store_row_key()), base.store_revision));
  batch.reads().add_compares(commit.txn.compares, batch.revision());
  SlotHead head = base.head;
  head.operation = commit.operation;
  for (const auto& [key, value] : batch.changes().rows()) {
    if (key == commit.head_key) {
      // Pruning has moved the newest block. The head is written below, once.
      const auto moved = value ? decode_slot_head(*value) : std::nullopt;
      if (moved) head.newest_block = moved->newest_block;
      continue;
    }
    commit.txn.changes.push_back(value ? put_of(key, *value) : delete_of(key));
  }
  if (!add_entries(context, batch, seal, commit, head)) return std::nullopt;
  commit.last.sequence = head.sequence;
  commit.last.hash = head.hash;
  commit.last.slot = base.slot;
  commit.head_value = encode_slot_head(head);
  commit.txn.changes.push_back(put_of(commit.head_key, commit.head_value));
  return commit;
}

WriteTxn fence_of(const Commit& commit, const OperationId& operation) {
  SlotHead head = commit.head_before;
  head.operation = operation;
  WriteTxn txn;
  txn.compares.push_back(revision_compare(commit.head_key, commit.head_revision));
  txn.changes.push_back(put_of(commit.head_key, encode_slot_head(head)));
  return txn;
}

}  // namespace tacit::store::etcd
