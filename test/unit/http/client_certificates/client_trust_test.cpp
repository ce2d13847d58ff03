// Client certificates that tool-client-ca and tool-client-crl accept, checked by handshakes in memory.
#include "http/client_certificates/client_trust.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <cstdlib>
#include <ctime>

#include "http/tls/handshake_faults.hpp"
#include "test/integration/support/certificates.hpp"
#include "test/says.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::http;
using namespace tacit::test;

namespace {

namespace fs = std::filesystem;
using Trust = std::shared_ptr<const ClientTrust>;

std::string error_of(const fs::path& authorities, const fs::path& crls = {}) {
  const auto trust = ClientTrust::load(authorities, crls, 2);
  return trust.has_error() ? trust.error() : "no error";
}

using tacit::test::says;

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

/// A handshake in memory between a server that verifies certificates by `trust` and a client with `certificate`.
class Meeting {
 public:
  Meeting(const Trust& trust, const CertificateFiles& server, const CertificateFiles& client,
          const fs::path& chain = {})
      : server_context_(SSL_CTX_new(TLS_server_method())), client_context_(SSL_CTX_new(TLS_client_method())) {
    take(server_context_.get(), server.certificate, server.key);
    take(client_context_.get(), chain.empty() ? client.certificate : chain, client.key);
    BOOST_REQUIRE(ClientTrust::use(server_context_.get(), trust));
    server_.reset(SSL_new(server_context_.get()));
    client_.reset(SSL_new(client_context_.get()));
    BIO* one = nullptr;
    BIO* other = nullptr;
    BIO_new_bio_pair(&one, 0, &other, 0);
    SSL_set_bio(server_.get(), one, one);
    SSL_set_bio(client_.get(), other, other);
    SSL_set_accept_state(server_.get());
    SSL_set_connect_state(client_.get());
    for (int i = 0; i < 20; ++i) {
      SSL_do_handshake(client_.get());
      SSL_do_handshake(server_.get());
    }
  }
  bool succeeded() const { return SSL_is_init_finished(server_.get()) == 1; }
  std::string fault() const {
    return succeeded() ? ""
                       : std::string(fault_of_certificate(static_cast<int>(SSL_get_verify_result(server_.get()))).code);
  }
  const SSL* server() const { return server_.get(); }

 private:
  static void take(SSL_CTX* context, const fs::path& certificate, const fs::path& key) {
    BOOST_REQUIRE(SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1);
    BOOST_REQUIRE(SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1);
  }
  std::unique_ptr<SSL_CTX, FreeSsl> server_context_;
  std::unique_ptr<SSL_CTX, FreeSsl> client_context_;
  std::unique_ptr<SSL, FreeSsl> server_;
  std::unique_ptr<SSL, FreeSsl> client_;
};

/// A root, an intermediate authority, and a client certificate of each.
struct Pki {
  TemporaryFolder folder;
  TestCa root{folder.path(), "root"};
  TestCa middle{folder.path(), "middle", &root};
  TestCa stranger{folder.path(), "stranger"};
  CertificateFiles server = root.issue(
      "server", {.common_name = "server", .alternative_names = {"DNS:localhost"}, .extended_usage = "serverAuth"});
  CertificateFiles of_root = root.issue("of-root", {.common_name = "a", .alternative_names = {"URI:spiffe://test/a"}});
  CertificateFiles of_middle =
      middle.issue("of-middle", {.common_name = "b", .alternative_names = {"URI:spiffe://test/b"}});
  fs::path with_middle =
      folder.write("with-middle.pem", content_of(of_middle.certificate) + content_of(middle.certificate()));
  fs::path both = folder.write("both.pem", content_of(middle.certificate()) + content_of(root.certificate()));

