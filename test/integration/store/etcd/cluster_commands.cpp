// The program on a real etcd: a server, and each command on the store as a whole. One node with TLS.
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "store/etcd/rpc/rpc_await.hpp"
#include "store/etcd/slots/free_slot.hpp"
#include "store/rows/store_meta.hpp"
#include "test/integration/store/etcd/etcd_settings.hpp"
#include "test/integration/support/deployment.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/unit/store/etcd/etcd_cluster_fixture.hpp"

using namespace tacit;
using namespace tacit::test;
using store::testing::EtcdCluster;
namespace json = boost::json;

namespace {

/// With a directory for the control socket and a backup's record, which need the deployment's own folder.
void complete(Deployment& deployment) {
  deployment.configure({{"control-directory", deployment.folder().string()},
                        {"backup-record", (deployment.folder() / "last-backup").string()}});
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Changes rows of etcd beside the program.
class Rows {
 public:
  Rows(const EtcdCluster& cluster, const std::string& store) : keys_(store) {
    auto client = store::etcd::EtcdClient::create(cluster.connection_as("root"));
    BOOST_REQUIRE(client.has_value());
    client_ = *client;
  }
  void put(store::Bytes key, store::Bytes value) const {
    store::etcd::WriteTxn txn;
    txn.changes.emplace_back(store::etcd::Put{.key = std::move(key), .value = std::move(value), .lease = 0});
    write(std::move(txn));
  }
  void erase(store::Bytes key) const {
    store::etcd::WriteTxn txn;
    txn.changes.emplace_back(store::etcd::Delete{.key = std::move(key)});
    write(std::move(txn));
  }
  /// As a store of that format is that no build of the newest one has raised.
  void set_format(std::uint32_t format, std::uint32_t rows) const {
    put(keys_.key(store::Table::meta, store::format_row_key()), store::format_value(format));
    put(keys_.key(store::Table::meta, store::rows_row_key()), store::rows_value(rows));
  }
  const store::etcd::KeyMap& keys() const { return keys_; }

 private:
  void write(store::etcd::WriteTxn txn) const {
    const auto deadline = store::etcd::Clock::now() + std::chrono::seconds(10);
    const auto written = store::etcd::write_now(*client_, std::move(txn), deadline);
    BOOST_REQUIRE((written.has_value() && written->applied));
  }

  store::etcd::KeyMap keys_;
  std::shared_ptr<store::etcd::EtcdClient> client_;
};

/// Waits for a line of the server's log, at most half a minute.
bool logs(const Deployment& deployment, std::string_view part) {
  for (int i = 0; i < 300; ++i) {
    if (mentions(deployment.printed_by_now(), part)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_commands)

BOOST_AUTO_TEST_CASE(a_server_and_the_commands_work_on_etcd) {
  const EtcdCluster cluster;
  Deployment deployment(etcd_settings(cluster, "main"));
  complete(deployment);
  const Finished again = deployment.command({"init"});
  BOOST_TEST(again.status != 0);

  Server server(deployment);
  Tenant tenant(deployment, server);
  tenant.create({{"secret_name", "n"},
                 {"secret_value", "12345678"},
                 {"tool_name", "t"},
                 {"tool_arg", "a"},
                 {"is_default_for_tool", true}});
  BOOST_TEST(resolve(server, {{"user_id", tenant.id}, {"tool_name", "t"}}).status == 200);

  const Finished status = deployment.command({"status", "--json"});
  BOOST_TEST(mentions(status.out, R"("subject":"etcd","good":true)"), status.out << status.err);
  BOOST_TEST(mentions(status.out, R"("subject":"etcd database","good":true)"), status.out);
  BOOST_TEST(!mentions(status.out, R"("subject":"map")"));
  const Scrape scrape = settled_scrape(server.admin_port());
  BOOST_TEST(scrape.sum("tacit_etcd_has_quorum", {}) == 1);
  BOOST_TEST(scrape.sum("tacit_etcd_members_reachable", {}) == 1);
  BOOST_TEST(scrape.sum("tacit_etcd_slot", {}) == 1);
  BOOST_TEST(!scrape.names().contains("tacit_store_map_bytes"));

  const Finished checked = deployment.command({"check-config"});
  BOOST_TEST(checked.status == 0, checked.out << checked.err);
  const Finished stats = deployment.command({"stats", "--json"});
  BOOST_TEST_REQUIRE(stats.status == 0, stats.out << stats.err);
  const json::object figures = json::parse(stats.out).as_object();
  BOOST_TEST(figures.at("secrets").to_number<int>() == 1);
  BOOST_TEST(figures.at("etcd").as_object().at("has_quorum").as_bool());
  const Finished scrub = deployment.command({"scrub"});
  BOOST_TEST(scrub.status == 2);
  BOOST_TEST(mentions(scrub.err, "etcdctl defrag"), scrub.err);
  const Finished raised = deployment.command({"raise-format", "--json"});
  BOOST_TEST(raised.out == R"({"store_format_before":6,"store_format":6,"changed":false})"
                           "\n",
             raised.out << raised.err);
  BOOST_TEST(raised.status == 0);
  deployment.verify();
  BOOST_TEST(deployment.command({"audit", "verify"}).status == 0);
  BOOST_TEST(deployment.command({"reload"}).status == 0);
  BOOST_TEST(server.stop() == 0);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_server_warns_of_an_older_store_and_a_command_raises_it) {
  const EtcdCluster cluster;
  Deployment deployment(etcd_settings(cluster, "main"));
  complete(deployment);
  const Rows rows(cluster, "main");
  rows.set_format(4, 3);
  Server server(deployment);
  BOOST_TEST(logs(deployment, R"("event":"store_format_old")"), deployment.printed_by_now());
  Tenant tenant(deployment, server);
  const std::string one =
      secrets_path +
      std::string(tenant.create({{"secret_name", "old"}, {"secret_value", "12345678"}}).at("secret_id").as_string());
  BOOST_TEST(tenant.api.get(one + "/versions").status == 200);

  // A process of an older build: it names no format.
  const store::Bytes held = store::etcd::slot_lease_key(rows.keys(), store::slot_of(store::SlotOwner::tools, 7));
  rows.put(held, store::Bytes(16, 7));
  const Finished refused = deployment.command({"raise-format"});
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(mentions(refused.err, "tools-7"), refused.err);
  rows.erase(held);

  const Finished raised = deployment.command({"raise-format", "--json"});
  BOOST_TEST(raised.out == R"({"store_format_before":4,"store_format":6,"changed":true})"
                           "\n",
             raised.out << raised.err);
  BOOST_TEST(deployment.command({"verify"}).status == 0);
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", "a second value"}}), 200);
  tenant.create({{"secret_name", "new"}, {"secret_value", "12345678"}});
  BOOST_TEST(tenant.api.get(one + "/versions").json().at("data").as_array().size() == 2U);
  const Finished again = deployment.command({"raise-format"});
  BOOST_TEST(mentions(again.out, "nothing to do"), again.out << again.err);
  BOOST_TEST(server.stop() == 0);
  deployment.verify();
  BOOST_TEST(deployment.command({"audit", "verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(a_backup_goes_to_another_store_and_back_to_a_folder) {
  const EtcdCluster cluster;
  Deployment deployment(etcd_settings(cluster, "first"));
  complete(deployment);
  std::string tenant_id;
  std::string key;
  {
    Server server(deployment);
    Tenant tenant(deployment, server);
    tenant.create({{"secret_name", "kept"}, {"secret_value", "12345678"}});
    tenant_id = tenant.id;
    key = tenant.key;
    BOOST_TEST(server.stop() == 0);
  }
  const std::string file = (deployment.folder() / "copy.backup").string();
  const Finished made = deployment.command({"backup", file});
  BOOST_TEST_REQUIRE(made.status == 0, made.out << made.err);
  const Finished of_backup = deployment.command({"verify", "--backup", file});
  BOOST_TEST(of_backup.status == 0, of_backup.out << of_backup.err);

  for (const std::string& target : {etcd_place(cluster, "second"), (deployment.folder() / "restored").string()}) {
    const Finished restored = deployment.command({"restore", file, "--store", target});
    BOOST_TEST_REQUIRE(restored.status == 0, target << ": " << restored.out << restored.err);
    const Finished verified = deployment.command({"verify", "--store", target});
    BOOST_TEST(verified.status == 0, target << ": " << verified.out << verified.err);
    const Finished twice = deployment.command({"restore", file, "--store", target});
    BOOST_TEST(twice.status != 0, "a store was replaced");
  }
  deployment.configure({{"store", etcd_place(cluster, "second")}});
  Server server(deployment);
  Client client(server, key);
  const Answer listed = client.get(secrets_path);
  BOOST_TEST(listed.status == 200);
  BOOST_TEST(mentions(listed.body, "kept"));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(check_config_names_what_is_wrong_with_etcd) {
  EtcdCluster cluster;
  Deployment deployment(etcd_settings(cluster, "main"));
  complete(deployment);
  const auto complaint = [&deployment](const std::vector<std::string>& more) {
    std::vector<std::string> words{"check-config"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished checked = deployment.command(words);
    BOOST_TEST(checked.status == 2, checked.out << checked.err);
    return checked.err;
  };
  BOOST_TEST(mentions(complaint({"--etcd-max-txn-ops", "4096"}), "takes fewer operations"));
  BOOST_TEST(mentions(complaint({"--etcd-key", "/nowhere.key"}), "etcd-key: /nowhere.key"));
  BOOST_TEST(mentions(complaint({"--etcd-ca", ""}), "etcd-ca is not configured"));
  const Finished noted = deployment.command({"check-config", "--map-size", "2G"});
  BOOST_TEST(noted.status == 0, noted.err);
  BOOST_TEST(mentions(noted.err, "map-size: no effect, because the store is in etcd"), noted.err);
  cluster.kill(0);
  BOOST_TEST(mentions(complaint({}), "does not answer"));
}

BOOST_AUTO_TEST_SUITE_END()
