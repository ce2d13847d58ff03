// The rows of idempotency keys: the MACs, the layout, what they are bound to, and the order.
#include "store/rows/idempotency_row.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/envelope/padding.hpp"
#include "store/rows/codec.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

struct IdempotencyFixture {
  const crypto::Uuid tenant = tenant_id(1);
  const crypto::TenantKeys keys{all_keys().metadata->primary(), tenant};
  RequestMacs macs = request_macs(keys, key("key", "request", "body"));

  static IdempotencyKey key(std::string_view key, std::string_view request, std::string_view body) {
    IdempotencyKey made;
    made.key.append(key);
    made.request = crypto::sha256(crypto::as_bytes(request));
    made.body = crypto::sha256(crypto::as_bytes(body));
    return made;
  }
  IdempotencyRow row(RepeatableKind kind, std::size_t secrets) const {
    IdempotencyRow row;
    row.made = 5000;
    row.body = macs.body;
    row.other_bodies = 2;
    row.answer.kind = kind;
    for (std::size_t i = 0; i < secrets; ++i) {
      SecretInfo& secret = row.answer.secrets.emplace_back();
      secret.id = tenant_id(static_cast<std::uint8_t>(100 + i));
      secret.tenant = tenant;
      secret.created_at = secret.updated_at = static_cast<std::int64_t>(900 + i);
      secret.version = 3;
    }
    return row;
  }
  std::optional<IdempotencyRow> open(ByteView row) const {
    return decode_idempotency_row(keys, tenant, macs.request, row);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(idempotency_row)

BOOST_AUTO_TEST_CASE(macs_depend_on_key_request_and_body) {
  const IdempotencyFixture it;
  const auto macs = [&](std::string_view key, std::string_view request, std::string_view body) {
    return request_macs(it.keys, IdempotencyFixture::key(key, request, body));
  };
  const RequestMacs first = macs("key", "request", "body");
  BOOST_TEST(first.request == it.macs.request);
  BOOST_TEST(first.body == it.macs.body);
  BOOST_TEST(macs("other", "request", "body").request != first.request);
  BOOST_TEST(macs("other", "request", "body").body != first.body);
  BOOST_TEST(macs("key", "other", "body").request != first.request);
  BOOST_TEST(macs("key", "other", "body").body == first.body);
  BOOST_TEST(macs("key", "request", "other").request == first.request);
  BOOST_TEST(macs("key", "request", "other").body != first.body);
  BOOST_TEST(macs("key", "same", "same").request != macs("key", "same", "same").body);
  const crypto::TenantKeys others(all_keys().metadata->primary(), tenant_id(2));
  BOOST_TEST(request_macs(others, IdempotencyFixture::key("key", "request", "body")).request != first.request);
}

BOOST_AUTO_TEST_CASE(answers_are_read_as_they_were_written) {
  const IdempotencyFixture it;
  for (const auto kind : {RepeatableKind::create, RepeatableKind::batch}) {
    const IdempotencyRow row = it.row(kind, kind == RepeatableKind::create ? 1 : 64);
    const auto read = it.open(encode_idempotency_row(it.keys, it.tenant, it.macs.request, row));
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->made == 5000);
    BOOST_TEST(read->body == row.body);
    BOOST_TEST(unsigned{read->other_bodies} == 2U);
    BOOST_REQUIRE(read->answer.secrets.size() == row.answer.secrets.size());
    for (std::size_t i = 0; i < row.answer.secrets.size(); ++i) {
      BOOST_TEST((read->answer.secrets[i].id == row.answer.secrets[i].id));
      BOOST_TEST(read->answer.secrets[i].updated_at == row.answer.secrets[i].updated_at);
      BOOST_TEST(read->answer.secrets[i].version == 3U);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_answer_of_a_rollback_is_kept_as_a_whole) {
  const IdempotencyFixture it;
  IdempotencyRow row = it.row(RepeatableKind::rollback, 1);
  SecretInfo& secret = row.answer.secrets.front();
  secret.name = "name";
  secret.display = "a****z";
  secret.tool_name = "tool";
  secret.tool_arg = "arg";
  secret.is_default_for_tool = true;
  secret.created_at = 1;
  secret.versions = 4;
  secret.expires_at = 77;
  secret.last_used_at = 66;
  const auto read = it.open(encode_idempotency_row(it.keys, it.tenant, it.macs.request, row));
  BOOST_REQUIRE(read.has_value());
  const SecretInfo& again = read->answer.secrets.front();
  BOOST_TEST((again.tenant == it.tenant));
  BOOST_TEST(again.name == "name");
  BOOST_TEST((again.display == "a****z" && again.tool_name == "tool" && again.tool_arg == "arg"));
  BOOST_TEST(again.is_default_for_tool);
  BOOST_TEST(again.created_at == 1);
  BOOST_TEST(again.updated_at == 900);
  BOOST_TEST(again.version == 3U);
  BOOST_TEST(again.versions == 4U);
  BOOST_TEST((again.expires_at == 77 && again.last_used_at == 66));
}

BOOST_AUTO_TEST_CASE(the_row_is_as_documented) {
  const IdempotencyFixture it;
  const Bytes row = encode_idempotency_row(it.keys, it.tenant, it.macs.request, it.row(RepeatableKind::create, 1));
  Decoder decoder(row);
  BOOST_TEST(decoder.u8() == 1U);
  BOOST_TEST(crypto::to_hex(decoder.raw(8)) == crypto::to_hex(all_keys().metadata->primary().id));
  BOOST_TEST(decoder.i64() == 5000);
  BOOST_TEST(crypto::to_hex(decoder.raw(16)) == crypto::to_hex(it.macs.body));
  BOOST_TEST(decoder.u8() == 2U);
  BOOST_TEST(decoder.rest().size() == crypto::padme(1 + 1 + 16 + 8 + 4) + crypto::row_box_overhead);
  BOOST_TEST((metadata_key_of_idempotency_row(row) == all_keys().metadata->primary().id));
  BOOST_TEST(!metadata_key_of_idempotency_row(ByteView(row).first(20)).has_value());
}

BOOST_AUTO_TEST_CASE(no_byte_can_be_changed_or_left_out_and_no_row_moved) {
  const IdempotencyFixture it;
  const Bytes row = encode_idempotency_row(it.keys, it.tenant, it.macs.request, it.row(RepeatableKind::create, 1));
  BOOST_TEST(it.open(row).has_value());
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes altered = row;
    altered[i] ^= 1;
    BOOST_TEST(!it.open(altered).has_value(), "byte " << i);
    BOOST_TEST(!it.open(ByteView(row).first(i)).has_value(), "cut to " << i);
  }
  BOOST_TEST(!decode_idempotency_row(it.keys, it.tenant, it.macs.body, row).has_value());
  const crypto::TenantKeys others(all_keys().metadata->primary(), tenant_id(2));
  BOOST_TEST(!decode_idempotency_row(others, tenant_id(2), it.macs.request, row).has_value());
}

BOOST_AUTO_TEST_CASE(a_key_lapses_after_24_hours) {
  IdempotencyRow row;
  row.made = 1000;
  const std::int64_t day = std::int64_t{24} * 60 * 60 * 1'000'000;
  BOOST_TEST(!row.has_lapsed(1000 + day - 1));
  BOOST_TEST(row.has_lapsed(1000 + day));
}

BOOST_AUTO_TEST_CASE(the_order_and_the_count_round_trip) {
  const IdempotencyFixture it;
  const RowKey key = idempotency_order_key(it.tenant, 5000, it.macs.request);
  const RowKey count_key = idempotency_count_key(it.tenant);
  BOOST_TEST((key.view().size() == 16U + 1 + 8 + 16));
  BOOST_TEST(crypto::to_hex(key.view().first(17)) == crypto::to_hex(count_key.view()));
  const auto place = parse_idempotency_order(key.view().subspan(17));
  BOOST_REQUIRE(place.has_value());
  BOOST_TEST(place->made == 5000);
  BOOST_TEST(place->request == it.macs.request);
  BOOST_TEST(!parse_idempotency_order(key.view().subspan(18)).has_value());
  const IdempotencyCount count{.rows = 3, .bytes = 700};
  BOOST_TEST((decode_idempotency_count(encode_idempotency_count(count)) == count));
  BOOST_TEST((decode_idempotency_size(encode_idempotency_size(700)) == 700U));
  BOOST_TEST(!decode_idempotency_count(encode_idempotency_size(700)).has_value());
  BOOST_TEST(!decode_idempotency_size(encode_idempotency_count(count)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