  Trust trust(const fs::path& authorities, const fs::path& crls = {}) const {
    auto loaded = ClientTrust::load(authorities, crls, 2);
    BOOST_REQUIRE_MESSAGE(loaded.has_value(), (loaded.has_error() ? loaded.error() : std::string()));
    return *loaded;
  }
  std::string meets(const Trust& by, const CertificateFiles& client, const fs::path& chain = {}) const {
    return Meeting(by, server, client, chain).fault();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_trust)

BOOST_AUTO_TEST_CASE(an_intermediate_authority_alone_is_enough) {
  const Pki pki;
  const Trust trust = pki.trust(pki.middle.certificate());
  BOOST_TEST(pki.meets(trust, pki.of_middle) == "");
  BOOST_TEST(pki.meets(trust, pki.of_middle, pki.with_middle) == "");
  BOOST_TEST(pki.meets(trust, pki.of_root) == "certificate_untrusted");
  BOOST_TEST(ClientTrust::take_refused() == "CN=a");
  BOOST_TEST(ClientTrust::take_refused() == "");
  const Trust by_root = pki.trust(pki.root.certificate());
  BOOST_TEST(pki.meets(by_root, pki.of_root) == "");
  BOOST_TEST(pki.meets(by_root, pki.of_middle) == "certificate_untrusted");
  BOOST_TEST(pki.meets(by_root, pki.of_middle, pki.with_middle) == "");
}

BOOST_AUTO_TEST_CASE(a_certificate_other_than_an_authority_is_refused_by_name) {
  const Pki pki;
  const TemporaryFolder& folder = pki.folder;
  BOOST_TEST(says(error_of(pki.of_root.certificate), "CN=a is not a CA certificate"));
  const TestCa without(folder.path(), "without", nullptr, {"", ""});
  BOOST_TEST(says(error_of(without.certificate()), "CN=without is not a CA certificate"));
  const TestCa by_usage(folder.path(), "by-usage", nullptr, {"", "critical,keyCertSign"});
  BOOST_TEST(says(error_of(by_usage.certificate()), "CN=by-usage is not a CA certificate"));
  const TestCa no_signer(folder.path(), "no-signer", nullptr, {"critical,CA:TRUE", "critical,cRLSign"});
  BOOST_TEST(says(error_of(no_signer.certificate()), "lacks keyCertSign"));
  const TestCa of_servers(folder.path(), "of-servers", nullptr, {"critical,CA:TRUE", "keyCertSign", "serverAuth"});
  BOOST_TEST(says(error_of(of_servers.certificate()), "may not issue client certificates"));
  BOOST_TEST(says(error_of(folder.write("empty", " \n")), "is empty"));
  BOOST_TEST(says(error_of(folder.write("text", "hello\n")), "holds no PEM block"));
  BOOST_TEST(says(error_of(folder.path() / "nowhere"), "nowhere: cannot be read"));
  const std::string root = content_of(pki.root.certificate());
  BOOST_TEST(says(error_of(folder.write("keyed", root + content_of(pki.of_root.key))), "holds a private key"));
  BOOST_TEST(says(error_of(folder.write("listed", root + pki.root.crl())), "tool-client-crl"));
  BOOST_TEST(says(error_of(folder.write("cut", root.substr(0, root.size() - 30))), "has no END line"));
  BOOST_TEST(says(error_of(folder.write("tail", root + std::string(64, 'A') + "\n")), "BEGIN line is missing"));
  const Trust twice = pki.trust(folder.write("twice", root + root));
  BOOST_TEST_REQUIRE(twice->notes(0).size() >= 1U);
  BOOST_TEST(says(twice->notes(0).front(), "more than once"));
}

BOOST_AUTO_TEST_CASE(an_expired_authority_is_noted) {
  const TemporaryFolder folder;
  const TestCa old(folder.path(), "old", nullptr,
                   {.key_usage = "keyCertSign", .valid_from_seconds = -7200, .valid_to_seconds = -3600});
  const auto trust = ClientTrust::load(old.certificate(), {}, 2);
  BOOST_TEST_REQUIRE(trust.has_value());
  const auto notes = (*trust)->notes(std::time(nullptr));
  BOOST_TEST_REQUIRE(notes.size() == 1U);
  BOOST_TEST(says(notes.front(), "CN=old expired at 20"));
  BOOST_TEST((*trust)->notes(std::time(nullptr) - 5400).empty());
}

BOOST_AUTO_TEST_CASE(a_crl_refuses_leaf_and_chain) {
  const Pki pki;
  const TemporaryFolder& folder = pki.folder;
  const auto list = [&](const std::string& text) { return folder.write("crl.pem", text); };
  const CertificateFiles other =
      pki.root.issue("other", {.common_name = "c", .alternative_names = {"URI:spiffe://test/c"}});

  const Trust leaf = pki.trust(pki.root.certificate(), list(pki.root.crl({.revoked = {pki.of_root.certificate}})));
  BOOST_TEST(pki.meets(leaf, pki.of_root) == "certificate_revoked");
  BOOST_TEST(pki.meets(leaf, other) == "");
  // No CRL covers the issuer that the client sends.
  BOOST_TEST(pki.meets(leaf, pki.of_middle, pki.with_middle) == "certificate_without_crl");

  const Trust issuer = pki.trust(pki.root.certificate(), list(pki.root.crl({.revoked = {pki.middle.certificate()}})));
  BOOST_TEST(pki.meets(issuer, pki.of_middle, pki.with_middle) != "");

  const std::string of_middle = pki.middle.crl();
  const Trust chain = pki.trust(pki.both, list(of_middle + pki.root.crl({.revoked = {pki.middle.certificate()}})));
  BOOST_TEST(pki.meets(chain, pki.of_middle) == "certificate_revoked");
  BOOST_TEST(pki.meets(chain, pki.of_root) == "");
  const Trust all = pki.trust(pki.both, list(of_middle + pki.root.crl()));
  BOOST_TEST(pki.meets(all, pki.of_middle) == "");

  // If the intermediate authority alone is trusted, no CRL of the root is needed.
  const Trust middle = pki.trust(pki.middle.certificate(), list(of_middle));
  BOOST_TEST(pki.meets(middle, pki.of_middle) == "");
  const Trust revoked =
      pki.trust(pki.middle.certificate(), list(pki.middle.crl({.revoked = {pki.of_middle.certificate}})));
  BOOST_TEST(pki.meets(revoked, pki.of_middle) == "certificate_revoked");
  BOOST_TEST(says(error_of(pki.middle.certificate(), list(pki.root.crl({.revoked = {pki.middle.certificate()}}))),
                  "was issued by an authority that is not in tool-client-ca"));
}

BOOST_AUTO_TEST_CASE(every_authority_needs_its_crl_but_for_one_that_signs_authorities) {
  const Pki pki;
  const auto list = [&](const std::string& text) { return pki.folder.write("crl.pem", text); };
  BOOST_TEST(says(error_of(pki.both, list(pki.root.crl())), "there is no CRL of CN=middle"));
  const Trust trust = pki.trust(pki.both, list(pki.middle.crl()));
  BOOST_TEST(says(trust->notes(0).front(), "there is no CRL of CN=root"));
  BOOST_TEST(pki.meets(trust, pki.of_middle) == "");
  BOOST_TEST(pki.meets(trust, pki.of_root) == "certificate_without_crl");
}

BOOST_AUTO_TEST_CASE(an_outdated_crl_still_refuses) {
  const Pki pki;
  const CertificateFiles other =
      pki.root.issue("other", {.common_name = "c", .alternative_names = {"URI:spiffe://test/c"}});
  const fs::path old = pki.folder.write(
      "old.pem",
      pki.root.crl({.revoked = {pki.of_root.certificate}, .this_update_seconds = -7200, .next_update_seconds = -3600}));
  const Trust trust = pki.trust(pki.root.certificate(), old);
  BOOST_TEST(pki.meets(trust, pki.of_root) == "certificate_revoked");
  BOOST_TEST(pki.meets(trust, other) == "");
  BOOST_TEST_REQUIRE(trust->crl_times().size() == 1U);
  BOOST_TEST(*trust->crl_times().front().next_update < std::time(nullptr));

  // Of two CRLs with the same scope the newer one applies, in any order.
  const std::string newer = pki.root.crl({.revoked = {other.certificate}});
  for (const std::string& text : {content_of(old) + newer, newer + content_of(old)}) {
    const Trust two = pki.trust(pki.root.certificate(), pki.folder.write("two.pem", text));
    BOOST_TEST(pki.meets(two, pki.of_root) == "");
    BOOST_TEST(pki.meets(two, other) == "certificate_revoked");
    BOOST_TEST(says(two->notes(std::time(nullptr)).front(), "more than one CRL"));
  }
}

BOOST_AUTO_TEST_CASE(two_crls_of_one_second_are_both_applied) {
  const Pki pki;
  const std::string both = pki.root.crl() + pki.root.crl({.revoked = {pki.of_root.certificate}});
  const Trust trust = pki.trust(pki.root.certificate(), pki.folder.write("two.pem", both));
  BOOST_TEST(pki.meets(trust, pki.of_root) == "certificate_revoked");
}

BOOST_AUTO_TEST_CASE(a_bundle_may_name_its_certificates) {
  const Pki pki;
  const std::string root = content_of(pki.root.certificate());
  const std::string name = "subject=/C=US/O=TheGoDaddyGroupIncorporated/CN=Root";
  for (const std::string& text : {"Root\n" + std::string(64, '=') + "\n" + root, name + "\n" + root,
                                  std::string(76, '/') + "\n" + root, std::string(44, 'a') + "\n" + root}) {
    BOOST_TEST(error_of(pki.folder.write("bundle", text)) == "no error", text);
  }
  const std::string lost = root.substr(root.find('\n') + 1);
  BOOST_TEST(says(error_of(pki.folder.write("bundle", root + lost)), "its BEGIN line is missing"));
}

BOOST_AUTO_TEST_CASE(partial_and_unsupported_crls_are_refused) {
  const Pki pki;
  const auto refused = [&](const std::string& text, const std::string& why) {
    const std::string error = error_of(pki.root.certificate(), pki.folder.write("crl", text));
    BOOST_TEST(says(error, why), error);
  };
  refused("", "is empty");
  refused("no crl\n", "holds no PEM block");
  refused(pki.root.crl({.binary = true}), "openssl crl -inform DER");
  refused(content_of(pki.root.certificate()), "holds a certificate");
  refused(content_of(pki.of_root.key), "holds a private key");
  refused(pki.root.crl() + content_of(pki.root.certificate()), "only CRLs");
  refused(pki.stranger.crl(), "was issued by an authority that is not in tool-client-ca");
  const TemporaryFolder twin;
  refused(TestCa(twin.path(), "root").crl(), "has a signature that its authority's key does not verify");
  refused(pki.root.crl({.delta = true}), "is a delta CRL");
  refused(pki.root.crl({.issuing_point = "critical,indirectCRL:TRUE"}), "is an indirect CRL");
  refused(pki.root.crl({.issuing_point = "critical,onlyAA:TRUE"}), "attribute certificates");
  refused(pki.root.crl({.issuing_point = "critical,onlysomereasons:keyCompromise"}), "some revocation reasons");
  std::string damaged = pki.root.crl();
  damaged.insert(damaged.find('\n') + 20, "!!");
  refused(damaged, "is not base64");
}

BOOST_AUTO_TEST_CASE(a_connection_is_checked_again_with_another_trust) {
  const Pki pki;
  const Trust before = pki.trust(pki.root.certificate());
  const Meeting meeting(before, pki.server, pki.of_middle, pki.with_middle);
  BOOST_TEST_REQUIRE(meeting.succeeded());
  BOOST_TEST(before->judge(meeting.server()) == X509_V_OK);
  const Trust revoked = pki.trust(
      pki.both, pki.folder.write("crl", pki.root.crl() + pki.middle.crl({.revoked = {pki.of_middle.certificate}})));
  BOOST_TEST(revoked->judge(meeting.server()) == X509_V_ERR_CERT_REVOKED);
  BOOST_TEST(pki.trust(pki.stranger.certificate())->judge(meeting.server()) != X509_V_OK);
  BOOST_TEST(revoked->number() != before->number());
}

BOOST_AUTO_TEST_CASE(a_chain_expires_with_its_first_certificate) {
  const Pki pki;
  const std::int64_t now = std::time(nullptr);
  const TestCa brief(pki.folder.path(), "brief", &pki.root, {.valid_from_seconds = -100, .valid_to_seconds = 500});
  const CertificateFiles leaf = brief.issue("leaf", {.common_name = "c",
                                                     .alternative_names = {"URI:spiffe://test/c"},
                                                     .valid_from_seconds = -50,
                                                     .valid_to_seconds = 1000});
  const fs::path chain =
      pki.folder.write("leaf-chain.pem", content_of(leaf.certificate) + content_of(brief.certificate()));
  const Trust trust = pki.trust(pki.root.certificate());
  const Meeting meeting(trust, pki.server, leaf, chain);
  BOOST_TEST_REQUIRE(meeting.succeeded());
  CertificateValidity validity;
  BOOST_TEST(trust->judge(meeting.server(), &validity) == X509_V_OK);
  const CertificateValidity verified = CertificateValidity::of_chain(SSL_get0_verified_chain(meeting.server()));
  for (const CertificateValidity& each : {validity, verified}) {
    BOOST_TEST(each.fault_at(now) == "");
    BOOST_TEST(each.fault_at(now + 490) == "");
    BOOST_TEST(each.fault_at(now + 510) == "certificate_expired");
    BOOST_TEST(each.fault_at(now - 40) == "");
    BOOST_TEST(each.fault_at(now - 60) == "certificate_not_yet_valid");
  }
}

BOOST_AUTO_TEST_CASE(a_chain_has_a_limit_of_length) {
  const Pki pki;
  const Trust trust = pki.trust(pki.root.certificate());
  std::vector<std::unique_ptr<TestCa>> authorities;
  std::string issuers;
  for (int i = 1; i <= ClientTrust::most_intermediates + 1; ++i) {
    const TestCa& issuer = authorities.empty() ? pki.root : *authorities.back();
    authorities.push_back(std::make_unique<TestCa>(pki.folder.path(), "level-" + std::to_string(i), &issuer));
    issuers = content_of(authorities.back()->certificate()) + issuers;
    const CertificateFiles leaf = authorities.back()->issue(
        "leaf-" + std::to_string(i), {.common_name = "d", .alternative_names = {"URI:spiffe://test/d"}});
    const fs::path chain = pki.folder.write("chain-" + std::to_string(i), content_of(leaf.certificate) + issuers);
    const bool taken = i <= ClientTrust::most_intermediates;
    BOOST_TEST(pki.meets(trust, leaf, chain) == (taken ? "" : "certificate_untrusted"), i);
  }
}

BOOST_AUTO_TEST_SUITE_END()
