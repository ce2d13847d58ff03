// Signatures of the audit log: the rows that carry them, and each finding of their check.
#include "crypto/primitives/aad.hpp"
#include "store/rows/codec.hpp"
#include "test/unit/store/audit/signed_log_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace tacit::store::testing::signed_log;
namespace crypto = tacit::crypto;

BOOST_AUTO_TEST_SUITE(audit_signing)

BOOST_AUTO_TEST_CASE(planes_and_actions_of_bodies) {
  BOOST_TEST((audit_plane(api) == SigningRole::api));
  BOOST_TEST((audit_plane(tools) == SigningRole::tools));
  BOOST_TEST((audit_plane(operators) == SigningRole::operators));
  BOOST_TEST(audit_action_text(tools) == "secret.release");
  for (const std::string& other : {body_of("root", AuditAction::key_add), body_of("", AuditAction::key_add),
                                   std::string(), std::string("{}"), api.substr(0, 45)}) {
    BOOST_TEST(!audit_plane(other).has_value(), other);
  }
  // A text cannot look like the field.
  AuditContext context = who();
  context.actor = "x\",\"action\":\"key.add\",\"y\":\"";
  AuditEvent event;
  event.action = AuditAction::secret_create;
  BOOST_TEST(audit_action_text(audit_body(event, context, 0)) == "secret.create");
}

BOOST_AUTO_TEST_CASE(the_signed_bytes_are_as_documented) {
  const AuditSignature signature = signature_of(SigningRole::tools, 0x0102, 0xff);
  const Bytes role = {3};
  const Bytes sequence = {0, 0, 0, 0, 0, 0, 1, 2};
  const Bytes first = {0, 0, 0, 0, 0, 0, 0, 0xff};
  const AuditMark mark = mark_of(0x0102);
  const auto message =
      crypto::canonical("tacit signed audit head 1",
                        {keys().store().view(), role, ByteView(signature.key), sequence, ByteView(mark.hash), first});
  const auto expected = crypto::ed25519_sign(signer_of(SigningRole::tools).key.seed(), message.view());
  BOOST_TEST(crypto::to_hex(signature.signature) == crypto::to_hex(expected));
}

BOOST_AUTO_TEST_CASE(a_row_with_signatures_is_as_documented_and_read_as_written) {
  const std::vector<AuditSignature> signatures{signature_of(SigningRole::api, 7), signature_of(SigningRole::tools, 7)};
  const Bytes row = audit_row(mark_of(7).hash, api, 5, signatures);
  Decoder decoder(row);
  BOOST_TEST(decoder.u8() == 2U);
  BOOST_TEST(decoder.raw(32).front() == 7U);
  BOOST_TEST(decoder.u64() == 5U);
  BOOST_TEST(decoder.u8() == 2U);
  for (const unsigned role : {2U, 3U}) {
    BOOST_TEST(decoder.u8() == role);
    decoder.raw(8 + 64);
  }
  BOOST_TEST(crypto::as_text(decoder.rest()) == api);
  const auto key = audit_key(7);
  const auto entry = parse_audit_row({key, row});
  BOOST_REQUIRE(entry.has_value());
  BOOST_TEST(entry->sequence == 7U);
  BOOST_TEST(entry->first == 5U);
  BOOST_TEST(entry->body == api);
  BOOST_REQUIRE_EQUAL(entry->signatures.size(), 2U);
  BOOST_TEST((entry->signatures[1].role == SigningRole::tools));
  BOOST_TEST((entry->signatures[1].key == signatures[1].key));
  BOOST_TEST((entry->signatures[1].signature == signatures[1].signature));
  const Bytes plain = audit_row(mark_of(7).hash, api);
  BOOST_TEST(plain.front() == 1U);
  BOOST_TEST(parse_audit_row({key, plain})->signatures.empty());
}

BOOST_AUTO_TEST_CASE(rows_of_another_form_are_no_entries) {
  const auto key = audit_key(7);
  const Bytes row = audit_row(mark_of(7).hash, "", 7, std::vector{signature_of(SigningRole::api, 7)});
  for (std::size_t size = 0; size < row.size(); ++size) {
    BOOST_TEST(!parse_audit_row({key, ByteView(row).first(size)}).has_value());
  }
  const std::vector<std::pair<std::size_t, std::uint8_t>> faults{{0, 3}, {41, 0}, {41, 4}, {42, 1}, {42, 5}};
  for (const auto& [at, byte] : faults) {
    Bytes other = row;
    other[at] = byte;
    BOOST_TEST(!parse_audit_row({key, other}).has_value(), "byte " << at << " is " << int{byte});
  }
}

