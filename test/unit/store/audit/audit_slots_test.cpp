// Keys, rows, hashes and texts of the audit log's slots.
#include "test/unit/store/audit/slot_rows_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

AuditMark some_mark(AuditSlot slot, std::uint64_t sequence) {
  AuditMark mark;
  mark.slot = slot;
  mark.sequence = sequence;
  mark.hash.fill(0xa5);
  return mark;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_slots)

BOOST_AUTO_TEST_CASE(keys_order_slots_and_sequences) {
  const std::vector<std::pair<AuditSlot, std::uint64_t>> places{{{}, 1},         {{}, 256},           {api_slot, 1},
                                                                {api_slot, 256}, {other_api_slot, 1}, {tool_slot, 1}};
  std::string before;
  for (const auto& [slot, sequence] : places) {
    const std::string key(crypto::as_text(audit_key(slot, sequence).view()));
    BOOST_TEST(before < key);
    before = key;
    BOOST_TEST(key.size() == (slot.is_embedded() ? 8U : 11U));
    BOOST_TEST(key.starts_with(crypto::as_text(audit_prefix(slot).view())));
    const auto place = parse_audit_key(crypto::as_bytes(key));
    BOOST_REQUIRE(place.has_value());
    BOOST_TEST((place->slot == slot && place->sequence == sequence));
  }
}

BOOST_AUTO_TEST_CASE(other_keys_are_no_places) {
  const std::string key(crypto::as_text(audit_key(api_slot, 7).view()));
  for (std::size_t size = 0; size < key.size(); ++size) {
    if (size == 8) continue;  // a sequence that no log has
    BOOST_TEST(!parse_audit_key(crypto::as_bytes(key.substr(0, size))).has_value(), size);
  }
  BOOST_TEST(!parse_audit_key(crypto::as_bytes(key + '\0')).has_value());
  std::string no_owner = key;
  no_owner[1] = '\x7f';
  BOOST_TEST(!parse_audit_key(crypto::as_bytes(no_owner)).has_value());
}

BOOST_AUTO_TEST_CASE(a_hash_is_of_its_store_and_its_slot) {
  const std::string body = "{}";
  const crypto::Uuid store = tenant_id(1);
  const AuditMark before = some_mark(api_slot, 6);
  const crypto::Digest hash = audit_hash(store, before, body);
  BOOST_TEST((hash != audit_hash(tenant_id(2), before, body)));
  BOOST_TEST((hash != audit_hash(store, some_mark(other_api_slot, 6), body)));
  BOOST_TEST((hash != audit_hash(store, some_mark(api_slot, 7), body)));
  BOOST_TEST((hash != audit_hash(store, some_mark({}, 6), body)));
  std::string text = "tacit audit 2" + std::string(crypto::as_text(store.view()));
  text += std::string("\x10\x01", 2) + std::string("\0\0\0\0\0\0\0\x07", 8) + std::string(32, '\xa5') + body;
  BOOST_TEST((hash == crypto::sha256(crypto::as_bytes(text))));
  BOOST_TEST((audit_hash(store, some_mark({}, 6), body) == audit_hash(before.hash, 7, body)));
}

BOOST_AUTO_TEST_CASE(marks_are_texts_and_back) {
  for (const AuditMark& mark : {some_mark({}, 7), some_mark(api_slot, UINT64_MAX), some_mark(tool_slot, 0)}) {
    const auto parsed = parse_audit_mark(to_string(mark));
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST((*parsed == mark));
  }
  const std::string hash(64, 'a');
  BOOST_TEST(to_string(some_mark(api_slot, 7)).starts_with("api-1:7:a5a5"));
  for (const std::string& text :
       {std::string(), hash, ":" + hash, "7:" + hash.substr(1), "07:" + hash, "0:7:" + hash, "api-0:7:" + hash,
        "x-1:7:" + hash, "api-1:" + hash, "api-1:7:8:" + hash, "7:" + std::string(64, 'A'), "7:" + hash + " "}) {
    BOOST_TEST(!parse_audit_mark(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(marks_of_several_slots_are_sorted) {
  const AuditMark first = some_mark({}, 3);
  const AuditMark second = some_mark(api_slot, 2);
  const AuditMark third = some_mark(tool_slot, 1);
  BOOST_TEST(to_string({third, first, second}) == to_string(first) + "," + to_string(second) + "," + to_string(third));
}

BOOST_AUTO_TEST_CASE(the_last_row_of_a_commit_says_its_first_entry) {
  for (const std::size_t signatures : {0U, 1U, 3U}) {
    const AuditKey key = audit_key(api_slot, 9);
    const Bytes row =
        audit_commit_row({}, "{}", 7, std::vector<AuditSignature>(signatures, {crypto::SigningRole::api, {}, {}}));
    const auto entry = parse_audit_row({key, row});
    BOOST_REQUIRE(entry.has_value());
    BOOST_TEST((entry->slot == api_slot && entry->sequence == 9U && entry->first == 7U));
    BOOST_TEST(entry->signatures.size() == signatures);
    BOOST_TEST(entry->body == "{}");
    // Builds that know one slot alone read all of slot 0.
    BOOST_TEST(!parse_audit_row({audit_key(9), row}).has_value());
  }
}

BOOST_AUTO_TEST_CASE(recorded_heads_are_read_back) {
  const std::vector<AuditMark> heads{some_mark({}, 3), some_mark(tool_slot, 1)};
  BOOST_TEST((recorded_heads(heads_body(heads)) == heads));
  BOOST_TEST(recorded_heads(heads_body({})).empty());
  BOOST_TEST(recorded_heads(shared_body("api", AuditAction::credential_refused)).empty());
  AuditEvent other;
  other.action = AuditAction::credential_refused;
  other.heads = heads;
  BOOST_TEST(recorded_heads(shared_body("api", other)).empty());
  AuditEvent quoted;
  quoted.action = AuditAction::audit_heads;
  quoted.reason = R"("heads":[")" + to_string(heads.front()) + R"("])";
  BOOST_TEST(recorded_heads(shared_body("api", quoted)).empty());
  std::string broken = heads_body(heads);
  broken.replace(broken.find("tools-1"), 7, "tools-0");
  BOOST_TEST(recorded_heads(broken).empty());
}

BOOST_AUTO_TEST_SUITE_END()
