// The lines of `tacit status`, the metrics and the warnings about a store in etcd, from the engine's figures.
#include "server/commands/status_etcd.hpp"

#include <prometheus/text_serializer.h>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include "server/control/control_client.hpp"
#include "server/control/control_files.hpp"
#include "server/control/etcd_answer.hpp"
#include "server/metrics/metrics.hpp"
#include "server/serve/etcd_warnings.hpp"

using namespace tacit;
using namespace tacit::server;
namespace json = boost::json;

namespace {

store::EtcdFigures good_figures() {
  store::EtcdFigures figures;
  figures.name = "main";
  figures.has_quorum = true;
  figures.leader = "b:2379";
  for (const char* endpoint : {"a:2379", "b:2379", "c:2379"}) {
    store::EtcdFigures::Member member;
    member.endpoint = endpoint;
    member.version = "3.5.16";
    member.reachable = true;
    member.is_leader = endpoint == figures.leader;
    figures.members.push_back(member);
  }
  figures.revision = 1000;
  figures.revision_lag = 2;
  figures.watch_lag = std::chrono::milliseconds(120);
  figures.slot = "api-1";
  figures.commits = 50;
  figures.conflicts = 3;
  figures.in_doubt = 4;
  figures.settled_applied = 1;
  figures.settled_not_applied = 3;
  figures.database_bytes = std::uint64_t{2} << 30;
  figures.database_in_use_bytes = std::uint64_t{1} << 30;
  figures.database_quota_bytes = std::uint64_t{8} << 30;
  return figures;
}

std::vector<json::object> states_of(const store::EtcdFigures& figures) {
  FoundServer server;
  server.state["etcd"] = to_json(figures);
  FoundServer other;  // of a store in a folder
  return etcd_states({server, other});
}

std::string metrics_of(const store::EtcdFigures& figures) {
  MetricFamilies families;
  add_etcd_metrics(families, figures);
  return prometheus::TextSerializer().Serialize(families.take());
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(status_etcd)

BOOST_AUTO_TEST_CASE(a_good_cluster_needs_no_attention) {
  const auto states = states_of(good_figures());
  BOOST_TEST(states.size() == 1U);
  const StatusLine line = etcd_status(states);
  BOOST_TEST(line.good);
  BOOST_TEST(mentions(line.text, "leader b:2379; 3 of 3 members answer"));
  BOOST_TEST(mentions(line.text, "audit slots api-1"));
  BOOST_TEST(etcd_commit_status(states).good);
  BOOST_TEST(etcd_size_status(states).good);
  BOOST_TEST(mentions(etcd_size_status(states).text, "12 % of 8"));
}

BOOST_AUTO_TEST_CASE(each_fault_needs_attention) {
  const auto line_of = [](auto change) {
    store::EtcdFigures figures = good_figures();
    change(figures);
    return etcd_status(states_of(figures));
  };
  const auto no_quorum = line_of([](store::EtcdFigures& figures) { figures.has_quorum = false; });
  BOOST_TEST(!no_quorum.good);
  BOOST_TEST(mentions(no_quorum.text, "no quorum"));
  const auto gone = line_of([](store::EtcdFigures& figures) { figures.members[2].reachable = false; });
  BOOST_TEST(!gone.good);
  BOOST_TEST(mentions(gone.text, "2 of 3 members answer, not c:2379"));
  const auto full = line_of([](store::EtcdFigures& figures) { figures.no_space = true; });
  BOOST_TEST(!full.good);
  BOOST_TEST(mentions(full.text, "alarm NOSPACE"));
  BOOST_TEST(!line_of([](store::EtcdFigures& figures) { figures.revision_lag = 20000; }).good);
  BOOST_TEST(!line_of([](store::EtcdFigures& figures) { figures.watch_lag = std::chrono::seconds(3); }).good);
  BOOST_TEST(!etcd_status({}).good);

  store::EtcdFigures figures = good_figures();
  figures.in_doubt = 5;
  BOOST_TEST(!etcd_commit_status(states_of(figures)).good);
  figures.database_in_use_bytes = std::uint64_t{5} << 30;
  BOOST_TEST(!etcd_size_status(states_of(figures)).good);
  figures.database_quota_bytes = 0;
  BOOST_TEST(!etcd_size_status(states_of(figures)).good);
}

BOOST_AUTO_TEST_CASE(a_state_survives_its_way_as_text) {
  const json::object state = to_json(good_figures());
  const auto read = read_etcd_state(json::serialize(state));
  BOOST_TEST_REQUIRE(read.size() == 1U);
  BOOST_TEST(etcd_status(read).text == etcd_status({state}).text);
  BOOST_TEST(read_etcd_state("").empty());
  BOOST_TEST(read_etcd_state("[]").empty());
}

BOOST_AUTO_TEST_CASE(figures_become_metrics) {
  const std::string text = metrics_of(good_figures());
  for (const char* sample :
       {"tacit_etcd_has_quorum 1\n", "tacit_etcd_members_reachable 3\n", "tacit_etcd_revision 1000\n",
        "tacit_etcd_revision_lag 2\n", "tacit_etcd_watch_lag_seconds 0.12\n", "tacit_etcd_commits_total 50\n",
        "tacit_etcd_conflicts_total 3\n", "tacit_etcd_in_doubt_total 4\n",
        "tacit_etcd_in_doubt_settled_total{result=\"not_applied\"} 3\n", "tacit_etcd_alarm{alarm=\"nospace\"} 0\n",
        "tacit_etcd_slot{slot=\"api-1\"} 1\n", "tacit_etcd_database_quota_bytes 8589934592\n"}) {
    BOOST_TEST(mentions(text, sample), sample);
  }
  store::EtcdFigures figures = good_figures();
  figures.slot.clear();
  figures.no_space = true;
  BOOST_TEST(!mentions(metrics_of(figures), "tacit_etcd_slot{"));
  BOOST_TEST(mentions(metrics_of(figures), "tacit_etcd_alarm{alarm=\"nospace\"} 1\n"));
}

BOOST_AUTO_TEST_CASE(a_member_that_is_gone_and_a_certificate_are_warnings) {
  store::EtcdFigures figures = good_figures();
  BOOST_TEST(etcd_warnings(figures, std::nullopt).empty());
  figures.members[0].reachable = false;
  const auto warnings = etcd_warnings(figures, "the certificate for etcd expires");
  BOOST_TEST_REQUIRE(warnings.size() == 2U);
  BOOST_TEST(warnings[0] == "etcd: 1 of 3 endpoints do not answer: a:2379");
}

BOOST_AUTO_TEST_CASE(a_store_in_etcd_has_no_folder_for_a_socket) {
  Config config;
  config.store = "etcd://b:2379,a:2379/main";
  BOOST_TEST(own_control_directory(config, {}).empty());
  BOOST_TEST(own_control_directory(config, {{"RUNTIME_DIRECTORY", "/run/tacit-api"}}) == "/run/tacit-api");
  for (const auto& directory : control_directories(config, {{"MAINPID", "1"}})) {
    BOOST_TEST(!mentions(directory.string(), "etcd:"));
  }
  BOOST_TEST(store_identity(config.store) == store_identity("etcd://a:2379,b:2379/main"));
  BOOST_TEST(store_identity(config.store) != store_identity("etcd://a:2379,b:2379/other"));
}

BOOST_AUTO_TEST_SUITE_END()
