// The log of a signed store as its readers see it: verify, prune, tail, head.
#include <algorithm>

#include "store/audit/audit_chain.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_history.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/engine/await.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"
#include "test/unit/store/lmdb/engine/held_commits_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"
#include "test/unit/store/verify/deployment_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningRole;

namespace {

using Texts = std::vector<std::string>;

AuditContext of_plane(std::string plane) {
  AuditContext context = who();
  context.plane = std::move(plane);
  return context;
}

AuditEvent released() {
  AuditEvent event;
  event.action = AuditAction::secret_release;
  return event;
}

/// Entries of two planes, two in each commit after the first: api, then tools, api and so on.
struct TwoPlanes {
  TwoPlanes() : log(0, with_hook()) {
    for (int i = 0; i < 3; ++i) {
      Crowd<void> crowd;
      const int before = commits.commits();
      commits.hold();
      crowd.start(refuse());
      crowd.poll();
      commits.wait_for_commit(before + 1);
      crowd.start(log.store().audit().record(released(), of_plane("tools")));
      crowd.start(refuse());
      crowd.poll();
      commits.let_go();
      crowd.run();
      BOOST_REQUIRE(crowd.count(std::nullopt) == 3);
    }
  }
  boost::asio::awaitable<Outcome<void>> refuse() {
    AuditEvent event;
    event.action = AuditAction::credential_refused;
    event.reason = "expired";
    return log.store().audit().record(std::move(event), who());
  }
  StoreFixtureOptions with_hook() {
    StoreFixtureOptions options = signed_store();
    options.commit = commits.hook();
    return options;
  }
  Texts problems() { return log.verify_log().problems; }

