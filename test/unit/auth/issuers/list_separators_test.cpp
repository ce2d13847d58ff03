// Lists in the issuers' file have one separator; other separators are refused.
#include <boost/test/unit_test.hpp>

#include <string>

#include "auth/issuers/load_issuers.hpp"
#include "auth/model/issuer_config.hpp"
#include "test/temporary_folder.hpp"

namespace {

std::string faults_of(const std::string& line) {
  const tacit::test::TemporaryFolder folder;
  const std::string audience = line.starts_with("audience") ? "" : "audience = a\n";
  const auto file = folder.write("issuers", "[https://id.example.org]\n" + audience + line + "\n");
  std::string all;
  for (const std::string& fault : tacit::auth::find_issuer_faults(file)) all += fault + "\n";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(list_separators)

BOOST_AUTO_TEST_CASE(commas_are_refused_where_blanks_separate) {
  BOOST_TEST(faults_of("scope-map = r=secrets:read w=secrets:write").empty());
  for (const char* line :
       {"scope-map = r=secrets:read,w=secrets:write", "scope-map = r=secrets:read;w=secrets:write",
        "scope-map = r=secrets:read, w=secrets:write", "algorithms = RS256,ES256", "headers = authorization,token",
        "default-scopes = secrets:read,secrets:write", "audience = a,b", "audience = a;b", "tool-audience = c,d"}) {
    BOOST_TEST(faults_of(line).find("spaces between") != std::string::npos, faults_of(line));
  }
}

BOOST_AUTO_TEST_CASE(a_claims_path_has_no_empty_names) {
  BOOST_TEST(faults_of("user-claim = act.sub").empty());
  BOOST_TEST(faults_of("user-claim = https://id.example.org/claims/user").empty());
  for (const char* line : {"user-claim = a..b", "user-claim = .a", "user-claim = a.", "scope-claim = a..b"}) {
    BOOST_TEST(faults_of(line).find("has an empty name in its path") != std::string::npos, faults_of(line));
  }
}

BOOST_AUTO_TEST_SUITE_END()
