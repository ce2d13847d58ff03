// Where the keys of running issuers come from, and the faults that prevent a start.
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "test/unit/auth/issuers/issuers_fixture.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

using namespace tacit;
using test::eventually;
using test::IssuerReply;
using test::IssuersFixture;

namespace {

using Keys = auth::IssuerConfig::Keys;

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

BOOST_FIXTURE_TEST_CASE(key_files_are_read_at_the_start_and_on_refresh, IssuersFixture) {
  const test::TemporaryFolder folder;
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
  const test::TemporaryFolder folder;
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

BOOST_AUTO_TEST_SUITE_END()