  /// Through an engine without a seal, as the attacker has it.
  void append_unsigned() {
    const AuditMark head = log.head();
    const std::string body = audit_body(released(), of_plane("tools"), 1'700'000'000'000'000);
    const Bytes row = audit_row(audit_hash(head.hash, head.sequence + 1, body), body);
    log.close();
    auto engine = LmdbEngine::open(log.engine_options());
    BOOST_REQUIRE(engine);
    WorkBody<void> add = [&](Transaction& transaction) -> Task<Outcome<void>> {
      transaction.put(Table::audit, audit_key(head.sequence + 1), row);
      return Task<Outcome<void>>(Outcome<void>());
    };
    BOOST_REQUIRE(log.wait(write<void>(**engine, std::move(add))));
    engine->reset();
    log.reopen();
  }

  /// What an attacker does that has the API plane's audit key: rewrites the log from that entry on, and signs what he
  /// can.
  void rewrite_from(std::uint64_t first) {
    const StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
    crypto::Digest previous{};
    for (const AuditRecord& record : log.read(1)) {
      std::string body = record.body;
      std::vector<AuditSignature> signatures = record.signatures;
      const AuditMark mark{record.mark.sequence, {}};
      AuditMark rewritten = mark;
      if (mark.sequence == first) body.replace(body.find("192.0.2.1"), 9, "192.0.2.9");
      rewritten.hash = audit_hash(previous, mark.sequence, body);
      if (mark.sequence >= first && !signatures.empty()) {
        signatures = {sign_audit_head(*keys.audit_signer(SigningRole::api), SigningRole::api, keys.store(), rewritten,
                                      record.first)};
      }
      if (mark.sequence >= first) {
        const Bytes row = audit_row(rewritten.hash, body, record.first, signatures);
        log.put(Table::audit, AuditFixture::key(mark.sequence), std::string(crypto::as_text(row)));
      }
      previous = rewritten.hash;
    }
  }

  HeldCommits commits;
  AuditFixture log;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_signatures)

BOOST_AUTO_TEST_CASE(a_log_of_two_planes_verifies) {
  TwoPlanes two;
  const AuditReport report = two.log.verify_log();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.entries == 9U);
  BOOST_TEST(report.signatures_checked == 9U);  // one, then two, three times
  BOOST_CHECK(report.head == two.log.head());
}

BOOST_AUTO_TEST_CASE(a_rewritten_log_is_found_by_the_plane_that_cannot_be_signed_for) {
  TwoPlanes two;
  two.rewrite_from(4);
  const Texts problems = two.problems();
  BOOST_TEST((problems == Texts{"audit entries 5 to 5: the plane tools is not signed",
                                "audit entries 8 to 8: the plane tools is not signed"}));
}

BOOST_AUTO_TEST_CASE(entries_that_are_added_without_a_signature_are_found) {
  TwoPlanes two;
  two.append_unsigned();
  BOOST_TEST((two.problems() == Texts{"the newest audit entries, from 10, are not signed"}));
  // The next signature of the same plane is not theirs.
  BOOST_REQUIRE(two.log.wait(two.log.store().audit().record(released(), of_plane("tools"))));
  BOOST_TEST((two.problems() == Texts{"audit entries 10 to 10: the plane tools is not signed"}));
  BOOST_TEST(!two.log.store().audit().history().intact());
}

BOOST_AUTO_TEST_CASE(a_log_that_ends_before_the_cut_off_is_found) {
  DeploymentKeys rings(crypto::SigningPhase::signing);
  StoreFixtureOptions options;
  options.keys = rings.load();
  AuditFixture log(2, options);
  rings.set_cut_off(4);
  StoreKeys keys = rings.load();
  log.reopen_with(keys);
  const Texts found{"the audit log ends before entry 4, from which signatures are required"};
  BOOST_TEST((log.verify_log().problems == found));
  BOOST_TEST((log.verify().problems == found));
  log.add(1);
  BOOST_TEST(log.verify_log().problem_count == 0U);
  BOOST_TEST(log.verify().problem_count == 0U);
  // A backup may be older.
  log.put(Table::audit, AuditFixture::key(3), std::nullopt);
  keys.accept_retired = true;
  log.reopen_with(keys);
  BOOST_TEST(log.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_log_that_was_pruned_within_a_commit_verifies) {
  for (std::uint64_t before = 2; before <= 9; ++before) {
    TwoPlanes two;
    BOOST_TEST(two.log.prune(before) == before - 1);
    const AuditReport report = two.log.verify_log();
    BOOST_TEST(report.problem_count == 0U);
    BOOST_REQUIRE(report.checkpoint.has_value());
    BOOST_TEST(report.checkpoint->through.sequence == before - 1);
  }
}

BOOST_AUTO_TEST_CASE(signatures_up_to_an_anchor_are_not_verified_again) {
  TwoPlanes two;
  AuditAnchor anchor;
  anchor.sequence = 6;
  anchor.hash = two.log.mark(6).hash;
  AuditReport report = two.log.verify_log(anchor);
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.signatures_checked == 3U);
  // An anchor that does not fit saves nothing.
  anchor.hash[0] ^= 1U;
  report = two.log.verify_log(anchor);
  BOOST_TEST(report.problem_count == 1U);
  BOOST_TEST(report.signatures_checked == 9U);
}

BOOST_AUTO_TEST_CASE(pruning_needs_the_root_signing_key_and_signs_its_checkpoint) {
  AuditFixture log(5, signed_store());
  const AuditMark third = log.mark(3);
  StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
  keys.root_signing = nullptr;
  BOOST_REQUIRE(log.store().reconfigure(keys, log.store_options()));
  const auto refused = log.wait(log.store().audit().prune(third, who(), {}));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::not_allowed);
  BOOST_TEST(refused.error().subject == "root-signing-keyring is needed to prune the audit log");
  BOOST_TEST(log.audit().size() == 5U);
  BOOST_TEST(!log.rows(Table::meta).contains(AuditFixture::checkpoint()));
  BOOST_REQUIRE(log.store().reconfigure(keys_of_phase(crypto::SigningPhase::required), log.store_options()));
  BOOST_TEST(*log.wait(log.store().audit().prune(third, who(), {})) == 3U);
  const std::string checkpoint = log.rows(Table::meta).at(AuditFixture::checkpoint());
  BOOST_TEST(is_signed_checkpoint(crypto::as_bytes(checkpoint)));
  // A checkpoint with the MAC of the metadata key, which the API plane has, is none.
  AuditCheckpoint forged;
  forged.through = log.mark(5);
  const Bytes row = encode_checkpoint(forged, *keys.metadata);
  log.put(Table::meta, AuditFixture::checkpoint(), std::string(crypto::as_text(row)));
  const Texts problems = log.verify_log().problems;
  BOOST_REQUIRE(!problems.empty());
  BOOST_TEST(problems.front() == "the audit log's record of pruned entries was altered");
}

BOOST_AUTO_TEST_CASE(readers_give_bodies_without_and_records_with_signatures) {
  TwoPlanes two;
  AuditChain chain;
  std::size_t signatures = 0;
  for (const AuditRecord& record : two.log.read(1)) {
    BOOST_TEST(record.fault == "");
    BOOST_TEST(record.body.starts_with("{\"time\":\""));
    BOOST_TEST(!chain.follow(record.mark, record.body).has_value());
    signatures += record.signatures.size();
  }
  BOOST_TEST(signatures == 9U);
  BOOST_CHECK(chain.last() == two.log.head());
  // From the middle of a commit, as `audit tail` reads.
  BOOST_TEST(two.log.read(6).front().signatures.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
