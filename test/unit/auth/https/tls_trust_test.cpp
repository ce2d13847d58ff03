// Valid contents of an issuer's `ca` file.
#include "auth/https/tls_trust.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test/integration/support/certificates.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::test;

namespace {}  // namespace

BOOST_AUTO_TEST_SUITE(tls_trust)

BOOST_AUTO_TEST_CASE(only_authorities_are_accepted) {
  const TemporaryFolder folder;
  const TestCa root(folder.path(), "root");
  const TestCa middle(folder.path(), "middle", &root);
  const CertificateFiles leaf =
      root.issue("leaf", {.common_name = "x", .alternative_names = {"DNS:localhost"}, .extended_usage = "serverAuth"});
  const auto file = folder.path() / "ca.pem";
  const auto error_of = [&](const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
    const auto trust = tacit::auth::TlsTrust::load(file);
    return trust.has_error() ? trust.error() : std::string();
  };
  const auto refused = [&](const std::string& text, const std::string& why) {
    const std::string error = error_of(text);
    BOOST_TEST(error.find(file.string()) != std::string::npos, error);
    BOOST_TEST(error.find(why) != std::string::npos, error);
  };
  BOOST_TEST(error_of(content_of(root.certificate()) + content_of(middle.certificate())).empty());
  BOOST_TEST(error_of(content_of(middle.certificate())).empty());
  BOOST_TEST(error_of("\xef\xbb\xbf# Our CA\r\n" + content_of(root.certificate())).empty());
  refused(content_of(root.certificate()) + root.crl(), "a CRL, which has no effect here");
  refused(content_of(root.certificate()) + content_of(leaf.key), "holds a private key");
  refused("", "is empty");
  refused("no certificate\n", "holds no PEM block");
  refused(content_of(leaf.key), "holds a private key");
}

BOOST_AUTO_TEST_SUITE_END()
