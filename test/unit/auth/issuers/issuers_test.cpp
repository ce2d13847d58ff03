// Running issuers: fetches, failures, waiting readers, replacement and stopping.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>

#include "auth/issuers/issuer.hpp"
#include "auth/issuers/issuer_report.hpp"
#include "test/unit/auth/issuers/issuers_fixture.hpp"
#include "test/unit/crypto/signing_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::ask_on_threads;
using test::eventually;
using test::IssuerReply;
using test::IssuersFixture;

namespace {

using Keys = auth::IssuerConfig::Keys;

asio::awaitable<void> ask_for_keys(auth::Issuer& issuer, std::string kid, std::atomic<int>& found) {
  const auto thread = std::this_thread::get_id();
  const auto keys = co_await issuer.refreshed();
  if (std::this_thread::get_id() != thread) std::terminate();
  if (keys && keys->has(kid)) ++found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(issuers)

BOOST_FIXTURE_TEST_CASE(keys_are_found_by_discovery, IssuersFixture) {
  serve_keys({"a", "b"});
  const auto issuers = start_with_keys();
  BOOST_TEST(keys_of(*issuers)->has("a"));
  BOOST_TEST(keys_of(*issuers)->has("b"));
  BOOST_TEST(eventually([&] { return events.count("changed " + server.url() + " 2") == 1; }));
  BOOST_TEST(events.count("keys ") == 0);
}

BOOST_FIXTURE_TEST_CASE(the_other_place_for_metadata_is_tried, IssuersFixture) {
  server.serve("/.well-known/openid-configuration", [](const test::IssuerRequest&) {
    IssuerReply page;  // some sites show a page for any address
    page.content_type = "text/html";
    return page;
  });
  serve_metadata("/.well-known/oauth-authorization-server");
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  BOOST_TEST(keys_of(*issuers)->has("a"));
}

BOOST_FIXTURE_TEST_CASE(keys_are_fetched_from_a_url, IssuersFixture) {
  config.keys = Keys::url;
  config.issuer = "any name";
  config.jwks_url = "https://localhost:" + std::to_string(server.port()) + "/keys";
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  BOOST_TEST(keys_of(*issuers)->has("a"));
  BOOST_TEST(server.requests("/.well-known/openid-configuration") == 0);
}

BOOST_FIXTURE_TEST_CASE(another_issuers_metadata_is_not_used, IssuersFixture) {
  IssuerReply metadata;
  metadata.body = R"({"issuer":"https://other.example","jwks_uri":")" + server.url("/keys") + "\"}";
  server.serve("/.well-known/openid-configuration", metadata);
  serve_keys({"a"});
  const auto issuers = start();
  BOOST_TEST(eventually([&] { return events.count("names another issuer") == 1; }));
  BOOST_TEST((keys_of(*issuers) == nullptr));
  BOOST_TEST(server.requests("/keys") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_start_does_not_wait_for_the_keys_of_an_issuer, IssuersFixture) {
  server.set_down(true);
  serve_keys({"a"});
  const auto issuers = start();
  BOOST_TEST((keys_of(*issuers) == nullptr));
  BOOST_TEST(eventually([&] { return events.count("keys ") == 1 && server.connections() > 2; }));
  server.set_down(false);
  BOOST_TEST(eventually([&] { return keys_of(*issuers) != nullptr; }));
  BOOST_TEST(events.count("keys ") == 1);  // at most once a minute
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
  const test::TemporaryDirectory folder;
  config.keys = Keys::file;
  config.algorithms = {crypto::SignatureAlgorithm::es256};
  config.jwks_file = folder.write("keys.json", R"({"keys":[)" + crypto::test::SigningKey::ec("P-256").jwk() + "]}");
  const auto issuers = start();
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->keys().front()->key.is_prepared(); }));
}

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