BOOST_AUTO_TEST_CASE(a_log_whose_commits_are_signed_has_no_findings) {
  Log log;
  log.add(api);
  log.add(api, {signature_of(SigningRole::api, 2, 1)}, 1);
  log.add(tools, {signature_of(SigningRole::tools, 3)});
  log.add(api);
  log.add(tools, {signature_of(SigningRole::api, 5, 4), signature_of(SigningRole::tools, 5, 4)}, 4);
  log.add(operators, {signature_of(SigningRole::operators, 6)});
  BOOST_TEST((log.end() == Texts{}));
  BOOST_TEST(log.check.checked() == 5U);
}

BOOST_AUTO_TEST_CASE(a_plane_that_did_not_sign_is_found) {
  Log log;
  log.add(tools);
  log.add(tools);
  log.add(api, {signature_of(SigningRole::api, 3, 1)}, 1);
  BOOST_TEST((log.end() == Texts{"audit entries 1 to 2: the plane tools is not signed"}));
}

BOOST_AUTO_TEST_CASE(unsigned_entries_at_the_end_are_found) {
  Log log;
  log.add(api, {signature_of(SigningRole::api, 1)});
  log.add(api);
  log.add(tools);
  BOOST_TEST((log.end() == Texts{"the newest audit entries, from 2, are not signed"}));
}

BOOST_AUTO_TEST_CASE(before_the_cut_off_signatures_may_be_missing_and_present_ones_are_verified) {
  Log log(signers_with(4));
  log.add(tools);
  log.add(api, {signature_of(SigningRole::api, 2)});
  log.add(api, {signature_of(SigningRole::api, 2)});
  log.add(api);
  BOOST_TEST((log.end() == Texts{"audit entry 3: the signature of the plane api is wrong",
                                 "the newest audit entries, from 4, are not signed"}));
  Log without(signers_with(std::nullopt));
  without.add(api);
  without.add(tools);
  BOOST_TEST(without.end().empty());
}

BOOST_AUTO_TEST_CASE(a_restore_may_be_unsigned_until_the_next_signed_head) {
  const std::string restore = body_of("operator", AuditAction::store_restore);
  Log log;
  log.add(restore);
  BOOST_TEST(log.check.finish().empty());
  log.add(api, {signature_of(SigningRole::api, 2)});
  BOOST_TEST(log.end().empty());
}

BOOST_AUTO_TEST_CASE(wrong_signatures_are_found) {
  Log log;
  AuditSignature altered = signature_of(SigningRole::api, 1);
  altered.signature[5] ^= 1;
  log.add(api, {altered});
  log.add(api, {signature_of(SigningRole::api, 1)});  // of another entry
  BOOST_TEST((log.end() == Texts{"audit entry 1: the signature of the plane api is wrong",
                                 "audit entry 2: the signature of the plane api is wrong"}));
}

BOOST_AUTO_TEST_CASE(signatures_that_another_thread_verified_are_not_verified_again) {
  const crypto::Signers signers = signers_with(1);
  AuditSignature altered = signature_of(SigningRole::api, 2);
  altered.signature[5] ^= 1;
  BOOST_TEST(is_right_signature(signers, mark_of(1), 1, signature_of(SigningRole::api, 1)));
  BOOST_TEST(!is_right_signature(signers, mark_of(2), 2, altered));
  BOOST_TEST(!is_right_signature(signers, mark_of(2), 1, signature_of(SigningRole::api, 2)));
  AuditSignature unknown = signature_of(SigningRole::api, 1);
  unknown.key.fill(0);
  BOOST_TEST(!is_right_signature(signers, mark_of(1), 1, unknown));
  AuditSignatureCheck check(signers);
  const std::vector<bool> right{true};
  const std::vector<bool> wrong{false};
  const std::vector<AuditSignature> first{signature_of(SigningRole::api, 1)};
  BOOST_TEST(check.follow(mark_of(1), api, 1, first, &right).empty());
  const std::vector<AuditSignature> second{altered};
  BOOST_TEST((check.follow(mark_of(2), api, 2, second, &wrong) ==
              Texts{"audit entry 2: the signature of the plane api is wrong"}));
  BOOST_TEST(check.checked() == 1U);
}

