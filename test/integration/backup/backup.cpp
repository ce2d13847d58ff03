// Backups of a store under writes, restores, export and erasure of a tenant, and the statistics: a backup restores to a
// store that verifies and releases the same values, and nothing is overwritten.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <atomic>
#include <sstream>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

std::string value_of(int n) { return "value number " + std::to_string(n); }

json::value secret_number(int n) {
  return {{"secret_name", "name " + std::to_string(n)},
          {"secret_value", value_of(n)},
          {"tool_name", "tool" + std::to_string(n)},
          {"tool_arg", "key"},
          {"is_default_for_tool", true}};
}

/// The value that the tool gets; empty if it gets none.
std::string resolved(const Server& server, const std::string& tenant, int n) {
  const Answer answer = resolve(server, {{"user_id", tenant}, {"tool_name", "tool" + std::to_string(n)}});
  if (answer.status != 200) return {};
  const json::object arguments = answer.at("arguments").as_object();
  return arguments.contains("key") ? std::string(arguments.at("key").at("value").as_string()) : std::string();
}

/// Creates secrets, one after the other, until it is destroyed.
class Writer {
 public:
  explicit Writer(Tenant& tenant)
      : thread_([this, &tenant] {
          while (!stop_) {
            const int n = made_;
            if (tenant.api.post(secrets_path, secret_number(n)).status != 200) ++refused_;
            ++made_;
          }
        }) {}
  ~Writer() {
    stop_ = true;
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  int made() const { return made_; }
  int refused() const { return refused_; }
  void wait_for(int count) const {
    while (made_ < count) std::this_thread::sleep_for(5ms);
  }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> made_{0};
  std::atomic<int> refused_{0};
  std::thread thread_;
};

/// Runs a command in a shell, with redirections.
Finished shell(const Deployment& deployment, const std::string& arguments) {
  return run({"/bin/sh", "-c", std::string(TACIT_BINARY) + " " + arguments},
             {{"TACIT_CONFIG", deployment.config().string()}});
}

void good(const Finished& done) { BOOST_REQUIRE_MESSAGE(done.status == 0, done.out << done.err); }

std::vector<json::object> lines_of(const std::string& text) {
  std::vector<json::object> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line).as_object());
  return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backup)

BOOST_AUTO_TEST_CASE(a_backup_under_writes_is_restored_verified_and_every_secret_resolves) {
  const Deployment deployment;
  const std::string folder = deployment.folder().string();
  std::string tenant_id;
  int before_first = 0;
  int before_second = 0;
  {
    Server server(deployment);
    Tenant tenant(deployment, server);
    tenant_id = tenant.id;
    const Writer writer(tenant);
    writer.wait_for(50);
    before_first = writer.made();
    good(deployment.command({"backup", folder + "/first"}));
    before_second = writer.made();
    good(shell(deployment, "backup - > " + folder + "/second"));
    writer.wait_for(before_second + 50);
    BOOST_TEST(writer.refused() == 0);
  }
  struct stat status {};
  BOOST_REQUIRE(::stat((folder + "/first").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777U) == 0600U);
  const std::map<std::string, int> backups = {{"first", before_first}, {"second", before_second}};
  for (const auto& [name, count] : backups) {
    good(deployment.command({"verify", "--backup", folder + "/" + name}));
    const std::string store = folder + "/restored-" + name;
    good(name == "first" ? deployment.command({"restore", folder + "/first", "--store", store})
                         : shell(deployment, "restore - --store " + store + " < " + folder + "/second"));
    good(deployment.command({"verify", "--store", store}));
    const Server server(deployment, {"--store", store});
    for (int n = 0; n < count; ++n) BOOST_TEST(resolved(server, tenant_id, n) == value_of(n));
  }
}

BOOST_AUTO_TEST_CASE(a_restore_overwrites_nothing_and_refuses_damaged_backups) {
  const Deployment deployment;
  const std::string folder = deployment.folder().string();
  good(deployment.command({"backup", folder + "/backup"}));
  const std::string whole = read_file(folder + "/backup");
  BOOST_TEST(deployment.command({"backup", folder + "/backup"}).status == 1);
  BOOST_TEST(read_file(folder + "/backup") == whole);
  BOOST_TEST(deployment.command({"backup", folder + "/no/such/folder"}).status == 1);
  BOOST_TEST(deployment.command({"restore", folder + "/backup"}).status == 1);
  const std::string store = folder + "/other";
  write_file(folder + "/cut", whole.substr(0, whole.size() - 1));
  std::string changed = whole;
  changed[9000] = static_cast<char>(changed[9000] ^ 1);
  write_file(folder + "/changed", changed);
  for (const char* file : {"/cut", "/changed", "/tacit.conf"}) {
    BOOST_TEST(deployment.command({"restore", folder + file, "--store", store}).status == 1);
    BOOST_TEST(deployment.command({"verify", "--backup", folder + file}).status == 1);
    BOOST_TEST(!std::filesystem::exists(store));
  }
  BOOST_TEST(deployment.command({"restore", folder + "/none", "--store", store}).status == 2);
  BOOST_TEST(shell(deployment, "backup - > /dev/full").status == 1);
  // Neither command needs the private key; backup needs no key at all.
  std::filesystem::remove(deployment.private_keyring());
  good(deployment.command({"restore", folder + "/backup", "--store", store}));
  std::filesystem::remove(folder + "/metadata.keyring");
  good(deployment.command({"backup", folder + "/keyless", "--store", store}));
  good(deployment.command({"stats", "--store", store}));
}

