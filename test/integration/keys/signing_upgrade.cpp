// A store of an older version gets signatures step by step, as the operator's guide describes, while both planes serve.
#include <chrono>
#include <thread>

#include "store/rows/store_meta.hpp"
#include "test/integration/keys/key_commands.hpp"
#include "test/integration/old_stores/old_deployment.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/store_holder.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The two planes as two processes.
class Planes {
 public:
  explicit Planes(const Deployment& deployment) : deployment_(deployment) { start(); }
  void restart() {
    BOOST_REQUIRE(api_->stop() == 0);
    BOOST_REQUIRE(tools_->stop() == 0);
    start();
  }
  const Server& api() const { return *api_; }
  const Server& tools() const { return *tools_; }

 private:
  void start() {
    tools_ = std::make_unique<Server>(deployment_, std::vector<std::string>{"--plane", "tools"});
    api_ = std::make_unique<Server>(deployment_, std::vector<std::string>{"--plane", "api"});
  }

  const Deployment& deployment_;
  std::unique_ptr<Server> tools_;
  std::unique_ptr<Server> api_;
};

/// What a client expects of a tenant during the whole change.
struct Expected {
  std::string id;
  std::string key;
  std::string value;
};

Expected new_tenant(const Deployment& deployment, const Server& api, const std::string& value) {
  Expected tenant{.id = new_uuid(), .key = {}, .value = value};
  tenant.key = deployment.create_api_key(tenant.id);
  Client client(api, tenant.key);
  REQUIRE_STATUS(client.post(secrets_path, {{"secret_name", "n"}, {"secret_value", value}}), 200);
  return tenant;
}

void expect_value(const Server& tools, const Expected& tenant) {
  const json::value question = {{"user_id", tenant.id}, {"tool_name", "t"}, {"secrets", {{"a", "n"}}}};
  const Answer released = resolve(tools, question);
  REQUIRE_STATUS(released, 200);
  BOOST_TEST(std::string(released.json().at("arguments").at("a").at("value").as_string()) == tenant.value);
}

std::string ring_of(const Deployment& deployment, const std::string& name) {
  return read_file(deployment.folder() / (name + ".keyring"));
}

constexpr const char* note = "tenants' keys and the audit log are not signed: run tacit key add signing";

