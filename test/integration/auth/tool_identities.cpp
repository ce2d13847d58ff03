// Only runtimes with a certificate of the right authority reach the tool plane, and each only for the tools of its
// identity.
#include "test/integration/support/deployment.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

// A deployment with the identities file under test.
struct Runtimes {
  Deployment deployment;
  std::unique_ptr<Server> server;

  Runtimes() {
    write_file(deployment.folder() / "tool-identities",
               "# who may use what\n"
               "uri:spiffe://test/linear   agno__linear__*  exact_tool\n"
               "dns:tools.test.example     agno__dns__*     # a comment\n"
               "\n"
               "cn:legacy                  legacy__*\n"
               "cn:\"My Runtime\"            my__*\n"
               "cn:tools.test.example      only_by_cn\n"
               "uri:spiffe://test/all      *\n");
    server = std::make_unique<Server>(deployment);
  }
};

Runtimes& runtimes() {
  static Runtimes made;
  return made;
}

struct Asked {
  Tenant tenant{runtimes().deployment, *runtimes().server};
  Asked() {
    tenant.create({{"secret_name", "n"},
                   {"secret_value", "the value"},
                   {"tool_name", "*"},
                   {"tool_arg", "a"},
                   {"is_default_for_tool", true}});
  }

  Answer as(const std::optional<CertificateFiles>& certificate, const std::string& tool, int tls_version = 0) const {
    ClientOptions options = runtimes().server->tools_client();
    options.certificate = certificate;
    options.tls_version = tls_version;
    return Client(options, {}).post("/tool/v1/resolve", {{"user_id", tenant.id}, {"tool_name", tool}});
  }
};

CertificateFiles runtime_certificate(const CertificateRequest& request) {
  static int number = 0;
  return certificates().runtimes.issue("client-" + std::to_string(number++), request);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_identities)