BOOST_AUTO_TEST_CASE(keys_that_may_not_sign_are_found) {
  const StoreKeys other = keys_of_another_deployment();
  const auto& foreign = *other.audit_signer(SigningRole::api);
  const auto& own_tools = signer_of(SigningRole::tools);
  Log log;
  log.add(api, {sign_audit_head(foreign, SigningRole::api, keys().store(), mark_of(1), 1)});
  log.add(api, {sign_audit_head(own_tools, SigningRole::api, keys().store(), mark_of(2), 2)});
  BOOST_TEST((log.end() == Texts{"audit entry 1: is signed by the key " + crypto::to_hex(foreign.id) +
                                     ", which root-public-keyring does not know",
                                 "audit entry 2: is signed by the key " + crypto::to_hex(own_tools.id) +
                                     ", which is a key of the plane tools"}));
}

BOOST_AUTO_TEST_CASE(a_retired_key_may_have_signed_up_to_its_last_entry) {
  Log log(signers_with(1, crypto::SignerState::retired, 2));
  for (std::uint64_t n = 1; n <= 3; ++n) log.add(api, {signature_of(SigningRole::api, n)});
  BOOST_TEST(
      (log.end() == Texts{"audit entry 3: is signed by the key " + crypto::to_hex(signer_of(SigningRole::api).id) +
                          ", which was retired after entry 2"}));
}

BOOST_AUTO_TEST_CASE(a_retired_key_has_a_last_entry_in_each_slot) {
  const auto retired = crypto::SignerState::retired;
  const crypto::SlotSequences slots{{"api-1", 2}};
  const std::string is_signed = "is signed by the key " + crypto::to_hex(signer_of(SigningRole::api).id);
  Log known(signers_with(1, retired, 7, slots), 0, slot_of(SlotOwner::api, 1));
  for (std::uint64_t n = 1; n <= 3; ++n) known.add(api, {signature_of(SigningRole::api, n)});
  BOOST_TEST((known.end() == Texts{"audit entry api-1:3: " + is_signed + ", which was retired after entry api-1:2"}));
  // A slot that began after the retirement.
  Log later(signers_with(1, retired, 7, slots), 0, slot_of(SlotOwner::api, 2));
  later.add(api, {signature_of(SigningRole::api, 1)});
  BOOST_TEST((later.end() == Texts{"audit entry api-2:1: " + is_signed + ", which was retired before the slot began"}));
}

// An older version did not record where it retired a key in other slots.
BOOST_AUTO_TEST_CASE(a_key_that_an_older_version_retired_is_bound_in_slot_0_alone) {
  Log log(signers_with(1, crypto::SignerState::retired, 2), 0, slot_of(SlotOwner::api, 1));
  for (std::uint64_t n = 1; n <= 3; ++n) log.add(api, {signature_of(SigningRole::api, n)});
  BOOST_TEST((log.end() == Texts{}));
}

BOOST_AUTO_TEST_CASE(a_signature_of_a_plane_without_entries_is_found) {
  Log log;
  log.add(api, {signature_of(SigningRole::api, 1), signature_of(SigningRole::tools, 1)});
  BOOST_TEST((log.end() == Texts{"audit entry 1: is signed for the plane tools, which has no entry in its commit"}));
}

BOOST_AUTO_TEST_CASE(an_action_of_another_plane_is_found) {
  Log log;
  log.add(body_of("api", AuditAction::secret_release), {signature_of(SigningRole::api, 1)});
  log.add(body_of("tools", AuditAction::key_add), {signature_of(SigningRole::tools, 2)});
  log.add(body_of("tools", AuditAction::credential_refused), {signature_of(SigningRole::tools, 3)});
  BOOST_TEST((log.end() == Texts{"audit entry 1: the plane api has no action secret.release",
                                 "audit entry 2: the plane tools has no action key.add"}));
}

BOOST_AUTO_TEST_CASE(signatures_through_an_anchor_are_not_verified_again) {
  Log log(signers_with(1), 1);
  AuditSignature altered = signature_of(SigningRole::api, 1);
  altered.signature[5] ^= 1;
  log.add(api, {altered});
  log.add(api, {signature_of(SigningRole::api, 2)});
  BOOST_TEST(log.end().empty());
  BOOST_TEST(log.check.checked() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
