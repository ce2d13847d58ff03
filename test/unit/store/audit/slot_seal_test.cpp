// The seal of a shared engine's commits: hashes and signatures of entries that the engine gives their places.
#include "store/audit/audit_history.hpp"
#include "test/unit/store/audit/slot_rows_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;
using crypto::SigningRole;

namespace {

const std::vector<std::string> two_planes{shared_body("api", AuditAction::secret_create),
                                          shared_body("operator", AuditAction::key_add)};

struct Seal {
  explicit Seal(StoreKeys given = slot_keys()) : keys(std::move(given)), seal(make_audit_seal(keys, history)) {}

  StoreKeys keys;
  std::shared_ptr<AuditHistory> history = std::make_shared<AuditHistory>();
  std::shared_ptr<CommitSeal> seal;
};

AuditMark at(std::uint64_t sequence) {
  AuditMark mark;
  mark.slot = api_slot;
  mark.sequence = sequence;
  mark.hash.fill(1);
  return mark;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slot_seal)

BOOST_AUTO_TEST_CASE(entries_are_chained_and_signed_by_their_planes) {
  Seal it;
  const auto sealed = it.seal->seal(at(6), two_planes, store_format);
  BOOST_REQUIRE(sealed.has_value());
  BOOST_REQUIRE(sealed->hashes.size() == 2U);
  AuditMark mark = at(6);
  AuditSignatureCheck check(it.keys.signers(), 0, api_slot);
  check.begin_after(6);
  for (std::size_t i = 0; i < two_planes.size(); ++i) {
    mark.hash = audit_hash(it.keys.store(), mark, two_planes[i]);
    ++mark.sequence;
    BOOST_TEST((sealed->hashes[i] == mark.hash));
    const bool is_last = i == 1;
    const auto findings = check.follow(mark, two_planes[i], is_last ? 7 : 0,
                                       is_last ? sealed->signatures : std::vector<AuditSignature>());
    BOOST_TEST(findings.empty());
  }
  BOOST_TEST(check.finish().empty());
  BOOST_TEST(check.checked() == 2U);
}

BOOST_AUTO_TEST_CASE(a_plane_without_its_key_is_refused) {
  StoreKeys keys = slot_keys();
  keys.audit_operator.reset();
  Seal it(keys);
  BOOST_TEST(!it.seal->seal(at(6), two_planes, store_format).has_value());
  BOOST_TEST(it.history->counts.refused.value() == 1U);
  BOOST_TEST(it.seal->seal(at(6), std::span(two_planes).first(1), store_format).has_value());
  // The restoring command may lack the key.
  const std::vector<std::string> restore{shared_body("operator", AuditAction::store_restore)};
  const auto sealed = it.seal->seal(at(6), restore, store_format);
  BOOST_REQUIRE(sealed.has_value());
  BOOST_TEST(sealed->signatures.empty());
}

BOOST_AUTO_TEST_CASE(a_body_without_a_plane_is_refused) {
  Seal it;
  BOOST_TEST(!it.seal->seal(at(6), std::vector<std::string>{"{}"}, store_format).has_value());
}

BOOST_AUTO_TEST_CASE(an_older_format_is_not_signed_and_not_believed_once_signatures_are_required) {
  Seal required;
  BOOST_TEST(!required.seal->seal(at(6), two_planes, 2).has_value());
  Seal signing(keys_of_phase(SigningPhase::signing));
  const auto sealed = signing.seal->seal(at(6), two_planes, 2);
  BOOST_REQUIRE(sealed.has_value());
  BOOST_TEST(sealed->signatures.empty());
  BOOST_TEST(sealed->hashes.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_commit_is_remembered) {
  Seal it;
  const auto sealed = it.seal->seal(at(6), two_planes, store_format);
  BOOST_REQUIRE(sealed.has_value());
  AuditMark head = at(8);
  head.hash = sealed->hashes.back();
  it.seal->committed(head, sealed->signatures);
  BOOST_TEST((it.history->newest() == head));
  BOOST_TEST(it.history->heads(SigningRole::api).value() == 1U);
  BOOST_TEST(it.history->heads(SigningRole::tools).value() == 0U);
  BOOST_TEST(it.history->heads(SigningRole::operators).value() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
