// Refusals as one line.
#include "server/client/answer_faults.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "test/says.hpp"

using namespace tacit::server;
using tacit::test::says;

BOOST_AUTO_TEST_SUITE(answer_faults)

BOOST_AUTO_TEST_CASE(each_status_says_what_it_means) {
  BOOST_TEST(explain(409, R"({"detail":"A secret of this name already exists."})") ==
             "nothing was changed, because it would conflict: A secret of this name already exists (status 409)");
  BOOST_TEST(says(explain(412, "{}"), "--if-match"));
  BOOST_TEST(says(explain(429, "{}"), "too many requests"));
  BOOST_TEST(says(explain(503, "not JSON"), "busy or not ready (status 503)"));
  BOOST_TEST(explain(418, "{\"detail\":7}") == "the server refused (status 418)");
}

BOOST_AUTO_TEST_CASE(a_quota_has_its_figures) {
  BOOST_TEST(explain(413, R"({"detail":{"msg":"Too large","limit":10,"used":9,"requested":12}})") ==
             "nothing was stored, because it is too large: Too large (limit 10, used 9, requested 12) (status 413)");
  BOOST_TEST(says(explain(413, R"({"detail":{"msg":"m","count_limit":3,"count":3,"requested":4}})"),
                  "(count limit 3, count 3, requested 4)"));
}

BOOST_AUTO_TEST_CASE(faults_have_their_places) {
  const std::string body = R"({"detail":[{"type":"missing","loc":["body","secret_name"],"msg":"Field required"},)"
                           R"({"type":"x","loc":["body","secrets",1,"secret_value"],"msg":"too short"}]})";
  BOOST_TEST(says(explain(422, body), ": secret_name: Field required; secrets, 1, secret_value: too short ("));
  const std::vector<std::string> items{"a", "b"};
  BOOST_TEST(says(explain(422, body, items), "; secret 2 (b), secret_value: too short ("));
}

BOOST_AUTO_TEST_CASE(a_hostile_answer_stays_one_line) {
  const std::string text = explain(400, R"({"detail":"a\nb\u001b[2J\u202e"})");
  BOOST_TEST(text.find('\n') == std::string::npos);
  BOOST_TEST(text.find('\x1b') == std::string::npos);
  BOOST_TEST(text.find("\xe2\x80\xae") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
