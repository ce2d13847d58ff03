// The rekey of all tenants: what it continues, what it finds, and when it ends with a cut-off.
#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/rekey_cut_off.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/rekey_mark.hpp"
#include "test/says.hpp"
#include "test/unit/store/keys/rekey_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

using tacit::test::says;

/// Appends an entry without a signature, as a server that has not read the keyrings again.
void append_unsigned(RekeyFixture& f) {
  const auto head = f.store().audit().head();
  BOOST_REQUIRE(head);
  const std::uint64_t sequence = head->sequence + 1;
  AuditEvent event;
  event.action = AuditAction::secret_create;
  const std::string body = audit_body(event, who(), 1'900'000'000'000'000);
  const std::string key(crypto::as_text(audit_key(sequence)));
  f.engine().seal_commits(nullptr);
  f.put(Table::audit, key, std::string(crypto::as_text(audit_row(audit_hash(head->hash, sequence, body), body))));
  f.engine().seal_commits(make_audit_seal(RekeyFixture::keys(), f.store().keys().context()->history));
  const std::string row = f.rows(Table::audit).at(key);
  const auto entry = parse_audit_row(Row{crypto::as_bytes(key), crypto::as_bytes(row)});
  BOOST_REQUIRE((entry && entry->signatures.empty()));
}

std::size_t pairs_older_than(RekeyFixture& f, std::int64_t started) {
  std::size_t number = 0;
  for (const auto& [key, value] : f.rows(Table::meta)) {
    const auto pair = decode_prekey(crypto::as_bytes(key), crypto::as_bytes(value));
    if (pair && pair->certificate->made < started) ++number;
  }
  return number;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rekey_all)

BOOST_AUTO_TEST_CASE(all_tenants_and_prekeys_get_new_pairs) {
  RekeyFixture f;
  for (std::uint8_t n = 1; n <= 4; ++n) f.make_tenant(tenant_id(n), n);
  f.put_tenant(tenant_id(5), crypto::make_tenant_key(*RekeyFixture::keys().root_public, tenant_id(5)));
  BOOST_REQUIRE(f.wait(f.store().prekeys().add(5)));
  const std::int64_t started = now_microseconds();
  const auto ran = f.rekey({});
  BOOST_REQUIRE_MESSAGE(ran.done, ran.done.error().subject);
  BOOST_TEST(ran.problems.empty());
  BOOST_TEST(ran.counted == 1U + 2 + 3 + 4);
  BOOST_TEST(ran.secrets == 1U + 2 + 3 + 4);
  BOOST_TEST(ran.tenants == 5U);
  for (std::uint8_t n = 1; n <= 5; ++n) {
    const TenantRecord record = f.record(tenant_id(n));
    BOOST_REQUIRE(record.key->certificate);
    BOOST_TEST(record.key->certificate->made >= started);
    BOOST_TEST(!record.previous_key.has_value());
  }
  BOOST_TEST(pairs_older_than(f, started) == 0U);
  BOOST_TEST(f.store().prekeys().figures()->usable == 5U);
  BOOST_TEST(!f.rows(Table::meta).contains("rekey"));
  const auto entries = f.entries();
  BOOST_TEST(says(entries.front(), "\"reason\":\"all: begun\""));
  BOOST_TEST(says(entries.back(), "\"reason\":\"all: done: 5 tenants, 10 secrets\""));
  f.expect_clean();
}

BOOST_AUTO_TEST_CASE(the_cut_off_is_the_run_s_first_entry) {
  RekeyFixture f;
  f.make_tenant(tenant_id(1), 2);
  const auto before = f.store().audit().head();
  BOOST_REQUIRE(before);
  const auto ran = f.rekey({});
  BOOST_REQUIRE(ran.done);
  BOOST_REQUIRE_MESSAGE(ran.cut_off, ran.cut_off.error().subject);
  BOOST_TEST(*ran.cut_off == before->sequence + 1);
}

BOOST_AUTO_TEST_CASE(an_unsigned_entry_prevents_the_cut_off) {
  RekeyFixture f;
  f.make_tenant(tenant_id(1), 2);
  append_unsigned(f);  // before the run: no matter
  RekeyRun run(f.store().keys(), f.store().audit(), {}, rekeyer());
  BOOST_REQUIRE(f.wait(run.begin()));
  BOOST_REQUIRE(run.count({}));
  append_unsigned(f);
  const auto at = f.store().audit().head();
  BOOST_REQUIRE(at);
  BOOST_REQUIRE(f.wait(run.run({})));
  const auto cut_off = run.cut_off();
  BOOST_REQUIRE(!cut_off);
  BOOST_TEST(
      cut_off.error().subject ==
      "the cut-off is not written: audit entry " + std::to_string(at->sequence) +
          " of the plane api is not signed: a server has not read the keyrings again; restart all servers, also idle "
          "ones, and run the command again");
}

BOOST_AUTO_TEST_CASE(a_refused_cut_off_leaves_the_mark_for_the_next_run) {
  RekeyFixture f;
  f.make_tenant(tenant_id(1), 2);
  RekeyRun run(f.store().keys(), f.store().audit(), {}, rekeyer());
  BOOST_REQUIRE(f.wait(run.begin()));
  BOOST_REQUIRE(run.count({}));
  append_unsigned(f);
  BOOST_REQUIRE(f.wait(run.run({})));
  BOOST_REQUIRE(!run.cut_off());
  const Rows left = f.rows(Table::meta);
  BOOST_REQUIRE(left.contains("rekey"));
  BOOST_TEST(started_of_rekey(crypto::as_bytes(left.at("rekey")), RekeyFixture::keys()).has_value());
  BOOST_TEST(says(f.entries().back(), "\"reason\":\"all: without a cut-off: 1 tenant, 2 secrets\""));
  const TenantRecord record = f.record(tenant_id(1));
  const auto again = f.rekey({});
  BOOST_TEST(again.counted == 0U);
  BOOST_TEST(again.cut_off.has_value());
  BOOST_TEST((f.record(tenant_id(1)).key == record.key));
  BOOST_TEST(!f.rows(Table::meta).contains("rekey"));
}

BOOST_AUTO_TEST_CASE(an_unsigned_entry_after_the_log_was_read_prevents_the_cut_off) {
  RekeyFixture f;
  f.make_tenant(tenant_id(1), 1);
  const auto head = f.store().audit().head();
  BOOST_REQUIRE(head);
  const auto finish = [&f](const CutOffCheck& check) {
    WorkBody<void> body = [&check](Transaction& transaction) { return check.finish(transaction); };
    return f.wait(write<void>(f.engine(), std::move(body)));
  };
  CutOffCheck check(f.store().keys().context(), head->sequence);
  BOOST_REQUIRE(check.read_log());
  BOOST_TEST(finish(check).has_value());
  append_unsigned(f);
  for (int i = 0; i < 2; ++i) {
    const auto refused = finish(check);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(says(refused.error().subject, " of the plane api is not signed"));
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_is_continued) {
  RekeyFixture f;
  for (std::uint8_t n = 1; n <= 3; ++n) f.make_tenant(tenant_id(n), 2);
  {
    RekeyRun run(f.store().keys(), f.store().audit(), {}, rekeyer());
    BOOST_REQUIRE(f.wait(run.begin()));
    const auto order = std::make_shared<RekeyOrder>();
    order->store = f.store().keys().context();
    order->who = rekeyer();
    order->all = true;
    order->started = *started_of_rekey(crypto::as_bytes(f.rows(Table::meta).at("rekey")), RekeyFixture::keys());
    RekeyPosition at;
    for (bool finished = false; !finished;) {
      const RekeyStep done = f.step(order, tenant_id(1), at);
      at = done.next;
      finished = done.finished;
    }
    f.step(order, tenant_id(2));  // only its new pair
  }
  f.reopen();
  const TenantRecord first = f.record(tenant_id(1));
  const TenantRecord second = f.record(tenant_id(2));
  const auto ran = f.rekey({});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST(ran.counted == 4U);
  BOOST_TEST(ran.secrets == 4U);
  BOOST_TEST((f.record(tenant_id(1)).key == first.key));
  BOOST_TEST((f.record(tenant_id(2)).key == second.key));
  BOOST_TEST(says(f.entries().back(), "all: done"));
  f.expect_clean();
}

BOOST_AUTO_TEST_CASE(a_restart_begins_again) {
  RekeyFixture f;
  f.make_tenant(tenant_id(1), 2);
  {
    RekeyRun run(f.store().keys(), f.store().audit(), {}, rekeyer());
    BOOST_REQUIRE(f.wait(run.begin()));
  }
  const std::string mark = f.rows(Table::meta).at("rekey");
  RekeyRun continued(f.store().keys(), f.store().audit(), {}, rekeyer());
  BOOST_REQUIRE(f.wait(continued.begin()));
  BOOST_TEST(f.rows(Table::meta).at("rekey") == mark);
  RekeyRun restarted(f.store().keys(), f.store().audit(), {.restart = true}, rekeyer());
  BOOST_REQUIRE(f.wait(restarted.begin()));
  BOOST_TEST(f.rows(Table::meta).at("rekey") != mark);
}

BOOST_AUTO_TEST_CASE(an_altered_mark_is_as_none) {
  RekeyFixture f;
  f.make_tenant(tenant_id(1), 1);
  Bytes forged = rekey_value(1, *keys_of_another_deployment().root_signer(), RekeyFixture::keys().store());
  f.put(Table::meta, "rekey", std::string(crypto::as_text(forged)));
  const crypto::KeyId old = f.record(tenant_id(1)).key->id();
  const auto ran = f.rekey({});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST((f.record(tenant_id(1)).key->id() != old));
  BOOST_TEST(says(f.entries().front(), "all: begun"));
}

BOOST_AUTO_TEST_CASE(a_number_that_is_used_twice_is_reported_and_replaced) {
  RekeyFixture f;
  const crypto::TenantKey shared = certified_key();
  f.put_tenant(tenant_id(1), shared);
  f.create(tenant_id(1), 1);
  f.put_tenant(tenant_id(2), shared);
  f.create(tenant_id(2), 2);
  const crypto::TenantKey taken = certified_key();
  f.put_tenant(tenant_id(3), taken);
  f.put(Table::meta, std::string(crypto::as_text(prekey_row_key(taken.certificate->number))),
        std::string(crypto::as_text(encode_prekey(taken))));
  const auto ran = f.rekey({});
  BOOST_REQUIRE(ran.done);
  const std::vector<std::string> expected{
      "tenant " + tenant_id(2).str() + ": its key's number is also that of tenant " + tenant_id(1).str(),
      "tenant " + tenant_id(3).str() + ": its key's number is also that of a prekey"};
  BOOST_TEST(ran.problems == expected, boost::test_tools::per_element());
  BOOST_TEST(!ran.unfinished);
  BOOST_TEST((f.record(tenant_id(1)).key->certificate->number != f.record(tenant_id(2)).key->certificate->number));
  for (const auto& [key, value] : f.rows(Table::meta)) {
    const auto pair = decode_prekey(crypto::as_bytes(key), crypto::as_bytes(value));
    if (pair) BOOST_TEST((pair->certificate->number != taken.certificate->number));
  }
  BOOST_TEST(f.resolved(tenant_id(1), 1) == RekeyFixture::value_of(1));
  BOOST_TEST(f.resolved(tenant_id(2), 2) == RekeyFixture::value_of(2));
  BOOST_TEST(f.rekey({}).problems.empty());
}

BOOST_AUTO_TEST_CASE(a_rekey_of_one_tenant_reports_the_numbers_that_it_shares) {
  RekeyFixture f;
  const crypto::TenantKey shared = certified_key();
  const crypto::TenantKey of_others = certified_key();
  for (std::uint8_t n = 1; n <= 5; ++n) f.put_tenant(tenant_id(n), n <= 2 ? shared : of_others);
  f.create(tenant_id(1), 1);
  const std::string sentence =
      "tenant " + tenant_id(2).str() + ": its key's number is also that of tenant " + tenant_id(1).str();
  const auto ran = f.rekey({.tenant = tenant_id(1)});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST(ran.problems == std::vector<std::string>{sentence}, boost::test_tools::per_element());
  BOOST_TEST(ran.tenants == 1U);
  BOOST_TEST((f.record(tenant_id(1)).key->certificate->number != shared.certificate->number));
  BOOST_TEST(f.resolved(tenant_id(1), 1) == RekeyFixture::value_of(1));
  BOOST_TEST(f.rekey({.tenant = tenant_id(2)}).problems.empty());
  BOOST_TEST(f.rekey({.tenant = tenant_id(5)}).problems.size() == 1U);
  const crypto::TenantKey taken = certified_key();
  f.put_tenant(tenant_id(6), taken);
  f.put(Table::meta, std::string(crypto::as_text(prekey_row_key(taken.certificate->number))),
        std::string(crypto::as_text(encode_prekey(taken))));
  BOOST_TEST(f.rekey({.tenant = tenant_id(1)}).problems.empty());
  BOOST_TEST(f.rekey({.tenant = tenant_id(6)}).problems.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_tenant_whose_record_was_altered_leaves_the_run_unfinished) {
  RekeyFixture f;
  f.make_tenant(tenant_id(1), 1);
  f.make_tenant(tenant_id(2), 1);
  const std::string key(crypto::as_text(record_row_key(tenant_id(1)).view()));
  std::string row = f.rows(Table::tenants).at(key);
  row.back() = static_cast<char>(row.back() ^ 1);
  f.put(Table::tenants, key, row);
  const auto ran = f.rekey({});
  BOOST_REQUIRE(ran.done);
  BOOST_TEST(ran.unfinished);
  BOOST_TEST(!ran.cut_off.has_value());
  BOOST_REQUIRE_EQUAL(ran.problems.size(), 1U);
  BOOST_TEST(ran.problems.front() == "tenant " + tenant_id(1).str() + ": the tenant's record was altered");
  BOOST_TEST(f.rows(Table::meta).contains("rekey"));
  BOOST_TEST(f.record(tenant_id(2)).key->certificate->made > 1'700'000'000'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