BOOST_FIXTURE_TEST_CASE(an_unknown_kid_causes_one_fetch_in_ten_seconds, IssuersFixture) {
  terms.ask_every = 0ms;
  serve_keys({"a"});
  IssuerReply slow;
  slow.body = test::jwks_of({"a", "b"});
  slow.delay = 500ms;
  {
    const auto issuers = start_with_keys();
    server.serve("/keys", slow);
    // 1000 coroutines on four threads share the fetch that the first one starts.
    std::atomic<int> found{0};
    ask_on_threads(4, 250, [&] { return ask_for_keys(first(*issuers), "b", found); });
    BOOST_TEST(found == 1000);
    BOOST_TEST(server.requests("/keys") == 2);
  }
  terms.ask_every = 10s;
  const auto issuers = start_with_keys();
  const int requests = server.requests("/keys");
  std::atomic<int> found{0};
  ask_on_threads(4, 250, [&] { return ask_for_keys(first(*issuers), "unknown", found); });
  BOOST_TEST(found == 0);
  BOOST_TEST(server.requests("/keys") == requests + 1);
}

BOOST_FIXTURE_TEST_CASE(keys_are_current_until_a_fetch_fails, IssuersFixture) {
  terms.retry_first = terms.retry_most = 1h;
  serve_keys({"a"});
  {
    const auto issuers = start_with_keys();
    test::run(first(*issuers).refreshed());
    const int requests = server.requests("/keys");
    server.set_down(true);
    test::run(first(*issuers).refreshed());  // answered by the previous fetch, less than 10 s ago
    BOOST_TEST(server.requests("/keys") == requests);
    BOOST_TEST(first(*issuers).keys_are_current());
    server.set_down(false);
  }
  terms.ask_every = 0ms;
  const auto issuers = start_with_keys();
  test::run(first(*issuers).refreshed());
  BOOST_TEST(first(*issuers).keys_are_current());
  server.set_down(true);
  BOOST_TEST(test::run(first(*issuers).refreshed())->has("a"));
  BOOST_TEST(!first(*issuers).keys_are_current());
  server.set_down(false);
  test::run(first(*issuers).refreshed());
  BOOST_TEST(first(*issuers).keys_are_current());
}

BOOST_FIXTURE_TEST_CASE(a_caller_before_the_first_keys_waits, IssuersFixture) {
  IssuerReply slow;
  slow.body = test::jwks_of({"a"});
  slow.delay = 100ms;
  server.serve("/keys", slow);
  const auto issuers = start();
  const auto keys = test::run(first(*issuers).refreshed());
  BOOST_TEST_REQUIRE((keys != nullptr));
  BOOST_TEST(keys->has("a"));
  BOOST_TEST(server.requests("/keys") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_waiting_caller_gets_the_present_keys_in_time, IssuersFixture) {
  config.fetch_timeout = 100ms;
  IssuerReply slow;
  slow.body = test::jwks_of({"a"});
  slow.delay = 1h;
  server.serve("/.well-known/openid-configuration", slow);
  const auto issuers = start();
  const auto before = std::chrono::steady_clock::now();
  BOOST_TEST((test::run(first(*issuers).refreshed()) == nullptr));
  BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));
  BOOST_TEST(eventually([&] { return events.count("in time") == 1; }));
}

BOOST_FIXTURE_TEST_CASE(the_end_answers_waiting_callers, IssuersFixture) {
  config.fetch_timeout = 1h;
  IssuerReply slow;
  slow.delay = 1h;
  server.serve("/.well-known/openid-configuration", slow);
  auto issuers = start();
  BOOST_TEST(eventually([&] { return server.requests("/.well-known/openid-configuration") == 1; }));
  std::atomic<int> waiting{0};
  std::atomic<int> found{0};
  auth::Issuer& issuer = first(*issuers);
  std::thread askers([&] {
    ask_on_threads(
        3, 20, [&] { return ask_for_keys(issuer, "a", found); }, &waiting);
  });
  BOOST_TEST(eventually([&] { return waiting == 3; }));
  issuers.reset();
  askers.join();
  BOOST_TEST(found == 0);
}

