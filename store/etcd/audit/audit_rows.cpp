#include "store/etcd/audit/audit_rows.hpp"

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_key.hpp"
#include "store/audit/audit_log.hpp"

namespace tacit::store::etcd {
namespace {

AuditMark mark_before(const AuditBlock& block) {
  AuditMark mark;
  mark.slot = block.slot;
  mark.sequence = block.first - 1;
  mark.hash = block.previous;
  return mark;
}

void advance(AuditMark& mark, const crypto::Uuid& store, const std::string& body) {
  mark.hash = audit_hash(store, mark, body);
  ++mark.sequence;
}

/// A block ends with a commit, so its last entry ends one even if the block does not say where that began.
std::uint64_t first_of_commit(const AuditBlock& block, const BlockEntry& entry, bool is_last) {
  return entry.first == 0 && is_last ? block.first : entry.first;
}

Bytes row_of_entry(const AuditBlock& block, const BlockEntry& entry, const crypto::Digest& hash, bool is_last) {
  // The chain of an embedded store, from a backup of one, keeps the formats that it had.
  if (block.slot.is_embedded()) return audit_row(hash, entry.body, entry.first, entry.signatures);
  const std::uint64_t first = first_of_commit(block, entry, is_last);
  if (first == 0 && entry.signatures.empty()) return audit_row(hash, entry.body);
  return audit_commit_row(hash, entry.body, first, entry.signatures);
}

}  // namespace

std::vector<ExpandedRow> rows_of_block(const AuditBlock& block, const crypto::Uuid& store) {
  std::vector<ExpandedRow> rows;
  rows.reserve(block.entries.size());
  AuditMark mark = mark_before(block);
  for (const BlockEntry& entry : block.entries) {
    advance(mark, store, entry.body);
    const auto key = audit_key(mark.slot, mark.sequence);
    const ByteView key_bytes(key);
    ExpandedRow& row = rows.emplace_back();
    row.key.assign(key_bytes.begin(), key_bytes.end());
    row.value = row_of_entry(block, entry, mark.hash, &entry == &block.entries.back());
  }
  return rows;
}

crypto::Digest hash_of_block(const AuditBlock& block, const crypto::Uuid& store) {
  AuditMark mark = mark_before(block);
  for (const BlockEntry& entry : block.entries) advance(mark, store, entry.body);
  return mark.hash;
}

}  // namespace tacit::store::etcd
