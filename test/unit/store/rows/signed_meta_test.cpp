// The store's own rows, signed: the record of its keys, its id, erasure marks and the audit checkpoint.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_checkpoint.hpp"
#include "store/engine/await.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/signed_row.hpp"
#include "store/rows/store_meta.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

StoreKeys required() { return keys_of_phase(SigningPhase::required); }

NamedKeys named_keys() {
  const StoreKeys keys = required();
  NamedKeys named;
  named.root.assign({keys.root_public->primary().id, crypto::KeyId{1}});
  named.metadata.assign({keys.metadata->primary().id});
  named.signing.assign({keys.root_signer()->id});
  named.retired.assign({crypto::KeyId{2}, crypto::KeyId{3}});
  named.store = keys.store();
  named.serial = 7;
  return named;
}

std::string refusal(ByteView row, const StoreKeys& keys) {
  const auto named = read_named_keys(row, keys);
  return named ? "" : named.error().subject;
}

AuditCheckpoint some_checkpoint() {
  AuditCheckpoint checkpoint;
  checkpoint.through.sequence = 7;
  checkpoint.through.hash.fill(5);
  checkpoint.pruned_at = -1;
  checkpoint.pruned_by = "operator:root";
  return checkpoint;
}

Task<Outcome<void>> put_mark(Transaction& transaction, const StoreKeys& keys) {
  co_return put_erasure_mark(transaction, tenant_id(1), keys, 0x0102);
}

/// The erasure mark's row after it was put with these keys.
std::pair<std::string, std::string> mark_of(StoreFixture& fixture, const StoreKeys& keys) {
  BOOST_REQUIRE(fixture.wait(
      write<void>(fixture.engine(), [&](Transaction& transaction) { return put_mark(transaction, keys); })));
  const Rows rows = fixture.rows(Table::meta);
  const auto found = rows.lower_bound("erasing");
  BOOST_REQUIRE(found != rows.end());
  return *found;
}

bool is_good(const std::pair<std::string, std::string>& row, const StoreKeys& keys) {
  return is_good_erasure_mark({crypto::as_bytes(row.first), crypto::as_bytes(row.second)}, keys);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signed_meta)

BOOST_AUTO_TEST_CASE(the_record_of_keys_is_as_documented_and_read_as_written) {
  const NamedKeys named = named_keys();
  const Bytes row = keys_value(named, *required().root_signer());
  Decoder decoder(row);
  BOOST_TEST(decoder.u8() == 3U);
  BOOST_TEST(crypto::to_hex(decoder.raw(16)) == crypto::to_hex(named.store.view()));
  BOOST_TEST(decoder.u64() == 7U);
  for (const std::size_t count : {2U, 1U, 1U, 2U}) {
    BOOST_TEST(decoder.u16() == count);
    decoder.raw(8 * count);
  }
  BOOST_TEST(decoder.rest().size() == row_signature_size);
  const auto read = read_named_keys(row, required());
  BOOST_REQUIRE(read);
  BOOST_TEST((read->root == named.root));
  BOOST_TEST((read->metadata == named.metadata));
  BOOST_TEST((read->signing == named.signing));
  BOOST_TEST((read->retired == named.retired));
  BOOST_TEST((read->store == named.store));
  BOOST_TEST(read->serial == 7U);
}

