// Rows of the whole store, rightly signed or with a right MAC: what decodes encodes to the same.
#include "store/audit/audit_checkpoint.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/cut_off_record.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/named_primaries.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/signed_row.hpp"
#include "store/rows/store_meta.hpp"
#include "test/fuzz/fuzz.hpp"
#include "test/fuzz/keys.hpp"

namespace tacit::fuzz {
namespace {

using store::Bytes;
using store::ByteView;

const crypto::SigningKeyring::Entry& signer() { return *the_keys().root_signer(); }

Bytes signed_row(ByteView content, std::string_view context) {
  Bytes row(content.begin(), content.end());
  store::append_row_signature(row, context, signer(), the_store, {});
  return row;
}

Bytes row_with_mac(ByteView content, std::string_view purpose) {
  Bytes row(content.begin(), content.end());
  const auto mac = crypto::store_record_mac(the_ring(), the_ring().primary().id, purpose, content);
  row.insert(row.end(), mac->begin(), mac->end());
  return row;
}

bool same(const Bytes& a, const Bytes& b) { return crypto::as_text(a) == crypto::as_text(b); }

void check_keys_list(const Bytes& row) {
  const auto named = store::read_named_keys(row, the_keys());
  if (!named) return;
  static_cast<void>(store::check_keys(row, the_keys()));
  static_cast<void>(store::unnamed_primaries(row, the_keys()));
  const bool is_signed = store::is_signed_key_list(row);
  const Bytes again = is_signed ? store::keys_value(*named, signer()) : store::keys_value(*named, the_ring());
  const auto second = store::read_named_keys(again, the_keys());
  TACIT_HOLDS(second && second->root == named->root && second->metadata == named->metadata);
  TACIT_HOLDS(second->retired == named->retired && second->signing == named->signing);
  if (is_signed) TACIT_HOLDS(same(again, row));
}

void check_checkpoint(const Bytes& row) {
  const auto checkpoint = store::decode_checkpoint(row, the_keys());
  if (!checkpoint) return;
  const Bytes again = store::is_signed_checkpoint(row) ? store::encode_checkpoint(*checkpoint, signer(), the_store)
                                                       : store::encode_checkpoint(*checkpoint, the_ring());
  TACIT_HOLDS(same(again, row));
}

void check_numbers(ByteView content) {
  const Bytes cut_off = signed_row(content, "tacit signed cut-off 1");
  const auto sequence = store::cut_off_of(cut_off, the_keys());
  if (sequence) TACIT_HOLDS(same(store::cut_off_value(*sequence, signer(), the_store), cut_off));
  const Bytes rekey = signed_row(content, "tacit signed rekey 1");
  const auto started = store::started_of_rekey(rekey, the_keys());
  TACIT_HOLDS(started.has_value() == sequence.has_value());
  TACIT_HOLDS(!store::started_of_rekey(cut_off, the_keys()));  // of another context
}

void check_prekey(std::string_view number, ByteView row) {
  Bytes key(store::prekey_prefix().begin(), store::prekey_prefix().end());
  key.insert(key.end(), number.begin(), number.end());
  const auto pair = store::decode_prekey(key, row);
  if (!pair) return;
  TACIT_HOLDS(same(store::encode_prekey(*pair), Bytes(row.begin(), row.end())));
  TACIT_HOLDS(same(store::prekey_row_key(pair->certificate->number), key));
  TACIT_HOLDS(!crypto::is_certified(*pair, the_store, the_keys().signers().entries().front().key));
}

void check_small(ByteView row) {
  if (const auto format = store::format_of(row))
    TACIT_HOLDS(crypto::as_text(store::format_value(*format)) == crypto::as_text(row));
  if (const auto id = store::store_of(row))
    TACIT_HOLDS(crypto::as_text(store::store_value(*id)) == crypto::as_text(row));
  store::rows_format_of(row);
  store::tenant_of_erasure_mark(row);
  store::metadata_key_of_erasure_mark(row);
  store::metadata_key_of_checkpoint(row);
  store::slot_of_checkpoint(row);
  store::signer_of_row(row);
}

std::string without(const Bytes& row, std::size_t end) {
  return std::string(crypto::as_text(row).substr(0, row.size() - end));
}

Description describe() {
  Description target{.max_size = 1024};
  const auto add = [&target](std::uint8_t kind, const Bytes& row, std::size_t end) {
    target.seeds.push_back(Seed().byte(kind).rest(without(row, end)));
  };
  const Bytes keys = *store::first_keys_value(the_keys());
  add(0, keys, store::row_signature_size);
  add(1, store::keys_value(*store::read_named_keys(keys, the_keys()), the_ring()), 32);
  store::AuditCheckpoint checkpoint{.through = {.sequence = 7}, .pruned_at = 8, .pruned_by = "operator:ann"};
  add(2, store::encode_checkpoint(checkpoint, signer(), the_store), store::row_signature_size);
  add(3, store::encode_checkpoint(checkpoint, the_ring()), 32);
  add(4, store::cut_off_value(12, signer(), the_store), store::row_signature_size);
  crypto::TenantKey pair{.public_key = {4}, .box = Bytes(122, 2)};
  pair.certificate.emplace().made = 9;
  target.seeds.push_back(Seed().byte(5).rest(std::string(16, 'n')).rest(store::encode_prekey(pair)));
  add(6, store::format_value(), 0);
  add(6, store::store_value(the_store), 0);
  return target;
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 7U;
  const std::string_view number = kind == 5 ? in.bytes(16) : std::string_view();
  const ByteView content = crypto::as_bytes(in.rest());
  if (kind == 0) check_keys_list(signed_row(content, "tacit signed key list 1"));
  if (kind == 1) check_keys_list(row_with_mac(content, "store keys"));
  if (kind == 2) check_checkpoint(signed_row(content, "tacit signed checkpoint 1"));
  if (kind == 3) check_checkpoint(row_with_mac(content, "audit checkpoint"));
  if (kind == 4) check_numbers(content);
  if (kind == 5) check_prekey(number, content);
  if (kind == 6) check_small(content);
}

const Target target("meta_rows", describe, take);

}  // namespace
}  // namespace tacit::fuzz
