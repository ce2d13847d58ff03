// check-config judges a cluster, its roles and its limits, and writes nothing to find out.
#include "server/wiring/etcd_check.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <limits>
#include <set>

#include "server/config/errors.hpp"
#include "server/wiring/etcd_clocks.hpp"
#include "server/wiring/etcd_options.hpp"

using namespace tacit;
using namespace tacit::server;
using store::SlotOwner;
using namespace store::etcd;

namespace {

Status status_of(const std::string& endpoint, std::uint64_t member) {
  Status status;
  status.endpoint = endpoint;
  status.version = "3.6.1";
  status.member = member;
  status.leader = 1;
  status.revision = 100;
  status.size = 2000;
  status.size_in_use = 1000;
  status.quota = Config().etcd_quota;
  return status;
}

EtcdLook good_look() {
  EtcdLook look;
  look.endpoints.push_back({"a:1", status_of("a:1", 1)});
  look.endpoints.push_back({"b:1", status_of("b:1", 2)});
  look.endpoints.push_back({"c:1", status_of("c:1", 3)});
  return look;
}

EtcdFindings judged(const EtcdLook& look) {
  EtcdFindings findings;
  judge_look(look, Config(), findings);
  return findings;
}

bool has(const std::vector<std::string>& sentences, std::string_view part) {
  for (const std::string& one : sentences) {
    if (one.find(part) != std::string::npos) return true;
  }
  return false;
}

/// Answers each write by a rule, and remembers it.
class ScriptedClient final : public EtcdClient {
 public:
  explicit ScriptedClient(std::function<RpcOutcome<WriteTxnResult>(const WriteTxn&)> rule) : rule_(std::move(rule)) {}

  void read(ReadTxn, Clock::time_point, Done<ReadTxnResult> done) override { done(RpcFailure{}); }
  void write(WriteTxn txn, Clock::time_point, Done<WriteTxnResult> done) override {
    written.push_back(txn);
    done(rule_(txn));
  }
  void grant_lease(std::chrono::seconds, Clock::time_point, Done<std::int64_t> done) override { done(RpcFailure{}); }
  void keep_alive(std::int64_t, Clock::time_point, Done<std::chrono::seconds> done) override { done(RpcFailure{}); }
  void revoke_lease(std::int64_t, Clock::time_point, Done<std::monostate> done) override { done(RpcFailure{}); }
  void compact(std::int64_t, Clock::time_point, Done<std::monostate> done) override { done(RpcFailure{}); }
  void status(std::size_t, Clock::time_point, Done<Status> done) override { done(RpcFailure{}); }
  void alarms(Clock::time_point, Done<Alarms> done) override { done(RpcFailure{}); }
  std::unique_ptr<Watch> watch(Range, std::int64_t, WatchHandlers) override { return nullptr; }
  const store::EtcdConnection& connection() const override { return connection_; }
  std::string current_endpoint() const override { return "a:1"; }

  std::vector<WriteTxn> written;

