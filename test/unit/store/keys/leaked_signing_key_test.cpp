// An attacker had the root signing key, and certified key pairs with it: after a rotation and a rekey none is left,
// whatever instant they name.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_trail.hpp"
#include "store/keys/rekey_run.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/rekey_mark.hpp"
#include "test/unit/store/keys/signed_rotation_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid tenant = tenant_id(1);

/// A tenant and a prekey with pairs from the future.
struct Planted : SignedRotation {
  Planted() {
    put_tenant(tenant, certified(later));
    const crypto::TenantKey prekey = certified(later);
    fixture.put(Table::meta, std::string(crypto::as_text(prekey_row_key(prekey.certificate->number))),
                std::string(crypto::as_text(encode_prekey(prekey))));
  }
  void rekey_all() {
    RekeyRun run(keys(), fixture.store().audit(), {}, an_operator());
    BOOST_REQUIRE(fixture.wait(run.begin()));
    BOOST_REQUIRE(run.count({}));
    RunWatch watch;
    watch.problem = [](const std::string& sentence) { BOOST_ERROR(sentence); };
    BOOST_REQUIRE(fixture.wait(run.run(std::move(watch))));
  }

  const std::int64_t later = now_microseconds() + 31'536'000'000'000;  // a year
  const crypto::KeyId leaked = ring().root_signer()->id;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(leaked_signing_key)

BOOST_AUTO_TEST_CASE(a_rewrap_does_not_sign_pairs_from_the_future) {
  Planted planted;
  planted.rotate_signing();
  const std::vector<std::string> expected{
      "a prekey that says that it was made in the future was removed",
      "tenant " + tenant.str() + ": its private key says that it was made in the future: run tacit tenant rekey"};
  BOOST_TEST(planted.rewrap(KeyKind::root).problems == expected, boost::test_tools::per_element());
  // The key is not retired before the tenant has another pair.
  BOOST_TEST(planted.uses(KeyKind::signing, planted.leaked).tenants == 1U);
  planted.rekey_all();
  BOOST_TEST(planted.uses(KeyKind::signing, planted.leaked).total() == 0U);
}

BOOST_AUTO_TEST_CASE(a_rekey_replaces_all_pairs_that_an_earlier_key_signed) {
  Planted planted;
  const crypto::KeyId fresh = planted.rotate_signing();
  planted.rekey_all();
  BOOST_TEST(planted.uses(KeyKind::signing, planted.leaked).total() == 0U);
  BOOST_TEST(planted.uses(KeyKind::signing, fresh).prekeys == 1U);
  BOOST_TEST(planted.record(tenant).key->certificate->made <= now_microseconds());
}

BOOST_AUTO_TEST_CASE(a_rekey_does_not_continue_from_a_mark_from_the_future) {
  Planted planted;
  const StoreKeys now = planted.ring();
  planted.fixture.put(Table::meta, "rekey",
                      std::string(crypto::as_text(rekey_value(planted.later, *now.root_signer(), now.store()))));
  planted.rotate_signing();
  planted.rekey_all();
  BOOST_TEST(planted.record(tenant).key->certificate->made <= now_microseconds());
}

BOOST_AUTO_TEST_SUITE_END()
