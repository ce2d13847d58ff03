// The lines of `tacit status` about signatures say what /readyz says.
#include "server/commands/status_signing.hpp"

#include <boost/test/unit_test.hpp>

#include "server/serve/store_warnings.hpp"

using namespace tacit;
using namespace tacit::server;
namespace json = boost::json;

namespace {

json::object signing_in(int phase) {
  json::object signing;
  signing["phase"] = phase;
  signing["unsigned_tenants"] = 0;
  signing["prekeys"] = nullptr;
  signing["prekeys_low"] = 512;
  signing["audit_intact"] = true;
  signing["cut_off_fault"] = nullptr;
  signing["rekey_unfinished"] = false;
  return signing;
}

StatusLine line_of(const std::vector<json::object>& answers) {
  std::vector<FoundServer> servers;
  for (const json::object& answer : answers) {
    FoundServer server;
    server.state["signing"] = answer;
    servers.push_back(std::move(server));
  }
  return signing_status(servers);
}

const std::string rekey = ": run tacit tenant rekey --all";

}  // namespace

BOOST_AUTO_TEST_SUITE(status_signing)

BOOST_AUTO_TEST_CASE(a_signed_store_is_good) {
  const StatusLine line = line_of({signing_in(2), signing_in(2)});
  BOOST_TEST(line.good);
  BOOST_TEST(line.text == "keys and audit entries must be signed");
  BOOST_TEST(line.details.at("cut_off_intact").as_bool());
  BOOST_TEST(!line.details.at("rekey_unfinished").as_bool());
}

BOOST_AUTO_TEST_CASE(an_upgraded_store_is_good_and_says_what_to_run) {
  json::object signing = signing_in(0);
  signing["unsigned_tenants"] = 7;
  const StatusLine line = line_of({signing});
  BOOST_TEST(line.good);
  StoreFindings found;
  found.unsigned_tenants = 7;
  BOOST_TEST((std::vector<std::string>{line.text} == store_warnings(found)));
}

BOOST_AUTO_TEST_CASE(unsigned_tenants_need_attention_in_both_phases_of_signatures) {
  json::object signing = signing_in(1);
  signing["unsigned_tenants"] = 7;
  StatusLine line = line_of({signing, signing_in(1)});
  BOOST_TEST(!line.good);
  BOOST_TEST(line.text == "new keys and audit entries are signed; 7 tenants' keys are not signed" + rekey);
  signing["phase"] = 2;
  line = line_of({signing});
  BOOST_TEST(!line.good);
  BOOST_TEST(line.text ==
             "keys and audit entries must be signed; 7 tenants' keys are not signed, so their values are neither "
             "stored nor released" +
                 rekey);
}

BOOST_AUTO_TEST_CASE(a_fault_of_the_cut_off_needs_attention) {
  json::object signing = signing_in(1);
  signing["cut_off_fault"] = "the fault\x1b[2J";
  const StatusLine line = line_of({signing, signing, signing_in(1)});
  BOOST_TEST(!line.good);
  BOOST_TEST(line.text.starts_with("new keys and audit entries are signed; the fault"), line.text);
  BOOST_TEST(line.text.find('\x1b') == std::string::npos);
  BOOST_TEST(line.text.find("the fault") == line.text.rfind("the fault"));
  BOOST_TEST(!line.details.at("cut_off_intact").as_bool());
}

BOOST_AUTO_TEST_CASE(an_unfinished_rekey_needs_attention) {
  json::object signing = signing_in(2);
  signing["rekey_unfinished"] = true;
  const StatusLine line = line_of({signing_in(2), signing});
  BOOST_TEST(!line.good);
  BOOST_TEST(line.text == "keys and audit entries must be signed; " + std::string(rekey_is_unfinished));
}

BOOST_AUTO_TEST_CASE(servers_in_different_phases_need_attention) {
  const StatusLine line = line_of({signing_in(1), signing_in(2)});
  BOOST_TEST(!line.good);
  BOOST_TEST(line.text.ends_with(": servers differ, restart them"));
}

BOOST_AUTO_TEST_SUITE_END()