BOOST_FIXTURE_TEST_CASE(key_files_are_read_at_the_start_and_on_refresh, IssuersFixture) {
  const test::TemporaryDirectory folder;
  config.keys = Keys::file;
  config.jwks_file = folder.write("keys.json", test::jwks_of({"a"}));
  const auto issuers = start();
  const auto before = keys_of(*issuers);
  BOOST_TEST_REQUIRE((before != nullptr));  // without waiting
  BOOST_TEST(eventually([&] { return events.count("changed") == 1; }));

  folder.write("keys.json", "{}");
  issuers->refresh();
  BOOST_TEST(eventually([&] { return events.count("keys.json cannot be used") == 1; }));
  BOOST_TEST((keys_of(*issuers) == before));
  BOOST_TEST((test::run(first(*issuers).refreshed()) == before));

  folder.write("keys.json", R"({"keys":[)" + crypto::test::SigningKey::ec("P-256").jwk() + "]}");
  issuers->refresh();
  BOOST_TEST(eventually([&] { return first(*issuers).key_status().failures == 2; }));
  BOOST_TEST((keys_of(*issuers) == before));

  folder.write("keys.json", test::jwks_of({"b"}));
  issuers->refresh();
  BOOST_TEST(eventually([&] { return keys_of(*issuers)->has("b"); }));
  BOOST_TEST(before->keys().front()->dropped->load());
  BOOST_TEST(server.connections() == 0);
}

BOOST_FIXTURE_TEST_CASE(an_unusable_configuration_prevents_the_start, IssuersFixture) {
  const test::TemporaryDirectory folder;
  const auto refused = [&] {
    const auto started = auth::start_issuers(std::vector<auth::IssuerConfig>(1, config), events, terms);
    return started.has_error() ? started.error().message : std::string();
  };
  config.keys = Keys::file;
  config.jwks_file = folder / "missing.json";
  BOOST_TEST(refused().find("missing.json: cannot be read") != std::string::npos);
  config.jwks_file = folder.path();
  BOOST_TEST(refused().find("is a directory") != std::string::npos);
  config.jwks_file = folder.write("junk.json", "junk");
  BOOST_TEST(refused().find("junk.json cannot be used") != std::string::npos);
  config.jwks_file = folder.write("large.json", std::string(256 * 1024 + 1, ' '));
  BOOST_TEST(refused().find("larger than 256 KiB") != std::string::npos);
  config.jwks_file = folder.write("ed25519.json", test::jwks_of({"a"}));
  BOOST_TEST(refused() == "");
  config.algorithms = {crypto::SignatureAlgorithm::rs256};
  BOOST_TEST(refused().find("no key fits `algorithms` in the key file ") != std::string::npos);
  config.keys = Keys::shared_secret;
  config.shared_secret = std::make_shared<const crypto::WipedBytes>(crypto::as_bytes("short"));
  BOOST_TEST(refused().find("shorter than 32 bytes") != std::string::npos);
  config.keys = Keys::discovery;
  config.ca = folder / "missing.pem";
  BOOST_TEST(refused().find("missing.pem: cannot be read") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_shared_secret_is_a_key, IssuersFixture) {
  config.keys = Keys::shared_secret;
  config.shared_secret = std::make_shared<const crypto::WipedBytes>(std::size_t(32));
  const auto issuers = start();
  const auto keys = keys_of(*issuers);
  BOOST_TEST_REQUIRE((keys != nullptr));
  BOOST_TEST(keys->candidates("", crypto::SignatureAlgorithm::hs256).size() == 1U);
  issuers->refresh();
  BOOST_TEST((test::run(first(*issuers).refreshed()) == keys));
  BOOST_TEST(server.connections() == 0);
}

BOOST_FIXTURE_TEST_CASE(an_issuer_of_opaque_tokens_has_no_keys, IssuersFixture) {
  config.keys = Keys::none;
  const auto issuers = start();
  BOOST_TEST((test::run(first(*issuers).refreshed()) == nullptr));
  const auto answer = test::run(first(*issuers).introspect("token"));
  BOOST_TEST((answer.error() == auth::Refusal::malformed));
  BOOST_TEST(server.connections() == 0);
}

BOOST_FIXTURE_TEST_CASE(several_issuers_are_in_the_order_of_the_configuration, IssuersFixture) {
  serve_keys({"a"});
  std::vector<auth::IssuerConfig> configs(2, config);
  configs[1].issuer = "other";
  configs[1].keys = Keys::url;
  configs[1].jwks_url = server.url("/other");
  IssuerReply other;
  other.body = test::jwks_of({"b"});
  server.serve("/other", other);
  const auto started = auth::start_issuers(std::move(configs), events, terms);
  BOOST_TEST_REQUIRE(started.has_value());
  const auto& all = (*started)->all();
  BOOST_TEST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[1]->config().issuer == "other");
  BOOST_TEST(eventually([&] { return all[0]->keys().get() && all[1]->keys().get(); }));
  BOOST_TEST(all[0]->keys().get()->has("a"));
  BOOST_TEST(all[1]->keys().get()->has("b"));
}

