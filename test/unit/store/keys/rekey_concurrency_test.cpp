// The rekey of a tenant beside other changes: rewraps of its keys, and clients.
#include <atomic>
#include <map>
#include <thread>

#include "test/unit/store/keys/rekey_fixture.hpp"
#include "test/unit/store/keys/signed_rotation_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid tenant = tenant_id(1);

}  // namespace

BOOST_AUTO_TEST_SUITE(rekey_concurrency)

BOOST_AUTO_TEST_CASE(beside_rewraps_of_both_kinds) {
  constexpr std::size_t secrets = 20;
  SignedRotation r;
  r.put_tenant(tenant, r.certified());
  for (std::size_t n = 0; n < secrets; ++n) {
    BOOST_REQUIRE(r.fixture.wait(r.fixture.store().secrets().create(
        tenant, new_default("secret " + std::to_string(n), RekeyFixture::tool_of(n), "x"), who())));
  }
  const crypto::KeyId old_root = r.ring().root_public->primary().id;
  const crypto::KeyId old_metadata = r.ring().metadata->primary().id;
  r.rotate(KeyKind::root);
  r.rotate(KeyKind::metadata);
  const auto order = std::make_shared<RekeyOrder>();
  order->store = r.keys().context();
  order->who = rekeyer();
  RekeyStep done;
  std::map<KeyKind, RewrapPosition> at;
  std::map<KeyKind, bool> finished;
  for (const KeyKind kind : {KeyKind::root, KeyKind::metadata}) {
    BOOST_REQUIRE(r.fixture.wait(r.keys().begin_rewrap(kind, rekeyer())));
  }
  for (int steps = 0; !done.finished || !finished[KeyKind::root] || !finished[KeyKind::metadata]; ++steps) {
    BOOST_REQUIRE(steps < 100);
    if (!done.finished) {
      auto next = r.fixture.wait(rekey_step(order, tenant, done.next, 4));
      BOOST_REQUIRE_MESSAGE(next, next.error().subject);
      done = std::move(*next);
      BOOST_TEST(done.problems.empty());
    }
    for (const KeyKind kind : {KeyKind::root, KeyKind::metadata}) {
      if (finished[kind]) continue;
      const auto next = r.fixture.wait(r.keys().rewrap_step(kind, at[kind], 3, rekeyer()));
      BOOST_REQUIRE_MESSAGE(next, next.error().subject);
      BOOST_TEST(next->problems.empty());
      at[kind] = next->next;
      finished[kind] = next->finished;
    }
  }
  BOOST_TEST(r.uses(KeyKind::root, old_root).total() == 0U);
  BOOST_TEST(r.uses(KeyKind::metadata, old_metadata).total() == 0U);
  BOOST_TEST(!r.record(tenant).previous_key.has_value());
  const VerifyReport report = r.fixture.verify();
  for (const auto& problem : report.problems) BOOST_TEST_MESSAGE(problem);
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.values_opened == secrets);
}

BOOST_AUTO_TEST_CASE(clients_work_meanwhile) {
  RekeyFixture f;
  constexpr std::size_t secrets = 150;
  f.make_tenant(tenant_id(1), secrets);
  const auto infos = f.listed(tenant_id(1));
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> failures{0};
  std::thread client([&] {
    for (std::size_t n = 0; !stop; ++n) {
      SecretUpdate change;
      change.value.emplace();
      change.value->append(std::string_view("changed"));
      const crypto::Uuid id = infos[n * 7 % infos.size()].id;
      if (!f.wait(f.store().secrets().update(tenant_id(1), id, std::move(change), who()))) ++failures;
      SecretUpdate rename;
      rename.name = "renamed " + std::to_string(n);
      const crypto::Uuid other = infos[n * 11 % infos.size()].id;
      if (!f.wait(f.store().secrets().update(tenant_id(1), other, std::move(rename), who()))) ++failures;
    }
  });
  Outcome<void> done;
  for (int n = 0; n < 3 && done; ++n) {
    RekeyRun run(f.store().keys(), f.store().audit(), {.tenant = tenant_id(1)}, rekeyer());
    done = f.wait(run.begin());
    if (done) done = f.wait(run.run({}));
    if (run.unfinished()) ++failures;
  }
  stop = true;
  client.join();
  BOOST_REQUIRE_MESSAGE(done, done.error().subject);
  BOOST_TEST(failures == 0U);
  BOOST_TEST(f.sealed_to(tenant_id(1), f.record(tenant_id(1)).key->id()) == secrets);
  f.expect_clean();
}

BOOST_AUTO_TEST_SUITE_END()