BOOST_AUTO_TEST_CASE(no_byte_of_the_record_of_keys_can_be_changed_or_left_out) {
  const StoreKeys keys = required();
  const Bytes row = keys_value(named_keys(), *keys.root_signer());
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes altered = row;
    altered[i] ^= 1;
    BOOST_TEST(!read_named_keys(altered, keys).has_value(), "byte " << i);
    BOOST_TEST(!read_named_keys(ByteView(row).first(i), keys).has_value(), "cut to " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_record_of_keys_with_a_mac_is_read_until_signatures_are_required) {
  const StoreKeys keys = required();
  NamedKeys named = named_keys();
  named.signing.clear();
  const Bytes row = keys_value(named, *keys.metadata);
  BOOST_TEST(refusal(row, keys_of_phase(SigningPhase::none)) == "");
  BOOST_TEST(refusal(row, keys_of_phase(SigningPhase::signing)) == "");
  BOOST_TEST(refusal(row, keys) == "its record of its keys is not signed");
}

BOOST_AUTO_TEST_CASE(a_record_of_keys_of_another_store_or_signer_is_refused_in_words) {
  const StoreKeys keys = required();
  const StoreKeys other = keys_of_another_deployment();
  NamedKeys named = named_keys();
  const Bytes foreign = keys_value(named, *other.root_signer());
  BOOST_TEST(refusal(foreign, keys) == "its record of its keys is signed by the key " +
                                           crypto::to_hex(other.root_signer()->id) +
                                           ", which root-public-keyring does not accept");
  named.store = other.store();
  BOOST_TEST(refusal(keys_value(named, *other.root_signer()), keys) ==
             "it is the store " + other.store().str() + ", but root-public-keyring is for the store " +
                 keys.store().str());
  // An old copy of the ring names no store.
  BOOST_TEST(refusal(foreign, all_keys()) ==
             "it is the store " + keys.store().str() + ", but root-public-keyring names no store: it is an old copy");
}

BOOST_AUTO_TEST_CASE(the_next_record_of_keys_has_the_form_that_its_phase_needs) {
  NamedKeys named = named_keys();
  named.signing.clear();
  named.store = {};
  named.serial = 0;
  const auto plain = next_keys_value(named, keys_of_phase(SigningPhase::none));
  BOOST_REQUIRE(plain);
  BOOST_TEST(plain->front() == 2U);
  for (const SigningPhase phase : {SigningPhase::signing, SigningPhase::required}) {
    const StoreKeys keys = keys_of_phase(phase);
    const auto first = next_keys_value(named, keys);
    BOOST_REQUIRE(first);
    auto read = read_named_keys(*first, keys);
    BOOST_REQUIRE(read);
    BOOST_TEST(read->serial == 1U);
    BOOST_TEST((read->signing == std::vector<crypto::KeyId>{keys.root_signer()->id}));
    const auto second = next_keys_value(*read, keys);
    BOOST_REQUIRE(second);
    BOOST_TEST(read_named_keys(*second, keys)->serial == 2U);
    // A signed record does not lose its signature, and no other process can make one.
    BOOST_TEST(!next_keys_value(*read, keys_of_phase(SigningPhase::none)).has_value());
    StoreKeys without = keys;
    without.root_signing = nullptr;
    const auto refused = next_keys_value(*read, without);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().code == Errc::not_allowed));
  }
}