BOOST_FIXTURE_TEST_CASE(a_reload_keeps_unchanged_issuers_and_restarts_the_others, IssuersFixture) {
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  auth::Issuer* const before = &first(*issuers);
  server.serve("/keys", IssuerReply{});  // further fetches fail
  auth::IssuerConfig other = config;
  other.issuer = "other";
  BOOST_TEST_REQUIRE(issuers->reconfigure({other, config}).has_value());
  auth::IssuerList now = issuers->all();
  BOOST_TEST_REQUIRE(now.size() == 2U);
  BOOST_TEST(now[0]->config().issuer == "other");
  BOOST_TEST(now[1] == before);
  BOOST_TEST((now[1]->keys().get() != nullptr));

  config.leeway = 7s;
  serve_keys({"b"});
  BOOST_TEST_REQUIRE(issuers->reconfigure({config}).has_value());
  now = issuers->all();
  BOOST_TEST_REQUIRE(now.size() == 1U);
  BOOST_TEST(now[0] != before);
  BOOST_TEST(eventually([&] { return now[0]->keys().get() != nullptr; }));
  BOOST_TEST(now[0]->keys().get()->has("b"));
  BOOST_TEST(before->config().issuer == config.issuer);  // readers may still use it
}

BOOST_FIXTURE_TEST_CASE(a_reload_changes_the_tenants_of_an_issuer_at_once, IssuersFixture) {
  serve_keys({"a"});
  config.client_tokens = true;
  const auto issuers = start_with_keys();
  config.uuid_users = false;
  BOOST_TEST_REQUIRE(issuers->reconfigure({config}).has_value());
  BOOST_TEST(!first(*issuers).config().uuid_users);
  config.client_tokens = false;
  BOOST_TEST_REQUIRE(issuers->reconfigure({config}).has_value());
  BOOST_TEST(!first(*issuers).config().client_tokens);
}

BOOST_FIXTURE_TEST_CASE(an_unusable_configuration_changes_nothing, IssuersFixture) {
  serve_keys({"a"});
  const auto issuers = start_with_keys();
  auth::Issuer* const before = &first(*issuers);
  auth::IssuerConfig bad = config;
  bad.issuer = "bad";
  bad.keys = Keys::file;
  bad.jwks_file = "/nonexistent";
  const auto changed = issuers->reconfigure({bad});
  BOOST_TEST_REQUIRE(changed.has_error());
  BOOST_TEST(changed.error().message.starts_with("issuer bad: "));
  BOOST_TEST_REQUIRE(issuers->all().size() == 1U);
  BOOST_TEST(&first(*issuers) == before);
}

BOOST_AUTO_TEST_SUITE_END()
