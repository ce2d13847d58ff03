// Signatures are made inside commits: one for each plane in a batch, none for what is not committed.
#include <lmdb.h>

#include <algorithm>
#include <cerrno>

#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_history.hpp"
#include "store/health.hpp"
#include "store/rows/store_meta.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"
#include "test/unit/store/lmdb/engine/first_format_fixture.hpp"
#include "test/unit/store/lmdb/engine/held_commits_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;
using crypto::SigningRole;

namespace {

using Roles = std::vector<SigningRole>;

AuditContext of_plane(std::string plane) {
  AuditContext context = who();
  context.plane = std::move(plane);
  return context;
}

AuditEvent event_of(AuditAction action) {
  AuditEvent event;
  event.action = action;
  return event;
}

/// A signed store whose commits can be held and made to fail.
struct SealedLog {
  explicit SealedLog(StoreFixtureOptions options = signed_store()) : log(0, with_hook(std::move(options))) {}

  auto record(std::string plane, AuditAction action) {
    return log.store().audit().record(event_of(action), of_plane(std::move(plane)));
  }
  auto release() { return record("tools", AuditAction::secret_release); }
  auto refuse() { return record("api", AuditAction::credential_refused); }

  /// Runs a write that is committed alone, and then all others in one batch.
  void in_one_batch(Crowd<void>& crowd, const std::function<void()>& start_others) {
    const int before = commits.commits();
    commits.hold();
    crowd.start(refuse());
    crowd.poll();
    commits.wait_for_commit(before + 1);
    start_others();
    crowd.poll();
    commits.let_go();
    crowd.run();
  }

  Roles signed_by(std::uint64_t sequence) {
    Roles roles;
    const std::vector<AuditRecord> entries = log.read(sequence);
    for (const AuditSignature& signature : entries.front().signatures) roles.push_back(signature.role);
    return roles;
  }
  std::uint64_t heads(SigningRole role) { return log.store().audit().history().heads(role).value(); }
  std::uint64_t refused() { return log.store().audit().history().counts.refused.value(); }

  StoreFixtureOptions with_hook(StoreFixtureOptions options) {
    options.commit = commits.hook();
    return options;
  }

  HeldCommits commits;
  AuditFixture log;
};

/// A signed store of a process that lacks the private halves of a role.
StoreFixtureOptions without(SigningRole role) {
  StoreFixtureOptions options = signed_store();
  if (role == SigningRole::api) options.keys.audit_api = nullptr;
  if (role == SigningRole::tools) options.keys.audit_tools = nullptr;
  if (role == SigningRole::operators) options.keys.audit_operator = nullptr;
  return options;
}

Errc code_of(const Outcome<void>& outcome) {
  BOOST_REQUIRE(!outcome);
  return outcome.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_seal)

BOOST_AUTO_TEST_CASE(each_commit_is_signed_by_the_planes_with_entries_in_it) {
  SealedLog sealed;
  BOOST_REQUIRE(sealed.log.wait(sealed.refuse()));
  BOOST_REQUIRE(sealed.log.wait(sealed.release()));
  BOOST_REQUIRE(sealed.log.wait(sealed.record("operator", AuditAction::key_add)));
  BOOST_TEST((sealed.signed_by(1) == Roles{SigningRole::api}));
  BOOST_TEST((sealed.signed_by(2) == Roles{SigningRole::tools}));
  BOOST_TEST((sealed.signed_by(3) == Roles{SigningRole::operators}));
  const AuditReport report = sealed.log.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.signatures_checked == 3U);
  BOOST_TEST(sealed.heads(SigningRole::api) == 1U);
  BOOST_TEST(sealed.log.store().audit().history().intact());
}

BOOST_AUTO_TEST_CASE(a_batch_has_one_signature_for_each_plane_on_its_last_entry) {
  SealedLog sealed;
  Crowd<void> crowd;
  sealed.in_one_batch(crowd, [&] {
    for (int i = 0; i < 10; ++i) crowd.start(sealed.refuse());
    for (int i = 0; i < 10; ++i) crowd.start(sealed.release());
  });
  BOOST_TEST(crowd.count(std::nullopt) == 21);
  BOOST_TEST(sealed.commits.commits() == 2);
  BOOST_TEST((sealed.signed_by(1) == Roles{SigningRole::api}));
  for (std::uint64_t sequence = 2; sequence <= 20; ++sequence) BOOST_TEST(sealed.signed_by(sequence).empty());
  BOOST_TEST((sealed.signed_by(21) == Roles{SigningRole::api, SigningRole::tools}));
  BOOST_TEST(sealed.log.read(21).front().first == 2U);
  const AuditReport report = sealed.log.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.signatures_checked == 3U);
}

