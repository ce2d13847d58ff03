// What members' answers mean for the room, and which changes are refused.
#include "store/etcd/room/room_words.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/store/etcd/scripted_client_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

constexpr std::uint64_t quota = std::uint64_t{1000} << 20;

EtcdHealth used(unsigned percent) {
  EtcdHealth health;
  health.asked = true;
  health.quota = quota;
  health.size = health.size_in_use = quota / 100 * percent;
  return health;
}

bool has(const std::optional<std::string>& words, const char* part) {
  return words && words->find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_room_words)

BOOST_AUTO_TEST_CASE(changes_are_refused_in_the_order_of_their_need) {
  const auto refuses = [](unsigned percent, Growth growth) { return refusal_of(used(percent), growth).has_value(); };
  BOOST_TEST(!refuses(59, Growth::refuses));
  BOOST_TEST(refuses(60, Growth::refuses));
  BOOST_TEST(!refuses(74, Growth::grows));
  BOOST_TEST(refuses(75, Growth::grows));
  BOOST_TEST(!refuses(84, Growth::logs));
  BOOST_TEST(refuses(85, Growth::logs));
  BOOST_TEST(!refuses(99, Growth::shrinks));
  EtcdHealth unknown = used(99);
  unknown.asked = false;
  BOOST_TEST(!refusal_of(unknown, Growth::refuses));
}

BOOST_AUTO_TEST_CASE(no_space_refuses_everything_and_names_the_remedy) {
  EtcdHealth health = used(10);
  health.no_space = true;
  for (const Growth growth : {Growth::refuses, Growth::grows, Growth::logs, Growth::shrinks}) {
    const auto words = refusal_of(health, growth);
    BOOST_TEST(has(words, "compact"));
    BOOST_TEST(has(words, "defrag"));
    BOOST_TEST(has(words, "disarm"));
  }
  BOOST_TEST(room_of(health).logging_refused.has_value());
}

BOOST_AUTO_TEST_CASE(a_large_file_with_free_pages_is_to_be_defragmented) {
  EtcdHealth health = used(10);
  BOOST_TEST(!room_of(health).warning);
  health.size = quota / 100 * 91;
  BOOST_TEST(has(room_of(health).warning, "defrag"));
  BOOST_TEST(!room_of(health).growth_refused);
  BOOST_TEST(room_of(health).map_bytes == quota);
  BOOST_TEST(room_of(health).map_free_bytes == quota - quota / 10);
}

BOOST_AUTO_TEST_CASE(members_are_summed_up) {
  Status one = ScriptedClient::ok_status();
  one.revision = 90;
  one.size_in_use = 5;
  Status two = one;
  two.member = 2;
  two.revision = 100;
  two.size_in_use = 7;
  two.quota = 1000;
  two.errors = {"memberID:2 alarm:NOSPACE "};
  const RpcFailure down{RpcErrc::unreachable, "no route"};
  const EtcdHealth health = health_of({"a:1", "b:1", "c:1"}, {one, two, down}, quota);
  BOOST_TEST_REQUIRE(health.members.size() == 3U);
  BOOST_TEST(health.members[0].is_leader);
  BOOST_TEST(!health.members[1].is_leader);
  BOOST_TEST(!health.members[2].reachable);
  BOOST_TEST(health.members[2].failure == "no route");
  BOOST_TEST(health.revision == 100);
  BOOST_TEST(health.revision_lag == 10);
  BOOST_TEST(health.size_in_use == 7U);
  BOOST_TEST(health.quota == 1000U);
  BOOST_TEST(health.no_space);
  BOOST_TEST(!health.corrupt);
  const EtcdHealth untold = health_of({"a:1"}, {one}, quota);
  BOOST_TEST(untold.quota == quota);
  BOOST_TEST(!untold.quota_is_told);
}

BOOST_AUTO_TEST_CASE(old_versions_are_recognised) {
  for (const char* version : {"3.5.14", "3.5.16", "3.6.0-rc.1", "3.10.0", "4.0.0"}) BOOST_TEST(is_new_enough(version));
  for (const char* version : {"3.5.13", "3.4.99", "2.9.99", "", "3", "3.5", "x.y.z"})
    BOOST_TEST(!is_new_enough(version));
}

BOOST_AUTO_TEST_SUITE_END()