/// A server of that store, which has tenants without a signed key, says so everywhere.
void expect_warnings_of_unsigned_tenants(const Deployment& deployment, const std::string& store) {
  const std::string rekey = "run tacit tenant rekey --all";
  Server server(deployment, {"--store", store, "--plane", "both", "--admin-listen", "127.0.0.1:0"});
  const auto warning = [&server] { return Client(server, "").get("/readyz").body; };
  const auto warns = [&] { return has(warning(), " not signed, so ") && has(warning(), rekey); };
  for (int i = 0; i < 600 && !warns(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  BOOST_TEST(warns(), warning());
  BOOST_TEST(Scrape(server.admin_port()).sum("tacit_tenants_unsigned") > 0);
  REQUIRE_STATUS(resolve(server, {{"user_id", old_tenant}, {"tool_name", "tool"}}), 500);
  const Finished status = deployment.command({"status", "--store", store});
  BOOST_TEST(has(status.out, " not signed, so "), status.out);
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST(has(deployment.printed(), "\"event\":\"store_not_signed\",\"reason\":"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_upgrade)

BOOST_AUTO_TEST_CASE(an_old_store_is_signed_step_by_step) {
  const OldStore old;
  const Deployment& deployment = old.deployment();
  Planes planes(deployment);
  BOOST_TEST(has(deployment.command({"check-config"}).err, note));
  std::vector<Expected> tenants{new_tenant(deployment, planes.api(), "without signatures")};
  const auto expect_all = [&] {
    for (const Expected& tenant : tenants) expect_value(planes.tools(), tenant);
    REQUIRE_STATUS(resolve(planes.tools(), {{"user_id", old_tenant}, {"tool_name", "tool"}}), 200);
    deployment.verify();
  };
  old.wait_for_format(tacit::store::store_format);

  const std::string backup = (deployment.folder() / "before").string();
  succeed(deployment, {"backup", backup});
  const std::string key = add_key(deployment, "signing");
  BOOST_TEST(has(ring_of(deployment, "root-public"), "tacit-keyring 2 root-public\n"));
  BOOST_TEST(has(ring_of(deployment, "root-public"), "sign root " + key + " active "));
  for (const char* const ring : {"root-signing", "audit-api", "audit-tools", "audit-operator"}) {
    BOOST_TEST(has(ring_of(deployment, ring), std::string("tacit-keyring 1 ") + ring));
  }
  planes.restart();
  tenants.push_back(new_tenant(deployment, planes.api(), "with keys that are not used yet"));
  expect_all();

  succeed(deployment, {"key", "promote", key});
  tenants.push_back(new_tenant(deployment, planes.api(), "from a server with the former keyring"));
  planes.restart();
  BOOST_TEST(has(ring_of(deployment, "root-public"), "sign root " + key + " primary "));
  BOOST_TEST(has(ring_of(deployment, "root-public"), "sign operator "));
  BOOST_TEST(!has(deployment.command({"check-config"}).err, note));
  tenants.push_back(new_tenant(deployment, planes.api(), "with a signed key"));
  BOOST_TEST(json::parse(succeed(deployment, {"key", "prekeys", "--json"})).at("prekeys").to_number<int>() > 0);
  expect_all();

  succeed(deployment, {"tenant", "rekey", "--all", "--rate", "0"});
  BOOST_TEST(has(ring_of(deployment, "root-public"), "\ncut-off "));
  planes.restart();
  tenants.push_back(new_tenant(deployment, planes.api(), "with required signatures"));
  expect_all();
  succeed(deployment, {"audit", "verify"});

  // A backup from before signatures; last, because the rekey of the restored store may lower the cut-off.
  const std::string place = (deployment.folder() / "restored").string();
  const Finished restored = deployment.command({"restore", backup, "--store", place});
  BOOST_TEST(restored.status == 0, restored.err);
  BOOST_TEST(has(restored.err, "not signed: run tacit tenant rekey --all before the servers start"), restored.err);
  expect_warnings_of_unsigned_tenants(deployment, place);
  const Finished early = deployment.command({"audit", "verify", "--store", place});
  BOOST_TEST(early.status == 1);
  BOOST_TEST(has(early.out, "the audit log ends before entry "), early.out);
  succeed(deployment, {"tenant", "rekey", "--all", "--rate", "0", "--store", place});
  succeed(deployment, {"verify", "--store", place});
}

BOOST_AUTO_TEST_CASE(signing_waits_for_processes_of_an_older_version) {
  const OldStore old;
  const StoreHolder older(old.deployment().store(), StoreHolder::Holds::reader_slot);
  const Server server(old.deployment());
  expect_refusal(old.deployment(), {"key", "add", "signing"}, "a process of an older version has it open");
  expect_refusal(old.deployment(), {"key", "add", "audit-api"}, "run tacit key add signing first");
  BOOST_TEST(!std::filesystem::exists(old.deployment().folder() / "root-signing.keyring"));
  BOOST_TEST(has(ring_of(old.deployment(), "root-public"), "tacit-keyring 1 root-public\n"));
}

BOOST_AUTO_TEST_CASE(keyrings_that_are_not_needed_yet_are_not_read) {
  const OldStore old;
  for (const char* const name : {"root-signing", "audit-api", "audit-tools", "audit-operator"}) {
    write_file(old.deployment().folder() / (std::string(name) + ".keyring"), "not a keyring\n");
  }
  Server server(old.deployment());
  old.deployment().create_api_key(new_uuid());
  BOOST_TEST(server.stop() == 0);
  // A configured one is read.
  const std::string file = (old.deployment().folder() / "audit-api.keyring").string();
  const Finished refused = old.deployment().command({"serve", "--audit-api-keyring", file});
  BOOST_TEST(refused.status == 2);
  BOOST_TEST(has(refused.err, "audit-api-keyring: " + file), refused.err);
}

BOOST_AUTO_TEST_SUITE_END()