BOOST_AUTO_TEST_CASE(a_refused_write_of_a_batch_is_not_signed) {
  SealedLog sealed;
  Crowd<void> crowd;
  sealed.in_one_batch(crowd, [&] {
    crowd.start(sealed.refuse());
    // Revoking a key that does not exist writes nothing.
    crowd.start(sealed.log.store().api_keys().revoke("AAAAAAAAAAA", of_plane("operator")));
  });
  BOOST_TEST(crowd.count(std::nullopt) == 2);
  BOOST_TEST(crowd.count(Errc::not_found) == 1);
  BOOST_TEST(sealed.log.head().sequence == 2U);
  BOOST_TEST((sealed.signed_by(2) == Roles{SigningRole::api}));
  BOOST_TEST(sealed.log.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_repeated_batch_is_signed_once) {
  int calls = 0;
  StoreFixtureOptions options = signed_store();
  options.commit = [&calls](MDB_txn* txn) {
    if (++calls != 2) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return ENOSPC;
  };
  AuditFixture log(1, options);
  BOOST_REQUIRE(log.wait(log.store().audit().record(event_of(AuditAction::secret_release), of_plane("tools"))));
  BOOST_TEST(calls == 3);
  const auto entries = log.read(1);
  BOOST_REQUIRE_EQUAL(entries.size(), 2U);
  BOOST_TEST(entries.back().signatures.size() == 1U);
  BOOST_TEST(log.store().audit().history().heads(SigningRole::tools).value() == 1U);
  BOOST_TEST(log.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_failed_commit_leaves_no_trace) {
  SealedLog sealed;
  BOOST_REQUIRE(sealed.log.wait(sealed.release()));
  const AuditMark before = sealed.log.head();
  sealed.commits.fail_with(ENOSPC);
  BOOST_TEST(!sealed.log.wait(sealed.release()));
  BOOST_TEST(sealed.heads(SigningRole::tools) == 1U);
  BOOST_CHECK(sealed.log.head() == before);
  sealed.commits.fail_with(MDB_SUCCESS);
  // What was not committed was not seen.
  BOOST_TEST(sealed.log.store().audit().check_history().has_value());
  BOOST_TEST(sealed.log.store().audit().history().intact());
  BOOST_TEST(sealed.log.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(without_the_key_of_a_plane_nothing_of_it_is_committed) {
  for (const auto& [role, plane] : {std::pair(SigningRole::api, "api"), std::pair(SigningRole::tools, "tools"),
                                    std::pair(SigningRole::operators, "operator")}) {
    SealedLog sealed(without(role));
    BOOST_CHECK(code_of(sealed.log.wait(sealed.record(plane, AuditAction::secret_integrity))) == Errc::unavailable);
    BOOST_TEST(sealed.refused() == 1U);
    BOOST_TEST(sealed.log.head().sequence == 0U);
    // The store still takes what can be signed.
    BOOST_TEST(!sealed.log.store().health().unwilling());
    const std::string other = role == SigningRole::api ? "tools" : "api";
    BOOST_TEST(sealed.log.wait(sealed.record(other, AuditAction::secret_integrity)).has_value());
    BOOST_TEST(sealed.log.verify_log().problem_count == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_batch_with_an_entry_that_cannot_be_signed_fails_as_a_whole) {
  SealedLog sealed(without(SigningRole::tools));
  Crowd<void> crowd;
  sealed.in_one_batch(crowd, [&] {
    crowd.start(sealed.refuse());
    crowd.start(sealed.release());
  });
  BOOST_TEST(crowd.count(std::nullopt) == 1);  // the one before
  BOOST_TEST(crowd.count(Errc::unavailable) == 2);
  BOOST_TEST(sealed.log.head().sequence == 1U);
  BOOST_TEST(sealed.log.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_entry_of_an_unknown_plane_is_refused) {
  SealedLog sealed;
  BOOST_CHECK(code_of(sealed.log.wait(sealed.record("admin", AuditAction::secret_integrity))) == Errc::unavailable);
  BOOST_TEST(sealed.log.head().sequence == 0U);
}

BOOST_AUTO_TEST_CASE(only_a_restore_may_stay_unsigned_without_the_operator_s_key) {
  SealedLog sealed(without(SigningRole::operators));
  BOOST_REQUIRE(sealed.log.wait(sealed.record("operator", AuditAction::store_restore)));
  BOOST_TEST(sealed.signed_by(1).empty());
  BOOST_TEST(sealed.log.verify_log().problem_count == 0U);
  BOOST_REQUIRE(sealed.log.wait(sealed.refuse()));
  BOOST_TEST((sealed.signed_by(2) == Roles{SigningRole::api}));
  BOOST_TEST(sealed.log.verify_log().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_signed_before_it_is_set_up_and_before_the_store_takes_signatures) {
  StoreFixtureOptions unsigned_keys = signed_store();
  unsigned_keys.keys = keys_of_phase(SigningPhase::none);
  StoreFixtureOptions older_rows = signed_store();
  older_rows.keys = keys_of_phase(SigningPhase::signing);
  older_rows.new_format = 2;
  for (const StoreFixtureOptions& options : {unsigned_keys, older_rows}) {
    AuditFixture log(2, options);
    for (const AuditRecord& record : log.read(1)) BOOST_TEST(record.signatures.empty());
    BOOST_TEST(log.verify_log().problem_count == 0U);
    BOOST_TEST(log.store().audit().history().intact());
  }
}

BOOST_AUTO_TEST_CASE(from_the_cut_off_on_no_commit_has_entries_of_an_older_format) {
  SealedLog sealed;
  BOOST_REQUIRE(sealed.log.wait(sealed.release()));
  sealed.log.put(Table::meta, row_text(rows_row_key()), row_text(rows_value(2)));
  BOOST_CHECK(code_of(sealed.log.wait(sealed.release())) == Errc::unavailable);
  BOOST_TEST(sealed.log.head().sequence == 1U);
  sealed.log.put(Table::meta, row_text(rows_row_key()), row_text(rows_value()));
  BOOST_REQUIRE(sealed.log.wait(sealed.release()));
}

BOOST_AUTO_TEST_CASE(later_keys_sign_later_commits) {
  AuditFixture log(1, signed_store());
  StoreKeys keys = keys_of_phase(SigningPhase::required);
  keys.audit_api = nullptr;
  BOOST_REQUIRE(log.store().reconfigure(keys, log.store_options()));
  const auto refused = log.wait(log.store().audit().record(event_of(AuditAction::credential_refused), who()));
  BOOST_CHECK(code_of(refused) == Errc::unavailable);
  BOOST_REQUIRE(log.store().reconfigure(keys_of_phase(SigningPhase::required), log.store_options()));
  log.add(1);
  BOOST_TEST(log.verify_log().signatures_checked == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
