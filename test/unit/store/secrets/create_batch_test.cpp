// A batch is stored as a whole or not at all, with an audit entry for each secret.
#include <algorithm>

#include "test/unit/store/secrets/changes_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

std::vector<NewSecret> batch_of(std::size_t count) {
  std::vector<NewSecret> secrets;
  for (std::size_t i = 0; i < count; ++i) {
    secrets.push_back(new_default("s" + std::to_string(i), "tool" + std::to_string(i), "key"));
  }
  return secrets;
}

Outcome<ChangedSecrets> create(ChangesFixture& fixture, std::vector<NewSecret> secrets, ChangeTerms terms = {}) {
  return fixture.wait(
      fixture.store().secrets().create_batch(fixture.tenant, std::move(secrets), who(), std::move(terms)));
}

/// What a batch that fails with that code leaves: nothing.
void check_refused(ChangesFixture& fixture, const Outcome<ChangedSecrets>& outcome, Errc code, std::size_t item) {
  BOOST_REQUIRE(code_of(outcome) == code);
  BOOST_TEST((outcome.error().item == item));
  BOOST_TEST(fixture.quota().count == 0U);
  BOOST_TEST(fixture.rows_of(RowKind::secret) == 0U);
  BOOST_TEST(fixture.rows_of(RowKind::name) == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(create_batch)

BOOST_AUTO_TEST_CASE(a_batch_is_stored_in_its_order) {
  ChangesFixture fixture;
  const auto made = create(fixture, batch_of(64));
  BOOST_REQUIRE(made);
  BOOST_TEST(!made->replayed);
  BOOST_REQUIRE(made->secrets.size() == 64U);
  const auto listed = fixture.wait(fixture.store().secrets().list(fixture.tenant, {}, who()));
  BOOST_REQUIRE(listed);
  BOOST_REQUIRE(listed->secrets.size() == 64U);
  for (std::size_t i = 0; i < 64; ++i) {
    BOOST_TEST(made->secrets[i].name == "s" + std::to_string(i));
    BOOST_TEST((listed->secrets[i].id == made->secrets[i].id));
    BOOST_TEST(fixture.released("tool" + std::to_string(i), "key") == "a value of some length");
  }
  BOOST_TEST(fixture.quota().count == 64U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(each_secret_has_its_own_audit_entry) {
  ChangesFixture fixture;
  const auto made = create(fixture, batch_of(3));
  BOOST_REQUIRE(made);
  const auto entries = fixture.audit();
  for (const SecretInfo& secret : made->secrets) {
    const auto names_it = [&](const std::string& entry) {
      return entry.find("secret.create") != std::string::npos && entry.find(secret.id.str()) != std::string::npos;
    };
    BOOST_TEST(std::ranges::count_if(entries, names_it) == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_refuses_all) {
  ChangesFixture fixture;
  auto secrets = batch_of(5);
  secrets[3].name = "s1";
  check_refused(fixture, create(fixture, std::move(secrets)), Errc::name_taken, 3);
  auto defaults = batch_of(5);
  defaults[4].tool_name = "tool0";
  check_refused(fixture, create(fixture, std::move(defaults)), Errc::default_taken, 4);
  auto unbound = batch_of(5);
  unbound[2].tool_arg.reset();
  check_refused(fixture, create(fixture, std::move(unbound)), Errc::default_unbound, 2);
}

BOOST_AUTO_TEST_CASE(limits_count_the_whole_batch) {
  StoreFixtureOptions few;
  few.secrets_default = 3;
  ChangesFixture counted(1, std::move(few));
  const auto many = create(counted, batch_of(5));
  check_refused(counted, many, Errc::too_many_secrets, 3);
  BOOST_TEST(many.error().quota.used == 0U);
  BOOST_TEST(many.error().quota.requested == 5U);
  BOOST_TEST(create(counted, batch_of(3)).has_value());
  StoreFixtureOptions small;
  small.quota_default = 100;
  ChangesFixture measured(1, std::move(small));
  const std::uint64_t size = std::string(
                                 "s0"
                                 "tool0"
                                 "key"
                                 "a value of some length")
                                 .size();
  const auto large = create(measured, batch_of(4));
  check_refused(measured, large, Errc::quota_exceeded, 100 / size);
  BOOST_TEST(large.error().quota.used == 0U);
  BOOST_TEST(large.error().quota.requested == 4 * size);
}

BOOST_AUTO_TEST_CASE(a_batch_sent_again_is_answered_again) {
  ChangesFixture fixture;
  const auto first = create(fixture, batch_of(10), with_key("k", "body"));
  BOOST_REQUIRE(first);
  const auto again = create(fixture, batch_of(10), with_key("k", "body"));
  BOOST_REQUIRE(again);
  BOOST_TEST(again->replayed);
  BOOST_REQUIRE(again->secrets.size() == 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    BOOST_TEST((again->secrets[i].id == first->secrets[i].id));
    BOOST_TEST(again->secrets[i].name == first->secrets[i].name);
    BOOST_TEST((again->secrets[i].display == first->secrets[i].display));
    BOOST_TEST(again->secrets[i].updated_at == first->secrets[i].updated_at);
  }
  BOOST_TEST(fixture.quota().count == 10U);
}

BOOST_AUTO_TEST_SUITE_END()
