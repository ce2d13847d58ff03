// A process notices that the audit log was cut off or rewritten after it saw it, and is not alarmed by a pruning.
#include "store/audit/audit_history.hpp"

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/engine/context.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

using Changed = std::optional<AuditHistory::Changed>;

/// The log and its own memory of a process that saw its head.
struct Watched : AuditFixture {
  explicit Watched(int entries, StoreFixtureOptions options = signed_store())
      : AuditFixture(entries, std::move(options)) {
    mine.saw(head());
  }

  Changed check() {
    auto changed = mine.check(*store().context());
    BOOST_REQUIRE(changed);
    return *changed;
  }
  void cut(std::uint64_t sequence) { put(Table::audit, key(sequence), std::nullopt); }
  /// As an attacker without a key: the engine has no seal meanwhile.
  void append_unsigned(AuditAction action) {
    AuditEvent event;
    event.action = action;
    AuditContext context = who();
    context.plane = action == AuditAction::store_restore ? "operator" : "api";
    const std::string body = audit_body(event, context, 1'900'000'000'000'000);
    const AuditMark last = head();
    const Bytes row = audit_row(audit_hash(last.hash, last.sequence + 1, body), body);
    engine().seal_commits(nullptr);
    put(Table::audit, key(last.sequence + 1), std::string(crypto::as_text(row)));
    const ContextPtr context_now = store().context();
    engine().seal_commits(make_audit_seal(context_now->keys, context_now->history));
  }
  /// Rewrites the log from that entry on, with hashes that fit.
  void rewrite_from(std::uint64_t first) {
    const auto entries = read(1);
    crypto::Digest previous{};
    for (const AuditRecord& record : entries) {
      std::string body = record.body;
      if (record.mark.sequence >= first) body.replace(body.find("expired"), 7, "unknown");
      const auto hash = audit_hash(previous, record.mark.sequence, body);
      const Bytes row = audit_row(hash, body, record.first, record.signatures);
      if (record.mark.sequence >= first) {
        put(Table::audit, key(record.mark.sequence), std::string(crypto::as_text(row)));
      }
      previous = hash;
    }
  }

  AuditHistory mine;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_history)

BOOST_AUTO_TEST_CASE(a_log_that_only_grows_is_intact) {
  Watched log(3);
  BOOST_TEST(!log.check().has_value());
  log.add(2);
  BOOST_TEST(!log.check().has_value());
  BOOST_TEST(log.mine.intact());
  // The newest entry was seen by now.
  log.cut(5);
  const Changed changed = log.check();
  BOOST_REQUIRE(changed.has_value());
  BOOST_TEST(changed->expected.sequence == 5U);
}

BOOST_AUTO_TEST_CASE(an_empty_log_is_intact) {
  Watched log(0);
  BOOST_TEST(!log.check().has_value());
  log.add(1);
  BOOST_TEST(!log.check().has_value());
}

BOOST_AUTO_TEST_CASE(a_log_that_was_cut_off_is_noticed_and_stays_reported) {
  Watched log(5);
  const AuditMark last = log.head();
  const std::string row = log.rows(Table::audit).at(AuditFixture::key(5));
  log.cut(5);
  const Changed changed = log.check();
  BOOST_REQUIRE(changed.has_value());
  BOOST_CHECK(changed->expected == last);
  BOOST_TEST(!changed->found.has_value());
  BOOST_TEST(!log.mine.intact());
  log.put(Table::audit, AuditFixture::key(5), row);
  BOOST_TEST(log.check().has_value());
  BOOST_TEST(!log.mine.intact());
}

BOOST_AUTO_TEST_CASE(a_log_that_was_rewritten_with_hashes_that_fit_is_noticed) {
  for (const std::uint64_t first : {1U, 3U, 5U}) {
    Watched log(5);
    const AuditMark last = log.head();
    log.rewrite_from(first);
    const AuditMark now = log.head();
    const Changed changed = log.check();
    BOOST_REQUIRE(changed.has_value());
    BOOST_CHECK(changed->expected == last);
    BOOST_REQUIRE(changed->found.has_value());
    BOOST_CHECK(*changed->found == now.hash);
  }
}

BOOST_AUTO_TEST_CASE(an_entry_whose_body_was_changed_under_its_hash_is_noticed) {
  Watched log(5);
  std::string row = log.rows(Table::audit).at(AuditFixture::key(5));
  row.replace(row.find("expired"), 7, "unknown");
  log.put(Table::audit, AuditFixture::key(5), row);
  const Changed changed = log.check();
  BOOST_REQUIRE(changed.has_value());
  BOOST_REQUIRE(changed->found.has_value());
  BOOST_CHECK(*changed->found != changed->expected.hash);
}

BOOST_AUTO_TEST_CASE(entries_before_the_last_one_that_were_rewritten_under_its_hash_are_noticed) {
  Watched log(5);
  const std::string last = log.rows(Table::audit).at(AuditFixture::key(5));
  log.rewrite_from(3);
  log.put(Table::audit, AuditFixture::key(5), last);
  BOOST_TEST(log.check().has_value());
}

BOOST_AUTO_TEST_CASE(a_row_that_cannot_be_read_is_noticed) {
  Watched log(2);
  std::string row = log.rows(Table::audit).at(AuditFixture::key(1));
  log.mine.saw(log.mark(1));
  row[0] = 9;
  log.put(Table::audit, AuditFixture::key(1), row);
  BOOST_TEST(log.check().has_value());
}

BOOST_AUTO_TEST_CASE(pruned_entries_are_no_change_but_a_checkpoint_that_is_not_signed_hides_nothing) {
  Watched log(10);
  const AuditMark third = log.mark(3);
  const AuditMark fifth = log.mark(5);
  const AuditMark sixth = log.mark(6);
  log.prune(6);
  const auto intact_after = [&](const AuditMark& seen) {
    AuditHistory history;
    history.saw(seen);
    const auto changed = history.check(*log.store().context());
    BOOST_REQUIRE(changed);
    return !changed->has_value();
  };
  for (const AuditMark& seen : {third, fifth, sixth}) BOOST_TEST(intact_after(seen));
  AuditMark other = fifth;
  other.hash[0] ^= 1U;
  BOOST_TEST(!intact_after(other));
  std::string checkpoint = log.rows(Table::meta).at(AuditFixture::checkpoint());
  checkpoint[8] = static_cast<char>(checkpoint[8] + 1);
  log.put(Table::meta, AuditFixture::checkpoint(), checkpoint);
  for (const AuditMark& seen : {third, fifth, sixth}) BOOST_TEST(!intact_after(seen));
  log.put(Table::meta, AuditFixture::checkpoint(), std::nullopt);
  for (const AuditMark& seen : {third, fifth, sixth}) BOOST_TEST(!intact_after(seen));
}

BOOST_AUTO_TEST_CASE(a_commit_after_a_change_does_not_hide_it) {
  for (const SigningPhase phase : {SigningPhase::none, SigningPhase::required}) {
    StoreFixtureOptions options = signed_store();
    options.keys = keys_of_phase(phase);
    Watched log(5, options);
    BOOST_TEST(log.store().audit().history().intact());
    log.cut(5);
    log.add(1);
    const Changed changed = log.store().audit().history().changed();
    BOOST_REQUIRE(changed.has_value());
    BOOST_TEST(changed->expected.sequence == 5U);
    BOOST_TEST(!changed->found.has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_newest_entry_without_a_signature_is_noticed_by_a_check_and_by_a_commit) {
  for (const bool by_commit : {false, true}) {
    Watched log(3);
    log.append_unsigned(AuditAction::secret_update);
    const AuditMark added = log.head();
    const AuditHistory& history = by_commit ? log.store().audit().history() : log.mine;
    if (by_commit) log.add(1);
    if (!by_commit) log.check();
    const Changed changed = history.changed();
    BOOST_REQUIRE(changed.has_value());
    BOOST_TEST(changed->is_unsigned);
    BOOST_CHECK(changed->expected == added);
    BOOST_CHECK(changed->found == added.hash);
  }
}

BOOST_AUTO_TEST_CASE(an_unsigned_entry_is_no_alarm_before_the_cut_off) {
  for (const SigningPhase phase : {SigningPhase::none, SigningPhase::signing}) {
    StoreFixtureOptions options = signed_store();
    options.keys = keys_of_phase(phase);
    Watched log(3, options);
    log.append_unsigned(AuditAction::secret_update);
    BOOST_TEST(!log.check().has_value());
    log.add(1);
    BOOST_TEST(log.store().audit().history().intact());
  }
}

BOOST_AUTO_TEST_CASE(an_unsigned_restore_is_no_alarm_but_hides_none) {
  Watched log(3);
  log.append_unsigned(AuditAction::store_restore);
  BOOST_TEST(!log.check().has_value());
  log.add(1);
  BOOST_TEST(log.store().audit().history().intact());
  log.append_unsigned(AuditAction::secret_update);
  const AuditMark added = log.head();
  log.append_unsigned(AuditAction::store_restore);
  const Changed changed = log.check();
  BOOST_REQUIRE(changed.has_value());
  BOOST_CHECK(changed->expected == added);
}

BOOST_AUTO_TEST_CASE(a_reload_of_keys_forgets_nothing) {
  Watched log(5);
  BOOST_REQUIRE(log.store().reconfigure(keys_of_phase(SigningPhase::required), log.store_options()));
  log.cut(5);
  BOOST_REQUIRE(log.store().audit().check_history());
  BOOST_TEST(!log.store().audit().history().intact());
}

BOOST_AUTO_TEST_SUITE_END()
