// Rules of idempotency keys: a request sent again gets the first answer, whichever host has it, and at the same time
// too.
#include <boost/test/unit_test.hpp>

#include "store/secrets/secrets.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"

namespace tacit::store::testing {
namespace {

ChangeTerms with_key(std::string_view body) {
  IdempotencyKey key;
  key.key.append("key");
  key.request = crypto::sha256(crypto::as_bytes("POST /"));
  key.body = crypto::sha256(crypto::as_bytes(body));
  ChangeTerms terms;
  terms.idempotency = std::move(key);
  return terms;
}

Outcome<ChangedSecret> create(ContractStore& it, Store& host, const std::string& name) {
  return it.wait<ChangedSecret>(host.secrets().create(tenant_id(1), new_secret(name), who(), with_key(name)));
}

std::uint64_t secrets_of(ContractStore& it) {
  const auto all = it.wait(it.store().secrets().list(tenant_id(1), {}, who()));
  BOOST_REQUIRE(all);
  return all->secrets.size();
}

void a_request_sent_again_gets_the_first_answer(ContractStore& it) {
  const auto first = create(it, it.store(), "a");
  BOOST_REQUIRE(first);
  const auto again = create(it, it.other(), "a");
  BOOST_REQUIRE(again);
  BOOST_TEST((!first->replayed && again->replayed));
  BOOST_TEST((again->secret.id == first->secret.id));
  BOOST_TEST(again->secret.updated_at == first->secret.updated_at);
  BOOST_TEST(secrets_of(it) == 1U);
  it.check();
}

void other_bodies_are_refused_and_counted_on_all_hosts(ContractStore& it) {
  BOOST_REQUIRE(create(it, it.store(), "a"));
  for (int i = 0; i < 3; ++i) {
    Store& host = i % 2 == 0 ? it.other() : it.store();
    const auto refused = create(it, host, "guess " + std::to_string(i));
    BOOST_REQUIRE(!refused);
    BOOST_CHECK(refused.error().code == Errc::key_reused);
  }
  const auto same = create(it, it.other(), "a");
  BOOST_REQUIRE(!same);
  BOOST_CHECK(same.error().code == Errc::key_reused);
  BOOST_TEST(secrets_of(it) == 1U);
  it.check();
}

void equal_requests_at_once_make_one_secret(ContractStore& it) {
  BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("before"), who())));
  boost::asio::io_context context(1);
  std::vector<ChangedSecret> answers;
  for (int i = 0; i < 6; ++i) {
    Store& host = i % 2 == 0 ? it.store() : it.other();
    boost::asio::co_spawn(context, host.secrets().create(tenant_id(1), new_secret("a"), who(), with_key("a")),
                          [&answers](std::exception_ptr error, Outcome<ChangedSecret> outcome) {
                            BOOST_TEST(!error);
                            // Hosts may give up after too many conflicts; then the client sends the request again.
                            if (outcome) answers.push_back(std::move(*outcome));
                          });
  }
  context.run();
  BOOST_REQUIRE(!answers.empty());
  std::size_t made = 0;
  for (const ChangedSecret& answer : answers) {
    made += answer.replayed ? 0 : 1;
    BOOST_TEST((answer.secret.id == answers.front().secret.id));
  }
  BOOST_TEST(made == 1U);
  BOOST_TEST(secrets_of(it) == 2U);
  it.check();
}

void a_batch_and_a_rollback_are_answered_again(ContractStore& it) {
  for (int i = 0; i < 2; ++i) {
    std::vector<NewSecret> secrets;
    secrets.push_back(new_secret("a"));
    secrets.push_back(new_secret("b"));
    Store& host = i == 0 ? it.store() : it.other();
    const auto made = it.wait(host.secrets().create_batch(tenant_id(1), std::move(secrets), who(), with_key("batch")));
    BOOST_REQUIRE(made);
    BOOST_TEST(made->replayed == (i == 1));
    BOOST_TEST(made->secrets.size() == 2U);
  }
  const auto c = it.wait(it.store().secrets().create(tenant_id(1), new_secret("c"), who()));
  BOOST_REQUIRE(c);
  SecretUpdate update;
  update.value.emplace().append("another value");
  BOOST_REQUIRE(it.wait(it.store().secrets().update(tenant_id(1), c->id, std::move(update), who())));
  for (int i = 0; i < 2; ++i) {
    ChangeTerms terms = with_key("rollback");
    terms.idempotency->request = crypto::sha256(crypto::as_bytes("POST /c/rollback"));
    Store& host = i == 0 ? it.other() : it.store();
    const auto back = it.wait<ChangedSecret>(host.secrets().rollback(tenant_id(1), c->id, 1, who(), std::move(terms)));
    BOOST_REQUIRE(back);
    BOOST_TEST(back->replayed == (i == 1));
    BOOST_TEST(back->secret.version == 3U);
  }
  it.check();
}

}  // namespace

std::vector<ContractRule> repeated_request_rules() {
  return {
      {"a_request_sent_again_gets_the_first_answer", a_request_sent_again_gets_the_first_answer},
      {"other_bodies_are_refused_and_counted_on_all_hosts", other_bodies_are_refused_and_counted_on_all_hosts},
      {"equal_requests_at_once_make_one_secret", equal_requests_at_once_make_one_secret},
      {"a_batch_and_a_rollback_are_answered_again", a_batch_and_a_rollback_are_answered_again},
  };
}

}  // namespace tacit::store::testing