BOOST_AUTO_TEST_CASE(only_certificates_of_the_runtimes_authority_are_accepted) {
  const Asked asked;
  const Certificates& pki = certificates();
  const CertificateRequest request{.common_name = "runtime", .alternative_names = {"URI:spiffe://test/all"}};
  CertificateRequest expired = request;
  expired.valid_from_seconds = -7200;
  expired.valid_to_seconds = -3600;
  CertificateRequest future = request;
  future.valid_from_seconds = 3600;
  CertificateRequest server_only = request;
  server_only.extended_usage = "serverAuth";
  const std::vector<std::pair<std::string, std::optional<CertificateFiles>>> refused = {
      {"no certificate", std::nullopt},
      {"a stranger's", pki.strangers.issue("stranger", request)},
      {"of the servers' authority", pki.servers.issue("not-a-runtime", request)},
      {"the server's own", pki.server},
      {"expired", runtime_certificate(expired)},
      {"not yet valid", runtime_certificate(future)},
      {"for servers only", runtime_certificate(server_only)},
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    REQUIRE_STATUS(asked.as(runtime_certificate(request), "tool", version), 200);
    for (const auto& [name, certificate] : refused) {
      BOOST_TEST_CONTEXT(name << ", TLS version " << version) {
        BOOST_CHECK_THROW(asked.as(certificate, "tool", version), TransportError);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_identity_may_use_its_tools_and_no_others) {
  const Asked asked;
  const CertificateFiles linear =
      runtime_certificate({.common_name = "any name", .alternative_names = {"URI:spiffe://test/linear"}});
  REQUIRE_STATUS(asked.as(linear, "agno__linear__get_issue_details"), 200);
  REQUIRE_STATUS(asked.as(linear, "exact_tool"), 200);
  for (const char* tool : {"agno__github__get", "exact_tool2", "AGNO__linear__x", "legacy__x", "linear"}) {
    BOOST_TEST_CONTEXT(tool) {
      const Answer answer = asked.as(linear, tool);
      REQUIRE_STATUS(answer, 403);
      BOOST_TEST(answer.at("detail").is_string());
      BOOST_TEST(answer.body.find("the value") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_kind_is_part_of_the_identity) {
  const Asked asked;
  const CertificateFiles dns =
      runtime_certificate({.common_name = "", .alternative_names = {"DNS:tools.test.example"}});
  REQUIRE_STATUS(asked.as(dns, "agno__dns__x"), 200);
  REQUIRE_STATUS(asked.as(dns, "only_by_cn"), 403);
  const CertificateFiles common_name = runtime_certificate({.common_name = "legacy"});
  REQUIRE_STATUS(asked.as(common_name, "legacy__x"), 200);
  REQUIRE_STATUS(asked.as(common_name, "agno__dns__x"), 403);
  const CertificateFiles pretender = runtime_certificate({.common_name = "uri:spiffe://test/all"});
  REQUIRE_STATUS(asked.as(pretender, "legacy__x"), 403);
  const CertificateFiles as_dns =
      runtime_certificate({.common_name = "", .alternative_names = {"DNS:spiffe://test/all"}});
  REQUIRE_STATUS(asked.as(as_dns, "tool"), 403);
}

BOOST_AUTO_TEST_CASE(uri_comes_before_dns_before_common_name) {
  const Asked asked;
  // The URI decides even though it is unknown and the others have more grants.
  const CertificateFiles unknown_uri = runtime_certificate(
      {.common_name = "legacy", .alternative_names = {"DNS:tools.test.example", "URI:spiffe://test/unknown"}});
  for (const char* tool : {"agno__dns__x", "legacy__x", "tool"}) REQUIRE_STATUS(asked.as(unknown_uri, tool), 403);
  const CertificateFiles all_three = runtime_certificate(
      {.common_name = "legacy", .alternative_names = {"DNS:tools.test.example", "URI:spiffe://test/linear"}});
  REQUIRE_STATUS(asked.as(all_three, "exact_tool"), 200);
  REQUIRE_STATUS(asked.as(all_three, "agno__dns__x"), 403);
  const CertificateFiles dns_and_name =
      runtime_certificate({.common_name = "legacy", .alternative_names = {"DNS:tools.test.example"}});
  REQUIRE_STATUS(asked.as(dns_and_name, "agno__dns__x"), 200);
  REQUIRE_STATUS(asked.as(dns_and_name, "legacy__x"), 403);
}

// SPIFFE X509-SVID section 2: exactly one URI. With several, none is chosen, and the audit says why.
BOOST_AUTO_TEST_CASE(a_certificate_with_several_uris_has_no_identity) {
  const Asked asked;
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"URI:spiffe://test/linear", "URI:spiffe://test/all"},
        {"URI:spiffe://test/all", "URI:spiffe://test/all"},
        {"URI:spiffe://test/all", "DNS:tools.test.example", "URI:urn:x"}}) {
    const Answer answer =
        asked.as(runtime_certificate({.common_name = "legacy", .alternative_names = names}), "exact_tool");
    REQUIRE_STATUS(answer, 403);
    BOOST_TEST(answer.text("detail").find("more than one name") != std::string::npos);
    BOOST_TEST(answer.closes());
  }
  const std::string log = runtimes().deployment.printed();
  BOOST_TEST(log.find(R"("event":"identity_refused")") != std::string::npos);
  const Finished audit = runtimes().deployment.command({"audit", "tail", "--json"});
  BOOST_TEST(audit.out.find("identity_ambiguous") != std::string::npos, audit.out + audit.err);
}

BOOST_AUTO_TEST_CASE(a_common_name_may_contain_spaces) {
  const Asked asked;
  REQUIRE_STATUS(asked.as(runtime_certificate({.common_name = "My Runtime"}), "my__tool"), 200);
  REQUIRE_STATUS(asked.as(runtime_certificate({.common_name = "My Runtime"}), "legacy__x"), 403);
  for (const char* other : {"My", "My  Runtime", " My Runtime", "My Runtime ", "My\tRuntime"}) {
    REQUIRE_STATUS(asked.as(runtime_certificate({.common_name = other}), "my__tool"), 403);
  }
}

BOOST_AUTO_TEST_CASE(an_identity_without_a_grant_gets_nothing) {
  const Asked asked;
  for (const CertificateRequest& request :
       std::vector<CertificateRequest>{{.common_name = "unknown"},
                                       {.common_name = ""},
                                       {.common_name = "", .alternative_names = {"URI:spiffe://test/linear/"}},
                                       {.common_name = "", .alternative_names = {"URI:SPIFFE://test/all"}},
                                       {.common_name = "", .alternative_names = {"DNS:sub.tools.test.example"}},
                                       {.common_name = "Legacy"},
                                       {.common_name = "", .alternative_names = {"IP:127.0.0.1"}}}) {
    BOOST_TEST_CONTEXT(request.common_name << (request.alternative_names.empty() ? "" : request.alternative_names[0])) {
      REQUIRE_STATUS(asked.as(runtime_certificate(request), "exact_tool"), 403);
    }
  }
}

// Each connection proves the client's identity again; session tickets, also of the other plane, are not accepted.
BOOST_AUTO_TEST_CASE(no_session_is_resumed) {
  const Asked asked;
  const auto ask = [&](HttpsClient& client, const std::string& tool) {
    const json::value question = {{"user_id", asked.tenant.id}, {"tool_name", tool}};
    return client.request("POST", "/tool/v1/resolve", {{"Content-Type", "application/json"}}, json::serialize(question))
        .status;
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    BOOST_TEST_CONTEXT("TLS version " << version) {
      ClientOptions options = runtimes().server->tools_client();
      options.tls_version = version;
      options.certificate = runtime_certificate({.common_name = "", .alternative_names = {"URI:spiffe://test/linear"}});
      HttpsClient first(options);
      BOOST_TEST(ask(first, "exact_tool") == 200);
      options.session = first.session();
      HttpsClient second(options);
      BOOST_TEST(!second.resumed());
      BOOST_TEST(ask(second, "exact_tool") == 200);
      BOOST_TEST(ask(second, "legacy__x") == 403);

      ClientOptions without = runtimes().server->api_client();
      without.tls_version = version;
      HttpsClient api(without);
      REQUIRE_STATUS(api.request("GET", "/healthz"), 200);
      without.port = runtimes().server->tools_port();
      without.session = api.session();
      BOOST_CHECK_THROW(
          {
            HttpsClient intruder(without);
            ask(intruder, "exact_tool");
          },
          TransportError);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_planes_do_not_serve_each_others_routes) {
  const Asked asked;
  Client runtime(runtimes().server->tools_client(), {{"x-api-key", asked.tenant.key}});
  for (const std::string path : {"/api/v1/secrets/", "/v1/secrets", "/api/v1/quota"})
    CHECK_STATUS(runtime.get(path), 404);
  Client api(*runtimes().server, asked.tenant.key);
  CHECK_STATUS(api.post("/tool/v1/resolve", {{"user_id", asked.tenant.id}, {"tool_name", "exact_tool"}}), 404);
}

BOOST_AUTO_TEST_SUITE_END()