BOOST_AUTO_TEST_CASE(a_store_of_format_3_opens_with_its_own_keyrings_alone) {
  StoreFixture fixture(signed_store());
  BOOST_TEST(fixture.rows(Table::meta).contains("store"));
  fixture.close();
  const auto refusal_of = [&](const StoreKeys& keys) {
    const auto opened = Store::open(fixture.store_options(), keys);
    return opened ? std::string() : opened.error().subject;
  };
  BOOST_TEST(refusal_of(required()) == "");
  BOOST_TEST(refusal_of(keys_of_phase(SigningPhase::signing)) == "");
  BOOST_TEST(refusal_of(keys_of_another_deployment()).find("is for the store") != std::string::npos);
  BOOST_TEST(refusal_of(all_keys()).find("names no store") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_stores_id_must_be_recorded_once_something_is_signed) {
  StoreFixture fixture(signed_store());
  const auto refusal_of = [&](const std::optional<std::string>& row) {
    fixture.put(Table::meta, "store", row);
    fixture.close();
    const auto opened = Store::open(fixture.store_options(), required());
    const std::string subject = opened ? "" : opened.error().subject;
    return subject;
  };
  const std::string refused = refusal_of(std::nullopt);
  BOOST_TEST(refused.find("the store's id is not recorded") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_row_of_the_stores_id) {
  const crypto::Uuid id = crypto::make_uuid_v4();
  const Bytes row = store_value(id);
  BOOST_TEST((store_of(row) == id));
  BOOST_TEST(row.size() == 17U);
  for (std::size_t size = 0; size < row.size(); ++size) BOOST_TEST(!store_of(ByteView(row).first(size)).has_value());
  Bytes newer = row;
  newer.front() = 2;
  BOOST_TEST(!store_of(newer).has_value());
}

BOOST_AUTO_TEST_CASE(the_format_of_rows) {
  BOOST_TEST(rows_format_of({}) == 1U);
  BOOST_TEST(rows_format_of(Bytes{2}) == 2U);
  BOOST_TEST(rows_format_of(Bytes{3}) == 3U);
  for (const Bytes& other : {Bytes{0}, Bytes{1}, Bytes{4}, Bytes{3, 0}}) BOOST_TEST(rows_format_of(other) == 1U);
  BOOST_TEST(rows_value(3) == Bytes{3});
}

BOOST_AUTO_TEST_CASE(an_erasure_mark_is_signed_for_its_tenant) {
  StoreFixture fixture(signed_store());
  const StoreKeys keys = required();
  auto row = mark_of(fixture, keys);
  BOOST_TEST(row.second.size() == 1 + 8 + row_signature_size);
  BOOST_TEST(is_signed_erasure_mark(crypto::as_bytes(row.second)));
  BOOST_TEST(!metadata_key_of_erasure_mark(crypto::as_bytes(row.second)).has_value());
  BOOST_TEST(is_good(row, keys));
  BOOST_TEST(!is_good(row, keys_of_another_deployment()));
  for (std::size_t i = 0; i < row.second.size(); ++i) {
    auto altered = row;
    altered.second[i] = static_cast<char>(altered.second[i] ^ 1);
    BOOST_TEST(!is_good(altered, keys), "byte " << i);
    altered.second = row.second.substr(0, i);
    BOOST_TEST(!is_good(altered, keys), "cut to " << i);
  }
  row.first.back() = static_cast<char>(row.first.back() ^ 1);  // another tenant
  BOOST_TEST(!is_good(row, keys));
}

BOOST_AUTO_TEST_CASE(an_erasure_mark_with_a_mac_counts_until_signatures_are_required) {
  StoreFixture fixture(signed_store());
  const auto row = mark_of(fixture, keys_of_phase(SigningPhase::none));
  BOOST_TEST(!is_signed_erasure_mark(crypto::as_bytes(row.second)));
  BOOST_TEST(is_good(row, keys_of_phase(SigningPhase::none)));
  BOOST_TEST(is_good(row, keys_of_phase(SigningPhase::signing)));
  BOOST_TEST(!is_good(row, required()));
}

BOOST_AUTO_TEST_CASE(a_mark_and_a_checkpoint_need_the_root_signing_key) {
  StoreFixture fixture(signed_store());
  StoreKeys keys = required();
  keys.root_signing = nullptr;
  const auto marked = fixture.wait(
      write<void>(fixture.engine(), [&](Transaction& transaction) { return put_mark(transaction, keys); }));
  BOOST_REQUIRE(!marked);
  BOOST_TEST(marked.error().subject == "root-signing-keyring is needed to erase a tenant");
  const auto row = encode_checkpoint(some_checkpoint(), keys);
  BOOST_REQUIRE(!row);
  BOOST_TEST((row.error().code == Errc::not_allowed));
  BOOST_TEST(row.error().subject == "root-signing-keyring is needed to prune the audit log");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_signed) {
  const StoreKeys keys = required();
  const auto row = encode_checkpoint(some_checkpoint(), keys);
  BOOST_REQUIRE(row);
  BOOST_TEST(row->front() == 2U);
  BOOST_TEST(!metadata_key_of_checkpoint(*row).has_value());
  const auto read = decode_checkpoint(*row, keys);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((read->through == some_checkpoint().through));
  BOOST_TEST(read->pruned_at == -1);
  BOOST_TEST(read->pruned_by == "operator:root");
  for (std::size_t i = 0; i < row->size(); ++i) {
    Bytes altered = *row;
    altered[i] ^= 1;
    BOOST_TEST(!decode_checkpoint(altered, keys).has_value(), "byte " << i);
    BOOST_TEST(!decode_checkpoint(ByteView(*row).first(i), keys).has_value(), "cut to " << i);
  }
  BOOST_TEST(!decode_checkpoint(*row, keys_of_another_deployment()).has_value());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_with_a_mac_counts_until_signatures_are_required) {
  const Bytes row = encode_checkpoint(some_checkpoint(), *required().metadata);
  BOOST_TEST(decode_checkpoint(row, keys_of_phase(SigningPhase::none)).has_value());
  BOOST_TEST(decode_checkpoint(row, keys_of_phase(SigningPhase::signing)).has_value());
  BOOST_TEST(!decode_checkpoint(row, required()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
