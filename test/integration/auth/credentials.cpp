// One of three headers decides about a request's credential; every invalid credential gets the same 401, which does not
// say why.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

Answer list_with(const Headers& headers) {
  return HttpsClient(shared_server().api_client()).request("GET", secrets_path, headers);
}

int status_with(const Headers& headers) { return list_with(headers).status; }

// The key with a recomputed checksum, so that it has no fault but the one that a test introduced.
std::string with_checksum(std::string key) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : key.substr(4, 54)) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc % 2 == 1 ? 0xedb88320 : 0);
  }
  crc = ~crc;
  for (std::size_t at = 63; at >= 58; --at, crc /= 62) {
    key[at] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[crc % 62];
  }
  return key;
}

std::string altered(std::string key, std::size_t at) {
  key[at] = key[at] == 'a' ? 'b' : 'a';
  return key;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(a_key_is_accepted_in_each_header) {
  const Tenant tenant = new_tenant();
  for (const Headers& headers : std::vector<Headers>{{{"x-api-key", tenant.key}},
                                                     {{"X-API-Key", tenant.key}},
                                                     {{"Authorization", tenant.key}},
                                                     {{"Authorization", "Bearer " + tenant.key}},
                                                     {{"authorization", "bearer " + tenant.key}},
                                                     {{"token", tenant.key}}}) {
    BOOST_TEST_CONTEXT(headers[0].first << ": " << headers[0].second.substr(0, 7)) {
      BOOST_TEST(status_with(headers) == 200);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_first_present_header_decides) {
  const Tenant tenant = new_tenant();
  const std::string bad = "no key";
  BOOST_TEST(status_with({{"token", tenant.key}, {"Authorization", bad}, {"x-api-key", bad}}) == 200);
  BOOST_TEST(status_with({{"token", bad}, {"Authorization", tenant.key}, {"x-api-key", tenant.key}}) == 401);
  BOOST_TEST(status_with({{"Authorization", tenant.key}, {"x-api-key", bad}}) == 200);
  BOOST_TEST(status_with({{"x-api-key", tenant.key}, {"Authorization", bad}}) == 401);
  BOOST_TEST(status_with({{"token", ""}, {"x-api-key", tenant.key}}) == 401);  // present, although empty
}

BOOST_AUTO_TEST_CASE(the_tenant_is_that_of_the_deciding_credential) {
  Tenant one = new_tenant();
  Tenant two = new_tenant();
  two.create({{"secret_name", "of two"}, {"secret_value", "12345678"}});
  const Answer answer = list_with({{"token", two.key}, {"x-api-key", one.key}});
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(answer.at("data").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(every_invalid_key_gets_the_same_401) {
  const Tenant tenant = new_tenant();
  const Tenant other = new_tenant();
  BOOST_REQUIRE(with_checksum(tenant.key) == tenant.key);
  const Deployment& deployment = shared_deployment();

  const std::string revoked = deployment.create_api_key(tenant.id);
  BOOST_TEST(status_with({{"x-api-key", revoked}}) == 200);
  const std::string id = revoked.substr(4, 11);
  const Finished done = deployment.command({"api-key", "revoke", id, "--yes"});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);

  const std::string expired = deployment.create_api_key(tenant.id, {"--expires-in", "1s"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));

  const std::string jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.";
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"unknown id", with_checksum(altered(tenant.key, 8))},
      {"wrong secret", with_checksum(altered(tenant.key, 30))},
      {"another id's secret", with_checksum(tenant.key.substr(0, 15) + other.key.substr(15))},
      {"wrong checksum", altered(tenant.key, 63)},
      {"cut short", tenant.key.substr(0, 63)},
      {"too long", tenant.key + "0"},
      {"another prefix", "sk-" + tenant.key.substr(4)},
      {"revoked", revoked},
      {"expired", expired},
      {"a JWT", jwt},
      {"Bearer alone", "Bearer"},
      {"Bearer twice", "Bearer Bearer " + tenant.key},
      {"Basic", "Basic " + tenant.key},
      {"empty", ""},
      {"long", std::string(8000, 'x')},
      {"not ASCII", "tct_\xc3\xa4\xff"},
  };
  const Answer first = list_with({{"Authorization", "unknown"}});
  REQUIRE_STATUS(first, 401);
  BOOST_TEST(!first.header("WWW-Authenticate").empty());
  BOOST_TEST(first.at("detail").is_string());
  for (const auto& [name, credential] : refused) {
    BOOST_TEST_CONTEXT(name) {
      const Answer answer = list_with({{"Authorization", credential}});
      REQUIRE_STATUS(answer, 401);
      BOOST_TEST(answer.body == first.body);
      BOOST_TEST(answer.header("WWW-Authenticate") == first.header("WWW-Authenticate"));
    }
  }
  BOOST_TEST(status_with({{"Authorization", tenant.key}}) == 200);
}

BOOST_AUTO_TEST_CASE(no_credential_is_401_with_a_challenge) {
  const Answer answer = list_with({});
  REQUIRE_STATUS(answer, 401);
  BOOST_TEST(answer.header("WWW-Authenticate").starts_with("Bearer"));
  BOOST_TEST(answer.at("detail").is_string());
}

BOOST_AUTO_TEST_CASE(a_valid_key_without_the_scope_is_403) {
  const Tenant tenant = new_tenant();
  const Deployment& deployment = shared_deployment();
  Client reader(shared_server(), deployment.create_api_key(tenant.id, {"--scope", "secrets:read"}));
  Client writer(shared_server(), deployment.create_api_key(tenant.id, {"--scope", "secrets:write"}));
  Client manager(shared_server(), deployment.create_api_key(tenant.id, {"--scope", "keys:manage"}));
  const json::value body = {{"secret_name", "n"}, {"secret_value", "12345678"}};

  CHECK_STATUS(reader.post(secrets_path, body), 403);
  const Answer made = writer.post(secrets_path, body);
  REQUIRE_STATUS(made, 200);
  const std::string one = secrets_path + made.text("secret_id");
  CHECK_STATUS(reader.get(one), 200);
  CHECK_STATUS(reader.get("/api/v1/quota"), 200);
  CHECK_STATUS(writer.get(one), 403);
  CHECK_STATUS(writer.get(secrets_path), 403);
  CHECK_STATUS(reader.patch(one, {{"secret_name", "m"}}), 403);
  CHECK_STATUS(reader.del(one), 403);
  CHECK_STATUS(manager.get(one), 403);
  CHECK_STATUS(manager.del(one), 403);
  const Answer refused = reader.del(one);
  BOOST_TEST(refused.at("detail").is_string());
  CHECK_STATUS(writer.patch(one, {{"secret_name", "m"}}), 200);
  CHECK_STATUS(writer.del(one), 200);
}

BOOST_AUTO_TEST_CASE(a_revocation_applies_to_open_connections) {
  const Tenant tenant = new_tenant();
  const std::string key = shared_deployment().create_api_key(tenant.id);
  Client client(shared_server(), key);
  REQUIRE_STATUS(client.get(secrets_path), 200);
  const Finished done = shared_deployment().command({"api-key", "revoke", key.substr(4, 11), "--yes"});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  REQUIRE_STATUS(client.get(secrets_path), 401);
}

BOOST_AUTO_TEST_CASE(health_needs_no_credential) {
  const Answer answer = HttpsClient(shared_server().api_client()).request("GET", "/healthz");
  REQUIRE_STATUS(answer, 200);
}

BOOST_AUTO_TEST_SUITE_END()
