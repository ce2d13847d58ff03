// Deleted, replaced, rewrapped and erased data is not in the store's raw file: after `tacit scrub`, automatically
// within the configured time, and after killed scrubs and servers.
#include <lmdb.h>
#include <signal.h>
#include <unistd.h>

#include <future>
#include <random>
#include <thread>

#include "test/integration/keys/key_commands.hpp"
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/store_rows.hpp"
#include "test/leftovers.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t clients = 3;

/// One tenant's load: creations, replacements and deletions, some of them of values with pages of their own.
class Changes {
 public:
  Changes(const Deployment& deployment, unsigned seed)
      : user_(new_uuid()), api_key_(deployment.create_api_key(user_)), random_(seed) {}

  const std::string& user() const { return user_; }
  void run(const Server& server, int count) {
    Client api(server, api_key_);
    for (int i = 0; i < count; ++i) change(api);
  }
  void delete_all(const Server& server) {
    Client api(server, api_key_);
    while (!ids_.empty()) remove(api, ids_.size() - 1);
  }

 private:
  void change(Client& api) {
    if (ids_.size() < 5 || (ids_.size() < 25 && random_() % 3 == 0)) {
      const Answer made = api.post(secrets_path, {{"secret_name", "n" + std::to_string(++names_)},
                                                  {"secret_value", std::to_string(random_()) + text()}});
      expect(made, 200);
      return ids_.push_back(made.text("secret_id"));
    }
    const std::size_t one = random_() % ids_.size();
    if (random_() % 3 == 0) return remove(api, one);
    expect(api.patch(secrets_path + ids_[one], {{"secret_value", std::to_string(random_()) + text()}}), 200);
  }
  /// Up to 4 KiB in at most 1024 characters.
  std::string text() {
    std::string text;
    const std::size_t characters = random_() % 3 == 0 ? random_() % 1000 : random_() % 60;
    for (std::size_t i = 0; i < characters; ++i) text += "\xF0\x9F\x94\x91";
    return text;
  }
  void remove(Client& api, std::size_t one) {
    expect(api.del(secrets_path + ids_[one]), 200);
    ids_.erase(ids_.begin() + static_cast<std::ptrdiff_t>(one));
  }

  std::string user_;
  std::string api_key_;
  std::mt19937 random_;
  std::vector<std::string> ids_;
  int names_ = 0;
};

class Scrubbed {
 public:
  explicit Scrubbed(Settings settings = {{"scrub-within", "0"}}) : deployment_(std::move(settings)) {
    for (unsigned i = 0; i < clients; ++i) changes_.push_back(std::make_unique<Changes>(deployment_, i));
  }

  Deployment& deployment() { return deployment_; }
  Changes& one(std::size_t index) { return *changes_[index]; }
  void load(const Server& server, int count) {
    in_parallel(clients, [&](std::size_t i) { changes_[i]->run(server, count); });
  }
  /// Some rounds of load by servers that stop, so that the rows can be read in between.
  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      Server server(deployment_);
      load(server, 25);
      BOOST_TEST(server.stop() == 0);
      look();
    }
  }
  void look() {
    GoneRows::Rows rows;
    for (const Row& row : read_rows(deployment_.store())) rows[row.table + row.key] = row.value;
    gone_.seen(rows);
  }
  std::size_t gone() const { return gone_.count(); }
  std::size_t leftovers() const { return gone_.found_in(read_file(deployment_.store() / "data.mdb")); }

 private:
  Deployment deployment_;
  std::vector<std::unique_ptr<Changes>> changes_;
  GoneRows gone_;
};

