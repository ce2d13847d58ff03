// The rows of the audit table that a block stands for: they form the slot's chain.
#include "store/etcd/audit/audit_rows.hpp"

#include <boost/test/unit_test.hpp>

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
namespace crypto = tacit::crypto;

namespace {

crypto::Uuid store_id() {
  crypto::Uuid id;
  id.bytes.fill(5);
  return id;
}

AuditSignature signature() {
  AuditSignature made;
  made.role = crypto::SigningRole::api;
  made.signature.fill(9);
  return made;
}

AuditBlock sample(AuditSlot slot) {
  AuditBlock block;
  block.slot = slot;
  block.first = 41;
  block.previous.fill(2);
  for (const char* body : {"one", "two", "three"}) block.entries.emplace_back().body = body;
  return block;
}

AuditEntry parse(const ExpandedRow& row) {
  const auto entry = parse_audit_row(Row{row.key, row.value});
  BOOST_TEST_REQUIRE(entry.has_value());
  return *entry;
}

void is_chain(const AuditBlock& block) {
  AuditMark mark;
  mark.slot = block.slot;
  mark.sequence = block.first - 1;
  mark.hash = block.previous;
  const auto rows = rows_of_block(block, store_id());
  BOOST_TEST_REQUIRE(rows.size() == block.entries.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    mark.hash = audit_hash(store_id(), mark, block.entries[i].body);
    ++mark.sequence;
    const AuditEntry entry = parse(rows[i]);
    BOOST_TEST((entry.slot == block.slot));
    BOOST_TEST(entry.sequence == mark.sequence);
    BOOST_TEST((entry.hash == mark.hash));
    BOOST_TEST(entry.body == block.entries[i].body);
    if (i > 0) BOOST_TEST((rows[i - 1].key < rows[i].key));
  }
  BOOST_TEST((hash_of_block(block, store_id()) == mark.hash));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_audit_rows)

BOOST_AUTO_TEST_CASE(entries_continue_the_chain_of_their_slot) {
  is_chain(sample(slot_of(SlotOwner::api, 3)));
  is_chain(sample(AuditSlot()));
}

BOOST_AUTO_TEST_CASE(a_blocks_last_entry_ends_a_commit) {
  AuditBlock block = sample(slot_of(SlotOwner::api, 3));
  auto rows = rows_of_block(block, store_id());
  BOOST_TEST(parse(rows[0]).first == 0U);
  BOOST_TEST(parse(rows[2]).first == 41U);
  BOOST_TEST(parse(rows[2]).signatures.empty());
  // A commit that ends within the block, and one that begins there.
  block.entries[0].first = 40;
  block.entries[0].signatures = {signature()};
  block.entries[2].first = 42;
  rows = rows_of_block(block, store_id());
  BOOST_TEST(parse(rows[0]).first == 40U);
  BOOST_TEST(parse(rows[0]).signatures.size() == 1U);
  BOOST_TEST(parse(rows[1]).first == 0U);
  BOOST_TEST(parse(rows[2]).first == 42U);
  BOOST_TEST(rows[2].value[0] == 3);
}

BOOST_AUTO_TEST_CASE(an_embedded_slot_keeps_its_formats) {
  AuditBlock block = sample(AuditSlot());
  block.entries[1].first = 41;
  block.entries[1].signatures = {signature()};
  const auto rows = rows_of_block(block, store_id());
  BOOST_TEST(rows[0].value[0] == 1);
  BOOST_TEST(rows[1].value[0] == 2);
  BOOST_TEST(rows[2].value[0] == 1);
  BOOST_TEST(rows[0].key.size() == 8U);
}

BOOST_AUTO_TEST_CASE(an_altered_body_changes_the_hash_of_the_block) {
  AuditBlock block = sample(slot_of(SlotOwner::api, 3));
  const auto before = hash_of_block(block, store_id());
  block.entries[0].body = "other";
  BOOST_TEST((hash_of_block(block, store_id()) != before));
  BOOST_TEST((hash_of_block(sample(slot_of(SlotOwner::api, 4)), store_id()) != before));
}

BOOST_AUTO_TEST_SUITE_END()
