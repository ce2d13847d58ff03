// Rules of retries: after `unavailable` it is not known whether a change was made. Making it again does no harm, and
// the log has it once.
#include <boost/test/unit_test.hpp>

#include "store/api_keys/api_keys.hpp"
#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"
#include "test/unit/store/contract/fake_engine_fixture.hpp"

namespace tacit::store::testing {
namespace {

/// While it exists, commits of the fake are answered `unavailable`: all made, or all not. Other engines answer as ever.
class Doubt {
 public:
  Doubt(ContractStore& it, bool applied) : fake_(it.fake()) {
    if (fake_ == nullptr) return;
    FakeFaults faults;
    (applied ? faults.doubtful_commits : faults.lost_commits) = 100;
    fake_->set_faults(faults);
  }
  Doubt(const Doubt&) = delete;
  Doubt& operator=(const Doubt&) = delete;
  ~Doubt() {
    if (fake_ != nullptr) fake_->set_faults({});
  }

 private:
  FakeDatabase* fake_;
};

template <class T>
void expect_doubt(const ContractStore& it, const Outcome<T>& outcome) {
  if (it.fake() == nullptr) {
    BOOST_TEST(outcome.has_value());
  } else {
    BOOST_TEST((!outcome && outcome.error().code == Errc::unavailable));
  }
}

void a_creation_that_is_made_again_makes_no_second_secret(ContractStore& it) {
  for (const bool applied : {true, false}) {
    const std::string name = applied ? "a" : "b";
    {
      const Doubt doubt(it, applied);
      expect_doubt(it, it.wait(it.store().secrets().create(tenant_id(1), new_secret(name), who())));
    }
    const auto again = it.wait(it.other().secrets().create(tenant_id(1), new_secret(name), who()));
    const bool exists = applied || it.fake() == nullptr;
    BOOST_TEST(again.has_value() == !exists);
    if (!again) BOOST_CHECK(again.error().code == Errc::name_taken);
  }
  const auto all = it.wait(it.store().secrets().list(tenant_id(1), {}, who()));
  BOOST_REQUIRE(all);
  BOOST_TEST(all->secrets.size() == 2U);
  BOOST_TEST(it.count_entries("\"action\":\"secret.create\"") == 2U);
  it.check();
}

void a_deletion_that_is_made_again_finds_nothing_or_deletes(ContractStore& it) {
  for (const bool applied : {true, false}) {
    const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_secret("a"), who()));
    BOOST_REQUIRE(made);
    {
      const Doubt doubt(it, applied);
      expect_doubt(it, it.wait(it.other().secrets().remove(tenant_id(1), made->id, who())));
    }
    const auto again = it.wait(it.store().secrets().remove(tenant_id(1), made->id, who()));
    const bool is_gone = applied || it.fake() == nullptr;
    BOOST_TEST(again.has_value() == !is_gone);
    if (!again) BOOST_CHECK(again.error().code == Errc::not_found);
  }
  BOOST_TEST(it.count_entries("\"action\":\"secret.delete\"") == 2U);
  it.check();
}

void a_revocation_may_be_repeated(ContractStore& it) {
  for (const bool applied : {true, false}) {
    const std::string id = numbered(applied ? 1 : 2);
    BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key(id), who())));
    {
      const Doubt doubt(it, applied);
      expect_doubt(it, it.wait(it.store().api_keys().revoke(id, who())));
    }
    BOOST_REQUIRE(it.wait(it.other().api_keys().revoke(id, who())));
    const auto found = it.wait(it.other().api_keys().find(id));
    BOOST_REQUIRE(found);
    BOOST_TEST(found->revoked_at.has_value());
  }
  BOOST_TEST(it.count_entries("revoke") == 2U);
  it.check();
}

/// Both hosts store uses of one secret; the answer of one is lost.
void uses_that_are_stored_again_count_once(ContractStore& it) {
  const auto made = it.wait(it.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  std::uint32_t releases = 0;
  const auto release = [&](Store& store) {
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = "tool";
    query.runtime = "a label";
    BOOST_REQUIRE(it.wait(store.releases().resolve(std::move(query), tool_context())));
    ++releases;
  };
  for (const bool applied : {true, false, true}) {
    release(it.store());
    {
      const Doubt doubt(it, applied);
      expect_doubt(it, it.wait(it.store().releases().store_uses()));
      static_cast<void>(it.wait(it.store().releases().store_uses()));
    }
    release(it.other());
    BOOST_REQUIRE(it.wait(it.other().releases().store_uses()));
    release(it.store());  // while the batch is in doubt
    BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
    BOOST_TEST(it.store().releases().use_figures().pending == 0U);
    const auto page = it.wait(it.other().releases().uses(tenant_id(1), made->id, {}, who()));
    BOOST_REQUIRE(page);
    BOOST_REQUIRE(page->uses.size() == 1U);
    BOOST_TEST(page->uses.front().count == releases);
  }
  it.check();
}

}  // namespace

std::vector<ContractRule> retry_rules() {
  return {
      {"a_creation_that_is_made_again_makes_no_second_secret", a_creation_that_is_made_again_makes_no_second_secret},
      {"a_deletion_that_is_made_again_finds_nothing_or_deletes",
       a_deletion_that_is_made_again_finds_nothing_or_deletes},
      {"a_revocation_may_be_repeated", a_revocation_may_be_repeated},
      {"uses_that_are_stored_again_count_once", uses_that_are_stored_again_count_once},
  };
}

}  // namespace tacit::store::testing