BOOST_AUTO_TEST_CASE(a_backup_of_another_installation_is_refused) {
  const Deployment deployment;
  const Deployment other;
  const std::string file = other.folder().string() + "/backup";
  good(other.command({"backup", file}));
  const std::string store = deployment.folder().string() + "/other";
  const Finished refused = deployment.command({"restore", file, "--store", store});
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.err.find("but root-public-keyring is for the store") != std::string::npos, refused.err);
  BOOST_TEST(!std::filesystem::exists(store));
}

BOOST_AUTO_TEST_CASE(a_backup_is_not_written_to_a_terminal) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  BOOST_REQUIRE((master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0));
  const Deployment& deployment = shared_deployment();
  const auto errors = deployment.folder() / "errors";
  Process process({TACIT_BINARY, "backup", "-", "--config", deployment.config().string()}, ::ptsname(master), errors);
  BOOST_TEST((process.wait(10s) == 2));
  BOOST_TEST(read_file(errors).find("terminal") != std::string::npos);
  ::close(master);
}

BOOST_AUTO_TEST_CASE(a_backup_ends_if_its_output_is_not_read) {
  const Deployment deployment;
  Server server(deployment);
  Tenant tenant(deployment, server);
  for (int n = 0; n < 160; ++n) {
    tenant.create({{"secret_name", "n" + std::to_string(n)}, {"secret_value", std::string(1024, 'v')}});
  }
  // The shell also opens the pipe for reading, but does not read it.
  const std::string pipe = (deployment.folder() / "pipe").string();
  const std::string held = "mkfifo " + pipe + " && exec 3<>" + pipe + "; exec " TACIT_BINARY " ";
  const std::vector<std::string> commands = {"backup -", "export --tenant " + tenant.id};
  for (const std::string& command : commands) {
    const Finished done = run({"/bin/bash", "-c", held + command + " --stall-timeout 1 >" + pipe},
                              {{"TACIT_CONFIG", deployment.config().string()}});
    BOOST_TEST(done.status == 1);
    BOOST_TEST(done.err.find("has read nothing for 1 s ") != std::string::npos, done.err);
    std::filesystem::remove(pipe);
  }
  BOOST_TEST(deployment.command({"backup", "-", "--stall-timeout", "0"}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_server_whose_store_is_replaced_reports_that_and_accepts_no_changes) {
  const Deployment deployment;
  const std::string folder = deployment.folder().string();
  Server server(deployment);
  Tenant tenant(deployment, server);
  tenant.create(secret_number(1));
  good(deployment.command({"backup", folder + "/backup"}));
  std::filesystem::create_directory(folder + "/aside");
  for (const char* file : {"/data.mdb", "/lock.mdb"}) {
    std::filesystem::rename(deployment.store().string() + file, folder + "/aside" + file);
  }
  Client anyone(server.api_client(), {});
  BOOST_TEST(anyone.get("/readyz").body.find("moved away or deleted") != std::string::npos);
  // As if the store were the root of a file system.
  std::filesystem::create_directory(deployment.store() / "lost+found");
  good(deployment.command({"restore", folder + "/backup"}));
  const Answer ready = anyone.get("/readyz");
  BOOST_TEST(ready.status == 503);
  BOOST_TEST(ready.body.find("the store's file was replaced: restart") != std::string::npos, ready.body);
  REQUIRE_STATUS(tenant.api.post(secrets_path, secret_number(2)), 503);
  BOOST_TEST(resolved(server, tenant.id, 1) == "");
  BOOST_TEST(server.stop() == 0);
  const Server again(deployment);
  BOOST_TEST(resolved(again, tenant.id, 1) == value_of(1));
  REQUIRE_STATUS(Client(again, tenant.key).post(secrets_path, secret_number(2)), 200);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_restore_that_cannot_be_recorded_fails) {
  const Deployment deployment;
  const std::string file = (deployment.folder() / "backup").string();
  {
    Server server(deployment);
    Tenant tenant(deployment, server);
    for (int n = 0; n < 160; ++n) {
      tenant.create({{"secret_name", "n" + std::to_string(n)}, {"secret_value", std::string(1024, 'v')}});
    }
    good(deployment.command({"backup", file}));
  }
  // The file may become as large as in the backup, but no larger.
  const auto kibibytes = (std::filesystem::file_size(file) / 4096) * 4;
  const std::string store = (deployment.folder() / "other").string();
  const Finished done = run({"/bin/bash", "-c",
                             "trap '' XFSZ; ulimit -f " + std::to_string(kibibytes) +
                                 "; exec " TACIT_BINARY " restore " + file + " --store " + store},
                            {{"TACIT_CONFIG", deployment.config().string()}});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(done.err.find("store.restore could not be written to its audit log") != std::string::npos, done.err);
  good(deployment.command({"verify", "--store", store}));
}

BOOST_AUTO_TEST_CASE(a_store_may_be_made_in_the_root_of_a_file_system) {
  const Deployment deployment;
  const std::string folder = deployment.folder().string();
  std::filesystem::create_directories(folder + "/root/lost+found");
  std::filesystem::create_directory(folder + "/keys");
  good(deployment.command({"init", "--store", folder + "/root", "--root-private-keyring", folder + "/keys/private",
                           "--root-public-keyring", folder + "/keys/public", "--metadata-keyring",
                           folder + "/keys/metadata"}));
}

BOOST_AUTO_TEST_CASE(a_tenant_is_exported_sealed_and_erased_for_good) {
  const Deployment deployment;
  Server server(deployment);
  Tenant tenant(deployment, server);
  Tenant other(deployment, server);
  for (int n = 0; n < 10; ++n) {
    tenant.create(secret_number(n));
    other.create(secret_number(n));
  }
  const Finished exported = deployment.command({"export", "--tenant", tenant.id});
  good(exported);
  const auto lines = lines_of(exported.out);
  BOOST_REQUIRE(lines.size() == 14U);
  BOOST_TEST(lines.front().at("type").as_string() == "export");
  BOOST_TEST(lines[1].at("type").as_string() == "tenant");
  BOOST_TEST(lines[2].at("type").as_string() == "secret");
  BOOST_TEST(lines[12].at("type").as_string() == "api_key");
  BOOST_TEST(lines.back().at("secrets").to_number<int>() == 10);
  BOOST_TEST(exported.out.find("name 1") == std::string::npos);
  BOOST_TEST(exported.out.find("value number") == std::string::npos);
  BOOST_TEST(deployment.command({"export", "--tenant", new_uuid()}).status == 1);

  BOOST_TEST(deployment.command({"erase", "--tenant", tenant.id}).status == 2);  // there is no terminal to ask on
  REQUIRE_STATUS(tenant.api.get(secrets_path), 200);
  good(deployment.command({"erase", "--tenant", tenant.id, "--yes"}));
  REQUIRE_STATUS(tenant.api.get(secrets_path), 401);
  for (int n = 0; n < 10; ++n) {
    BOOST_TEST(resolved(server, tenant.id, n) == "");
    BOOST_TEST(resolved(server, other.id, n) == value_of(n));
  }
  deployment.verify();
  BOOST_TEST(deployment.command({"erase", "--tenant", tenant.id, "--yes"}).status == 1);
  // The same user can start again.
  Client again(server, deployment.create_api_key(tenant.id));
  REQUIRE_STATUS(again.post(secrets_path, secret_number(3)), 200);
  BOOST_TEST(resolved(server, tenant.id, 3) == value_of(3));
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(stats_count_while_the_server_runs) {
  const Deployment deployment;
  const Server server(deployment);
  Tenant tenant(deployment, server);
  tenant.create(secret_number(1));
  const Finished done = deployment.command({"stats", "--json"});
  good(done);
  const json::object figures = json::parse(done.out).as_object();
  BOOST_TEST(figures.at("tenants").to_number<int>() == 1);
  BOOST_TEST(figures.at("secrets").to_number<int>() == 1);
  BOOST_TEST(figures.at("api_keys").to_number<int>() == 1);
  BOOST_TEST(figures.at("map_pages").to_number<std::int64_t>() * figures.at("page_bytes").to_number<std::int64_t>() ==
             1073741824);
  BOOST_TEST((figures.at("biggest_tenants").at(0).at("user_id").as_string() == tenant.id));
  const Finished text = deployment.command({"stats", "--top", "0"});
  good(text);
  BOOST_TEST(text.out.find("biggest") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
