// The bodies of requests, and how many secrets fit into a batch.
#include "server/client/new_secret.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit;
using namespace tacit::server;

namespace {

NewSecret secret_of(const std::string& name, const std::string& value) {
  NewSecret secret;
  secret.name = name;
  secret.value = crypto::WipedBytes(crypto::as_bytes(value));
  return secret;
}

std::vector<NewSecret> many(std::size_t number, const std::string& value) {
  std::vector<NewSecret> secrets;
  for (std::size_t i = 0; i < number; ++i) secrets.push_back(secret_of("n" + std::to_string(i), value));
  return secrets;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(new_secret)

BOOST_AUTO_TEST_CASE(a_new_secret_has_only_what_is_set) {
  NewSecret secret = secret_of("a\"b", "x\ny\\");
  BOOST_TEST(body_of(secret).text() == R"({"secret_name":"a\"b","secret_value":"x\ny\\"})");
  secret.tool_name = "t";
  secret.tool_arg = "k";
  secret.is_default_for_tool = true;
  secret.expires_at = "2030-01-01T00:00:00Z";
  BOOST_TEST(body_of(secret).text() ==
             R"({"secret_name":"a\"b","secret_value":"x\ny\\","tool_name":"t","tool_arg":"k",)"
             R"("is_default_for_tool":true,"expires_at":"2030-01-01T00:00:00Z"})");
}

BOOST_AUTO_TEST_CASE(a_change_sets_and_clears) {
  SecretChange change;
  BOOST_TEST(body_of(change).text() == "{}");
  change.tool_name = std::optional<std::string>();
  change.expires_at = "";
  change.discard_previous = true;
  BOOST_TEST(body_of(change).text() == R"({"tool_name":null,"expires_at":null,"discard_previous":true})");
  change.value = crypto::WipedBytes(crypto::as_bytes("value"));
  change.tool_name = std::optional<std::string>("t");
  change.is_default_for_tool = false;
  change.expires_at.reset();
  BOOST_TEST(body_of(change).text() ==
             R"({"secret_value":"value","tool_name":"t","is_default_for_tool":false,"discard_previous":true})");
}

BOOST_AUTO_TEST_CASE(a_batch_has_at_most_64_secrets_and_1_mib) {
  const auto two = many(2, "value");
  BOOST_TEST(batch_body(two).text() == R"({"secrets":[{"secret_name":"n0","secret_value":"value"},)"
                                       R"({"secret_name":"n1","secret_value":"value"}]})");
  BOOST_TEST(fitting_batch({}) == 0U);
  BOOST_TEST(fitting_batch(many(64, "value")) == 64U);
  BOOST_TEST(fitting_batch(many(65, "value")) == 64U);
  const auto large = many(20, std::string(64 * 1024, 'x'));
  const std::size_t fitting = fitting_batch(large);
  BOOST_TEST(fitting == 15U);
  BOOST_TEST(batch_body(std::span(large).first(fitting)).size() <= batch_bytes);
  BOOST_TEST(fitting_batch(many(1, std::string(batch_bytes, 'x'))) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