 private:
  std::function<RpcOutcome<WriteTxnResult>(const WriteTxn&)> rule_;
  store::EtcdConnection connection_;
};

const Bytes& key_of(const Change& change) {
  const Put* const put = std::get_if<Put>(&change);
  return put != nullptr ? put->key : std::get<Delete>(change).key;
}

/// A role that may write the rows of these letters.
RpcOutcome<WriteTxnResult> by_letters(const WriteTxn& txn, std::string_view letters) {
  constexpr std::size_t prefix = sizeof "tacit/main/" - 1;
  for (const Change& change : txn.changes) {
    if (letters.find(static_cast<char>(key_of(change).at(prefix))) == letters.npos) {
      return RpcFailure{RpcErrc::refused, "permission denied"};
    }
  }
  return WriteTxnResult{};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_check)

BOOST_AUTO_TEST_CASE(old_versions_are_recognised) {
  for (const char* old : {"3.5.13", "3.4.30", "2.9.99", "", "3.5", "three", "3.5.x"}) BOOST_TEST(is_too_old(old), old);
  for (const char* fit : {"3.5.14", "3.5.16", "3.6.0", "3.6.0-rc.1", "4.0.0"}) BOOST_TEST(!is_too_old(fit), fit);
}

BOOST_AUTO_TEST_CASE(a_good_cluster_has_neither_problems_nor_notes) {
  const EtcdFindings findings = judged(good_look());
  BOOST_TEST(findings.problems.empty());
  BOOST_TEST(findings.notes.empty());
}

BOOST_AUTO_TEST_CASE(each_fault_of_a_cluster_is_a_problem) {
  EtcdLook look = good_look();
  look.endpoints[1] = {"b:1", std::nullopt, "connection refused"};
  BOOST_TEST(judged(look).problems.empty());
  BOOST_TEST(has(judged(look).notes, "b:1 does not answer: connection refused"));
  for (EndpointLook& one : look.endpoints) one = {one.endpoint, std::nullopt, "no route"};
  BOOST_TEST(judged(look).problems.size() == 3U);

  look = good_look();
  look.endpoints[2].status->version = "3.5.9";
  BOOST_TEST(has(judged(look).problems, "c:1 is etcd 3.5.9; 3.5.14 or later"));
  look = good_look();
  look.endpoints[2].status->is_learner = true;
  BOOST_TEST(has(judged(look).notes, "c:1 is a learner"));
  look = good_look();
  for (EndpointLook& one : look.endpoints) one.status->leader = 0;
  BOOST_TEST(has(judged(look).problems, "no leader"));
  look = good_look();
  look.endpoints[0].status->leader = 2;
  BOOST_TEST(has(judged(look).notes, "different leaders"));
  look = good_look();
  look.endpoints[0].status->errors = {"memberID:1 alarm:NOSPACE "};
  BOOST_TEST(has(judged(look).problems, "NOSPACE"));
  look = good_look();
  look.endpoints[0].status->quota /= 2;
  BOOST_TEST(has(judged(look).notes, "etcd-quota is 8192 MiB, but a:1 has 4096 MiB"));
  look.endpoints[0].status->quota = 0;
  BOOST_TEST(has(judged(look).notes, "does not report its quota"));
  look = EtcdLook{.endpoints = {}, .trouble = "/etc/key: No such file"};
  BOOST_TEST(has(judged(look).problems, "/etc/key: No such file"));
}

BOOST_AUTO_TEST_CASE(probes_of_a_plane_are_of_its_own_rows_and_of_others) {
  for (const SlotOwner owner : {SlotOwner::api, SlotOwner::tools}) {
    std::set<Bytes> permitted;
    std::set<Bytes> forbidden;
    for (const RoleProbe& probe : role_probes("main", owner, false)) {
      const bool is_removal = std::holds_alternative<Delete>(probe.change);
      if (!is_removal) (probe.permitted ? permitted : forbidden).insert(key_of(probe.change));
    }
    BOOST_TEST(permitted.size() > 3U);
    BOOST_TEST(forbidden.size() > 3U);
    for (const Bytes& key : forbidden) BOOST_TEST(!permitted.contains(key));
  }
  for (const RoleProbe& probe : role_probes("main", SlotOwner::operators, false)) BOOST_TEST(probe.permitted);
}

BOOST_AUTO_TEST_CASE(roles_are_judged_by_changes_that_never_happen) {
  const auto probes = role_probes("main", SlotOwner::api, false);
  const auto of_letters = [&](std::string_view letters, std::vector<WriteTxn>* sent = nullptr) {
    ScriptedClient client([=](const WriteTxn& txn) { return by_letters(txn, letters); });
    EtcdFindings findings;
    check_roles(client, "main", probes, findings);
    if (sent != nullptr) *sent = client.written;
    return findings;
  };
  std::vector<WriteTxn> sent;
  const EtcdFindings open = of_letters("mtkphaw", &sent);
  BOOST_TEST(open.problems.empty());
  BOOST_TEST(has(open.notes, "more than it needs: the store's metadata"));
  BOOST_TEST(sent.size() == probes.size());
  for (const WriteTxn& txn : sent) {
    BOOST_TEST_REQUIRE(txn.compares.size() == 1U);
    BOOST_TEST(txn.compares[0].number == std::numeric_limits<std::int64_t>::max());
    BOOST_TEST((txn.compares[0].target == Compare::Target::revision_equal));
  }
  const EtcdFindings closed = of_letters("mkphaw");
  BOOST_TEST(has(closed.problems, "does not let this identity write tenants' records and secrets"));
}

BOOST_AUTO_TEST_CASE(an_answer_about_something_else_is_no_judgement) {
  ScriptedClient client([](const WriteTxn&) { return RpcFailure{RpcErrc::no_room, "a:1: no space"}; });
  EtcdFindings findings;
  check_roles(client, "main", role_probes("main", SlotOwner::tools, false), findings);
  BOOST_TEST(findings.problems.empty());
  BOOST_TEST(has(findings.notes, "could not be checked: a:1: no space"));
}

BOOST_AUTO_TEST_CASE(the_limit_of_operations_is_tried_at_its_size) {
  ScriptedClient client([](const WriteTxn& txn) -> RpcOutcome<WriteTxnResult> {
    if (txn.compares.size() > 128) return RpcFailure{RpcErrc::too_large, "too many operations"};
    return WriteTxnResult{};
  });
  EtcdFindings findings;
  check_txn_ops(client, "main", 128, findings);
  BOOST_TEST(findings.problems.empty());
  check_txn_ops(client, "main", 1024, findings);
  BOOST_TEST(has(findings.problems, "etcd-max-txn-ops is 1024, but a:1 takes fewer"));
  BOOST_TEST(client.written.back().compares.size() == 1024U);
  BOOST_TEST(client.written.back().changes.empty());
}

ClockLooks looks_at(std::int64_t first, std::int64_t second, std::uint64_t written) {
  const store::AuditSlot slot = slot_of(SlotOwner::api, 2);
  ClockLooks looks;
  looks.first = {{slot, first, 7}};
  looks.second = {{slot, second, 7 + written}};
  looks.began = 998;
  looks.now = 1000;
  return looks;
}

BOOST_AUTO_TEST_CASE(an_entry_in_the_future_proves_a_difference_of_clocks) {
  const std::string slot = to_string(slot_of(SlotOwner::api, 2));
  BOOST_TEST(clock_notes(looks_at(1000, 1000, 0)).empty());
  BOOST_TEST(clock_notes(looks_at(1002, 1002, 0)).empty());
  BOOST_TEST(has(clock_notes(looks_at(1140, 1140, 0)), "of " + slot + " is 140 s in the future"));
}

BOOST_AUTO_TEST_CASE(an_old_entry_proves_one_only_if_it_was_written_just_now) {
  const std::string slot = to_string(slot_of(SlotOwner::api, 2));
  BOOST_TEST(clock_notes(looks_at(10, 10, 0)).empty());
  BOOST_TEST(clock_notes(looks_at(10, 999, 1)).empty());
  BOOST_TEST(clock_notes(looks_at(10, 990, 1)).empty());  // it may have waited for etcd
  BOOST_TEST(has(clock_notes(looks_at(878, 878, 1)), slot + " has just written"));
  BOOST_TEST(has(clock_notes(looks_at(878, 878, 1)), "120 s in the past"));
  ClockLooks of_a_new_slot = looks_at(878, 878, 0);
  of_a_new_slot.first.clear();
  BOOST_TEST(has(clock_notes(of_a_new_slot), slot + " has just written"));
}

BOOST_AUTO_TEST_CASE(without_tls_etcd_has_to_be_on_this_host) {
  Config config;
  config.store = "etcd://127.0.0.1:2379/main";
  BOOST_TEST(find_identity_problems(config, EtcdIdentity::server).empty());
  config.store = "etcd://127.0.0.1:2379,10.0.0.2:2379/main";
  BOOST_TEST(has(find_identity_problems(config, EtcdIdentity::server), "10.0.0.2:2379 is not on this host"));
  BOOST_CHECK_THROW(etcd_connection(config, EtcdIdentity::server), UsageError);
  config.etcd_ca = "/nowhere/ca.pem";
  BOOST_TEST(has(find_identity_problems(config, EtcdIdentity::server), "etcd-certificate is not configured"));
  config.store = "/var/lib/tacit/store";
  BOOST_TEST(find_identity_problems(config, EtcdIdentity::server).empty());
}

BOOST_AUTO_TEST_CASE(commands_have_an_identity_of_their_own_if_it_is_configured) {
  Config config;
  config.plane = Planes::tools;
  config.store = "etcd://a:2379/second";
  config.etcd_ca = "/ca";
  config.etcd_certificate = "/tools";
  config.etcd_key = "/tools.key";
  BOOST_TEST(etcd_options(config)->connection.certificate == "/tools");
  BOOST_TEST(!etcd_options(config)->writes);
  BOOST_TEST((etcd_options(config)->owner == SlotOwner::operators));
  config.etcd_operator_certificate = "/operator";
  config.etcd_operator_key = "/operator.key";
  const auto command = etcd_options(config);
  const auto server = etcd_options(config, EtcdIdentity::server);
  BOOST_TEST(command->connection.key == "/operator.key");
  BOOST_TEST(server->connection.key == "/tools.key");
  BOOST_TEST((server->owner == SlotOwner::tools));
  BOOST_TEST(server->name == "second");
  config.plane = Planes::both;
  BOOST_TEST((etcd_options(config, EtcdIdentity::server)->owner == SlotOwner::api));
}

BOOST_AUTO_TEST_SUITE_END()