/// Reads the store's current state in a process beside the servers.
class Snapshot {
 public:
  explicit Snapshot(const std::filesystem::path& store) {
    BOOST_REQUIRE(mdb_env_create(&env_) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_env_open(env_, store.c_str(), MDB_NOTLS, 0600) == MDB_SUCCESS);
    BOOST_REQUIRE(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn_) == MDB_SUCCESS);
  }
  ~Snapshot() {
    mdb_txn_abort(txn_);
    mdb_env_close(env_);
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

double waiting(const Server& server) { return Scrape(server.admin_port()).sum("tacit_store_scrub_waiting_bytes"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(scrub)

BOOST_AUTO_TEST_CASE(the_command_overwrites_deleted_values) {
  Scrubbed it;
  it.rounds(6);
  // Replaces the keys of tenants and the sealed names; erases a tenant.
  for (const char* const ring : {"root", "metadata"}) {
    const std::string key = add_key(it.deployment(), ring);
    succeed(it.deployment(), {"key", "promote", key});
    succeed(it.deployment(), {"key", "rewrap", ring});
  }
  succeed(it.deployment(), {"erase", "--tenant", it.one(0).user(), "--yes"});
  it.look();
  BOOST_TEST(it.gone() > 100U);
  BOOST_TEST(it.leftovers() > 0U);
  const json::object before = json::parse(succeed(it.deployment(), {"stats", "--json"})).as_object();
  BOOST_TEST(before.at("scrub_waiting_bytes").to_number<std::uint64_t>() > 0U);

  const json::object done = json::parse(succeed(it.deployment(), {"scrub", "--json"})).as_object();
  BOOST_TEST(done.at("complete").as_bool());
  BOOST_TEST(done.at("overwritten_bytes").to_number<std::uint64_t>() > 0U);
  BOOST_TEST(it.leftovers() == 0U);
  const json::object after = json::parse(succeed(it.deployment(), {"stats", "--json"})).as_object();
  BOOST_TEST(after.at("scrub_waiting_bytes").to_number<std::uint64_t>() == 0U);
  it.deployment().verify();
}

// A new key pair replaces the tenant's record, the values that are sealed to it, and the pool's rows.
BOOST_AUTO_TEST_CASE(the_command_overwrites_replaced_tenant_keys) {
  Scrubbed it;
  it.rounds(2);
  const std::size_t before = it.gone();
  succeed(it.deployment(), {"tenant", "rekey", "--all"});
  it.look();
  BOOST_TEST(it.gone() >= before + clients);
  BOOST_TEST(it.leftovers() > 0U);
  succeed(it.deployment(), {"scrub"});
  BOOST_TEST(it.leftovers() == 0U);
  it.deployment().verify();
}

BOOST_AUTO_TEST_CASE(a_server_scrubs_in_the_background) {
  Scrubbed it(Settings{{"scrub-within", "2"}, {"admin-listen", "127.0.0.1:0"}});
  it.rounds(2);
  Server server(it.deployment());
  for (std::size_t i = 0; i < clients; ++i) it.one(i).delete_all(server);
  BOOST_TEST(waiting(server) > 0);
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (waiting(server) > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(100ms);
  BOOST_TEST(waiting(server) == 0);
  // The counter rises at the end of a run.
  const auto scrubbed = [&] { return Scrape(server.admin_port()).sum("tacit_store_scrubbed_bytes_total"); };
  while (scrubbed() == 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(100ms);
  BOOST_TEST(scrubbed() > 0);
  BOOST_TEST(server.stop() == 0);
  it.look();
  BOOST_TEST(it.gone() > 50U);
  BOOST_TEST(it.leftovers() == 0U);
  it.deployment().verify();
}

BOOST_AUTO_TEST_CASE(the_command_works_beside_a_server_under_load) {
  Scrubbed it;
  it.rounds(1);
  {
    Server server(it.deployment());
    auto load = std::async(std::launch::async, [&] { it.one(1).run(server, 200); });
    for (int i = 0; i < 5; ++i) {
      const Finished done = it.deployment().command({"scrub"});
      BOOST_TEST(done.status == 0, done.err);
    }
    load.get();
    BOOST_TEST(server.stop() == 0);
  }
  it.deployment().verify();
  it.look();
  succeed(it.deployment(), {"scrub"});
  BOOST_TEST(it.leftovers() == 0U);
}

BOOST_AUTO_TEST_CASE(killed_scrubs_and_servers_lose_nothing) {
  Scrubbed it;
  it.rounds(1);
  std::mt19937 random(7);
  const std::filesystem::path log = it.deployment().folder() / "scrub.log";
  for (int round = 0; round < 12; ++round) {
    {
      Server server(it.deployment(), {"--scrub-within", "1"});
      it.load(server, 10);
      server.kill();
    }
    it.look();
    Process scrub({TACIT_BINARY, "scrub", "--config", it.deployment().config().string()}, log, log);
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
    scrub.signal(SIGKILL);
    scrub.wait(30s);
    it.deployment().verify();
  }
  it.look();
  succeed(it.deployment(), {"scrub"});
  BOOST_TEST(it.gone() > 100U);
  BOOST_TEST(it.leftovers() == 0U);
  it.deployment().verify();
}

BOOST_AUTO_TEST_CASE(readers_of_older_snapshots_are_reported) {
  Scrubbed it;
  it.rounds(1);
  Server server(it.deployment());
  {
    const Snapshot held(it.deployment().store());
    it.load(server, 20);
    const Finished done = it.deployment().command({"scrub", "--wait", "0"});
    BOOST_TEST(done.status == 1);
    BOOST_TEST(done.err.find("reader of an older snapshot") != std::string::npos, done.err);
    const Finished stats = it.deployment().command({"stats"});
    BOOST_TEST(stats.out.find("(process " + std::to_string(::getpid()) + ")") != std::string::npos, stats.out);
  }
  const Finished done = it.deployment().command({"scrub"});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
