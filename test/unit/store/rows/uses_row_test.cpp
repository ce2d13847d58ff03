// The row of a secret's uses: bound to its tenant and secret, sealed, and small.
#include "store/rows/uses_row.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using tacit::crypto::TenantKeys;

namespace {

/// With batches of these numbers.
Uses entries(std::vector<std::uint8_t> batches = {}) {
  UseEntry first;
  first.first_at = 1;
  first.last_at = 2;
  first.count = 3;
  first.tag = identity_tag(tenant_id(1), "uri:spiffe://a");
  first.runtime = "a label";
  first.tool = "a tool";
  UseEntry second = first;
  second.outcome = UseOutcome::rejected_upstream;
  second.tool.clear();
  Uses uses;
  uses.entries = {first, second};
  for (const std::uint8_t batch : batches) uses.batches.emplace_back().fill(batch);
  return uses;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uses_row)

BOOST_AUTO_TEST_CASE(a_row_gives_back_its_entries) {
  const StoreKeys all = all_keys();
  const TenantKeys keys(all.metadata->primary(), tenant_id(1));
  for (const Uses& written : {entries(), entries({0, 7}), entries({1, 2, 3, 4}), Uses()}) {
    const Bytes row = encode_uses(keys, tenant_id(9), written);
    BOOST_TEST((decode_uses(*all.metadata, tenant_id(1), tenant_id(9), row) == written));
    BOOST_TEST((decode_uses(*all.metadata, tenant_id(1), tenant_id(9), row, &keys) == written));
    BOOST_TEST((metadata_key_of_uses(row) == all.metadata->primary().id));
  }
}

BOOST_AUTO_TEST_CASE(a_row_is_bound_to_its_place_and_to_every_byte) {
  const StoreKeys all = all_keys();
  const TenantKeys keys(all.metadata->primary(), tenant_id(1));
  Bytes row = encode_uses(keys, tenant_id(9), entries());
  BOOST_TEST(!decode_uses(*all.metadata, tenant_id(2), tenant_id(9), row));
  BOOST_TEST(!decode_uses(*all.metadata, tenant_id(1), tenant_id(8), row));
  BOOST_TEST(text(row).find("a tool") == std::string::npos);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] ^= 1;
    BOOST_TEST(!decode_uses(*all.metadata, tenant_id(1), tenant_id(9), row));
    row[i] ^= 1;
  }
  row.pop_back();
  BOOST_TEST(!decode_uses(*all.metadata, tenant_id(1), tenant_id(9), row));
  BOOST_TEST(!decode_uses(*all.metadata, tenant_id(1), tenant_id(9), {}));
}

BOOST_AUTO_TEST_CASE(a_full_row_has_two_kibibytes_at_most) {
  const StoreKeys all = all_keys();
  const TenantKeys keys(all.metadata->primary(), tenant_id(1));
  std::vector<UseEntry> many;
  while (fits_uses_row(many)) many.push_back(entries().entries.front());
  many.pop_back();
  BOOST_TEST(many.size() > 20U);
  Uses full = entries({1, 2, 3, 4});
  full.entries = many;
  BOOST_TEST(encode_uses(keys, tenant_id(9), full).size() <= most_uses_row_bytes);
  std::vector<UseEntry> small(most_uses);
  for (UseEntry& entry : small) entry = UseEntry();
  full.entries.assign(small.begin(), small.begin() + 50);
  BOOST_TEST(encode_uses(keys, tenant_id(9), full).size() <= most_uses_row_bytes);
}

BOOST_AUTO_TEST_CASE(a_tag_depends_on_the_tenant_and_the_identity) {
  BOOST_TEST((identity_tag(tenant_id(1), "cn:a") == identity_tag(tenant_id(1), "cn:a")));
  BOOST_TEST((identity_tag(tenant_id(1), "cn:a") != identity_tag(tenant_id(1), "cn:b")));
  BOOST_TEST((identity_tag(tenant_id(1), "cn:a") != identity_tag(tenant_id(2), "cn:a")));
}

BOOST_AUTO_TEST_SUITE_END()
