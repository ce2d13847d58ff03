// Reading the members of a server's answer, which may have any form.
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>

#include "server/control/answer_members.hpp"

using namespace tacit::server;

namespace {

boost::json::object parsed(const char* text) { return boost::json::parse(text).as_object(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_members)

BOOST_AUTO_TEST_CASE(members_of_the_expected_type_are_read) {
  const auto answer = parsed(R"({"t":"a\u001bb","yes":true,"no":false,"n":7,"o":{"x":1},)"
                             R"("ts":["a",1,"b\n"],"os":[{"x":1},2,{"x":3}]})");
  BOOST_TEST(text_in(answer, "t") == "a\\u001bb");
  BOOST_TEST(raw_text_in(answer, "t") ==
             "a\x1b"
             "b");
  BOOST_TEST((truth_in(answer, "yes") == true));
  BOOST_TEST((truth_in(answer, "no") == false));
  BOOST_TEST((number_in<std::uint64_t>(answer, "n") == 7U));
  BOOST_REQUIRE(object_in(answer, "o") != nullptr);
  BOOST_TEST((number_in<std::int64_t>(*object_in(answer, "o"), "x") == 1));
  BOOST_TEST((texts_in(answer, "ts") == std::vector<std::string>{"a", "b\\n"}));
  BOOST_TEST(objects_in(answer, "os").size() == 2U);
}

BOOST_AUTO_TEST_CASE(other_members_count_as_absent) {
  const auto answer = parsed(R"({"null":null,"n":-1,"half":0.5,"t":"x"})");
  for (const char* name : {"missing", "null", "n", "half"}) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(text_in(answer, name).empty());
      BOOST_TEST(raw_text_in(answer, name).empty());
      BOOST_TEST(!truth_in(answer, name));
      BOOST_TEST(!number_in<std::uint64_t>(answer, name));
      BOOST_TEST(object_in(answer, name) == nullptr);
      BOOST_TEST(texts_in(answer, name).empty());
      BOOST_TEST(objects_in(answer, name).empty());
    }
  }
  BOOST_TEST(!number_in<std::uint64_t>(answer, "t"));
  BOOST_TEST((number_in<std::int64_t>(answer, "n") == -1));
}

BOOST_AUTO_TEST_SUITE_END()
