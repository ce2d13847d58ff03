// The setting `store` accepts a folder or a place in etcd, in one form, and no other URL.
#include "server/config/store_location.hpp"

#include <boost/test/unit_test.hpp>

#include "server/config/errors.hpp"
#include "server/config/settings.hpp"

using namespace tacit;
using namespace tacit::server;

namespace {

std::string fault_of(std::string_view text) {
  try {
    read_store(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(store_location)

BOOST_AUTO_TEST_CASE(a_folder_stays_as_it_is) {
  for (const char* folder : {"/var/lib/tacit/store", "store", "./a:b", "/srv/etcd", "etcd"}) {
    BOOST_TEST(read_store(folder).string() == folder);
    BOOST_TEST(!is_in_etcd(read_store(folder)));
  }
  BOOST_TEST(fault_of("") == "the path is empty");
}

BOOST_AUTO_TEST_CASE(a_place_in_etcd_is_read_and_printed_in_one_form) {
  const std::string text = "etcd://etcd-1.internal:2379,10.0.0.2:02379,[::1]:2379/main-2_a.b";
  Config config;
  config.store = read_store(text);
  BOOST_TEST(config.store.string() == "etcd://etcd-1.internal:2379,10.0.0.2:2379,[::1]:2379/main-2_a.b");
  const auto location = etcd_location(config);
  BOOST_TEST_REQUIRE(location.has_value());
  BOOST_TEST(location->endpoints.size() == 3U);
  BOOST_TEST(location->endpoints[2] == "[::1]:2379");
  BOOST_TEST(location->name == "main-2_a.b");
  BOOST_TEST(location->str() == config.store.string());
}

BOOST_AUTO_TEST_CASE(a_faulty_place_is_refused_and_becomes_no_folder) {
  BOOST_TEST(mentions(fault_of("etcd://a:1"), "has no name of a store"));
  BOOST_TEST(mentions(fault_of("etcd://a:1/"), "is not the name of a store"));
  BOOST_TEST(mentions(fault_of("etcd://a:1/a/b"), "is not the name of a store"));
  BOOST_TEST(mentions(fault_of("etcd://a:1/" + std::string(65, 'a')), "is not the name of a store"));
  BOOST_TEST(mentions(fault_of("etcd:///main"), "is not host:port"));
  BOOST_TEST(mentions(fault_of("etcd://a/main"), "is not host:port"));
  BOOST_TEST(mentions(fault_of("etcd://a:1,/main"), "is not host:port"));
  BOOST_TEST(mentions(fault_of("etcd://a@b:1/main"), "is not host:port"));
  BOOST_TEST(mentions(fault_of("etcd://::1:2379/main"), "is not host:port"));
  BOOST_TEST(mentions(fault_of("etcd://a:0/main"), "is not between 1 and 65535"));
  BOOST_TEST(mentions(fault_of("etcd://a:1,b:1,a:1/main"), "named twice"));
  for (const char* text : {"etcd:/a:1/main", "etcd:a:1", "http://a:1/main", "https://a:2379/main", "ETCD://a:1/main"}) {
    BOOST_TEST(mentions(fault_of(text), "is neither a folder nor etcd://"), text);
  }
  std::string many = "etcd://h0:1";
  for (int i = 1; i < 17; ++i) many += ",h" + std::to_string(i) + ":1";
  BOOST_TEST(mentions(fault_of(many + "/main"), "at most 16"));
}

BOOST_AUTO_TEST_CASE(endpoints_of_this_host_are_known) {
  for (const char* here : {"127.0.0.1:2379", "127.9.9.9:1", "[::1]:2379", "localhost:2379"}) {
    BOOST_TEST(is_on_this_host(here), here);
  }
  for (const char* elsewhere : {"10.0.0.1:2379", "localhost.example:2379", "[2001:db8::1]:2379", "etcd-1:2379"}) {
    BOOST_TEST(!is_on_this_host(elsewhere), elsewhere);
  }
}

BOOST_AUTO_TEST_CASE(the_settings_have_the_engines_defaults) {
  const Config config;
  const store::EtcdOptions engine;
  BOOST_TEST(config.etcd_quota == engine.quota_bytes);
  BOOST_TEST(config.etcd_max_txn_ops == engine.max_txn_ops);
  BOOST_TEST(config.etcd_max_request_bytes == engine.max_request_bytes);
  BOOST_TEST((config.revocation == engine.revocation));
  Config changed;
  find_setting("revocation")->set(changed, "strict");
  BOOST_TEST((changed.revocation == store::Revocation::strict));
  BOOST_CHECK_THROW(find_setting("revocation")->set(changed, "soon"), UsageError);
}

BOOST_AUTO_TEST_SUITE_END()
