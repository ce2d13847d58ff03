// What the replay reads of an entry's body, and what it makes of members that are not as documented.
#include "store/verify/replay_entry.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;

namespace {

const std::string id = "01010101-0101-0101-0101-010101010101";
const std::string digest(43, 'A');

std::string body(const std::string& members) {
  return R"({"time":"2023-11-14T22:13:20.000000Z","plane":"tools","actor":"x","action":"secret.release","outcome":"ok")" +
         members + "}";
}

std::string with_secret(const std::string& members) {
  return body(R"(,"tenant":")" + id + R"(","secrets":[")" + id + R"("])" + members);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_entry)

BOOST_AUTO_TEST_CASE(all_members_are_read) {
  const std::string moved = std::string(44, 'A') + std::string(42, 'A') + "E" + std::string(42, 'A') + "I";
  const auto read = read_replay_entry(with_secret(R"(,"reason":"why","rows":[")" + digest +
                                                  R"("],"versions":[7],"tenant_key":"0123456789abcdef)" +
                                                  R"(0123456789abcdef","moved":[")" + moved + R"("])"));
  BOOST_REQUIRE(read);
  BOOST_TEST((read->action == AuditAction::secret_release && read->ok && read->plane == by_tools));
  BOOST_TEST(read->time == "2023-11-14T22:13:20.000000Z");
  BOOST_TEST(read->reason == "why");
  BOOST_TEST(read->tenant->str() == id);
  BOOST_TEST(read->secrets.at(0).str() == id);
  BOOST_TEST((read->rows.at(0) == tacit::crypto::Digest{}));
  BOOST_TEST(read->versions.at(0) == 7U);
  BOOST_TEST(tacit::crypto::to_hex(*read->tenant_key) == "0123456789abcdef0123456789abcdef");
  BOOST_TEST((read->moved.at(0).tenant == tacit::crypto::Uuid{}));
  BOOST_TEST(read->moved.at(0).before.back() == 1U);
  BOOST_TEST(read->moved.at(0).after.back() == 2U);
}

BOOST_AUTO_TEST_CASE(members_that_cannot_be_read_count_as_absent) {
  for (const std::string& members :
       {std::string(R"(,"rows":["short"])"), std::string(R"(,"rows":[1])"), std::string(R"(,"rows":"x")"),
        R"(,"rows":[")" + digest + R"(",")" + digest + R"("])", std::string(R"(,"versions":[-1])"),
        std::string(R"(,"versions":[1,2])"), std::string(R"(,"versions":["1"])"), std::string(R"(,"moved":["short"])"),
        std::string(R"(,"moved":[null])"), std::string(R"(,"tenant_key":"0g")"), std::string(R"(,"tenant_key":7)"),
        R"(,"tenant_key":")" + std::string(32, 'G') + '"'}) {
    const auto read = read_replay_entry(with_secret(members));
    BOOST_REQUIRE_MESSAGE(read, members);
    BOOST_TEST(read->secrets.size() == 1U);
    BOOST_TEST((read->rows.empty() && read->versions.empty() && read->moved.empty() && !read->tenant_key), members);
  }
}

BOOST_AUTO_TEST_CASE(texts_that_are_no_entries) {
  for (const char* const text : {"", "{}", "[]", "x", R"({"action":"secret.invent"})"}) {
    BOOST_TEST(!read_replay_entry(text).has_value(), text);
  }
  BOOST_TEST((read_replay_entry(R"({"time":"t","plane":"x","action":"secret.create"})")->plane == 0));
}

BOOST_AUTO_TEST_CASE(entries_of_which_two_readers_read_different_actions_or_planes) {
  for (const char* const members : {R"(,"action":"secret.update")", R"(,"acti\u006fn":"secret.update")",
                                    R"(,"plane":"operator")", R"(,"pl\u0061ne":"operator")"}) {
    BOOST_TEST(!read_replay_entry(body(members)).has_value(), members);
  }
  BOOST_TEST(!read_replay_entry(R"({"action":"secret.create"})").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
