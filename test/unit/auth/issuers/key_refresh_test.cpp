// When keys are fetched again, and what a changed set or a failed fetch leaves.
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "test/unit/auth/issuers/issuers_fixture.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
using test::eventually;
using test::IssuerReply;
using test::IssuersFixture;

namespace {

using Keys = auth::IssuerConfig::Keys;

}  // namespace

BOOST_AUTO_TEST_SUITE(key_refresh)

BOOST_FIXTURE_TEST_CASE(keys_are_fetched_again_as_cache_control_says, IssuersFixture) {
  terms.second = 1ms;  // the bounds become 60 ms and 3.6 s
  serve_keys({"a"}, "Cache-Control: max-age=0\r\n");
  const auto issuers = start_with_keys();
  serve_keys({"a", "b"}, "Cache-Control: max-age=86400\r\n");
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->has("b"); }));
  const int requests = server.requests("/keys");
  std::this_thread::sleep_for(200ms);
  BOOST_TEST(server.requests("/keys") == requests);
}

BOOST_FIXTURE_TEST_CASE(skipped_keys_are_reported_when_they_change, IssuersFixture) {
  const auto serve = [this](const std::string& before, const std::vector<std::string>& kids) {
    IssuerReply reply;
    reply.body = tacit::test::jwks_of(kids);
    reply.body.insert(reply.body.find('[') + 1, before);
    server.serve("/keys", reply);
  };
  serve("{},", {"a"});
  const auto issuers = start_with_keys();
  BOOST_TEST(eventually([&] { return events.count("key 1: it has no kty") == 1; }));
  serve("{},", {"a", "b"});
  issuers->refresh();
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->has("b"); }));
  BOOST_TEST(events.count("skipped") == 1);
  serve("{},{},", {"c"});
  issuers->refresh();
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->has("c"); }));
  BOOST_TEST(events.count("skipped") == 3);
  BOOST_TEST(events.count("key 2: it has no kty") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_no_longer_published_is_marked_and_others_stay, IssuersFixture) {
  serve_keys({"a", "b"});
  const auto issuers = start_with_keys();
  const auto before = keys_of(*issuers);
  serve_keys({"b", "c"});
  issuers->refresh();
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->has("c"); }));
  const auto after = keys_of(*issuers);
  BOOST_TEST(!after->has("a"));
  for (const auto& key : before->keys()) BOOST_TEST(key->dropped->load() == (key->kid == "a"));
  const auto kept = after->candidates("b", crypto::SignatureAlgorithm::eddsa);
  BOOST_TEST_REQUIRE(kept.size() == 1U);
  BOOST_TEST((kept.front() == before->candidates("b", crypto::SignatureAlgorithm::eddsa).front()));
}

BOOST_FIXTURE_TEST_CASE(unchanged_keys_are_not_published_again, IssuersFixture) {
  serve_keys({"a", "b"});
  const auto issuers = start_with_keys();
  const auto before = keys_of(*issuers);
  issuers->refresh();
  BOOST_TEST(eventually([&] { return server.requests("/keys") == 2; }));
  // When a third fetch starts, the second one has been used.
  issuers->refresh();
  BOOST_TEST(eventually([&] { return server.requests("/keys") == 3; }));
  BOOST_TEST((keys_of(*issuers) == before));
  BOOST_TEST(events.count("changed") == 1);
}

BOOST_FIXTURE_TEST_CASE(the_last_good_keys_serve_a_limited_time_while_the_issuer_is_down, IssuersFixture) {
  terms.second = 1ms;
  config.refresh_least = 10s;
  config.refresh_most = 20s;
  config.keep_stale = 500s;
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  const auto before = keys_of(*issuers);
  server.set_down(true);
  const auto down = std::chrono::steady_clock::now();
  BOOST_TEST(eventually([&] { return events.count("keys ") > 0; }));
  BOOST_TEST((keys_of(*issuers) == before));
  BOOST_TEST(eventually([&] { return keys_of(*issuers) == nullptr; }));
  BOOST_TEST((std::chrono::steady_clock::now() - down > 400ms));
  BOOST_TEST(eventually([&] { return before->keys().front()->dropped->load(); }));
  server.set_down(false);
  BOOST_TEST(eventually([&] { return keys_of(*issuers) != nullptr; }));
  BOOST_TEST(!keys_of(*issuers)->keys().front()->dropped->load());
}

BOOST_FIXTURE_TEST_CASE(an_issuer_that_answers_never_loses_its_keys, IssuersFixture) {
  terms.second = 1ms;
  config.refresh_least = 100s;
  config.refresh_most = 100s;
  config.keep_stale = 0s;
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  const auto before = keys_of(*issuers);
  bool always = true;
  BOOST_TEST(eventually([&] {
    always = always && keys_of(*issuers) == before;
    return server.requests("/keys") > 5;
  }));
  BOOST_TEST(always);
  BOOST_TEST(events.count("keys ") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_set_without_keys_is_accepted, IssuersFixture) {
  terms.second = 1ms;
  config.refresh_least = 10s;
  config.refresh_most = 10s;
  config.keep_stale = 50s;
  serve_keys({});
  const auto issuers = start_with_keys();
  BOOST_TEST(keys_of(*issuers)->keys().empty());
  BOOST_TEST(eventually([&] { return events.count("changed " + server.url() + " 0") == 1; }));
  BOOST_TEST(eventually([&] { return first(*issuers).keys_are_current(); }));
  server.set_down(true);
  BOOST_TEST(eventually([&] { return keys_of(*issuers) == nullptr; }));
  server.set_down(false);
  BOOST_TEST(eventually([&] { return keys_of(*issuers) != nullptr; }));
  BOOST_TEST(eventually([&] { return events.count("changed " + server.url() + " 0") == 2; }));
}

BOOST_FIXTURE_TEST_CASE(invalid_keys_keep_the_old_ones, IssuersFixture) {
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  const auto before = keys_of(*issuers);
  IssuerReply junk;
  junk.body = "{\"keys\": [";
  server.serve("/keys", junk);
  issuers->refresh();
  BOOST_TEST(eventually([&] { return events.count("its keys cannot be used") == 1; }));
  BOOST_TEST((keys_of(*issuers) == before));
}

BOOST_FIXTURE_TEST_CASE(fetched_keys_are_prepared_once_they_are_in_use, IssuersFixture) {
  config.algorithms = {crypto::SignatureAlgorithm::es256};
  IssuerReply reply;
  reply.body = R"({"keys":[)" + crypto::test::SigningKey::ec("P-256").jwk(R"("kid":"a",)") + "]}";
  server.serve("/keys", reply);
  const auto issuers = start_with_keys();
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->keys().front()->key.is_prepared(); }));
}

BOOST_FIXTURE_TEST_CASE(keys_of_a_file_are_prepared_after_the_start, IssuersFixture) {
  config.algorithms = {crypto::SignatureAlgorithm::es256};
  const test::TemporaryFolder folder;
  config.keys = Keys::file;
  config.algorithms = {crypto::SignatureAlgorithm::es256};
  config.jwks_file = folder.write("keys.json", R"({"keys":[)" + crypto::test::SigningKey::ec("P-256").jwk() + "]}");
  const auto issuers = start();
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->keys().front()->key.is_prepared(); }));
}

BOOST_AUTO_TEST_SUITE_END()
