// A server checks at most 64 MiB of pages before it serves. Damage beyond them is found in the background: it is
// logged and a warning of /readyz, requests are answered, and nothing is overwritten, since the free list may be wrong.
#include <lmdb.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t page_size = 4096;
constexpr std::string_view last_row = "the last row of the large table";
/// Two of these rows fill a page, so these take more than 64 MiB.
constexpr std::uint64_t rows = 36'000;
constexpr std::size_t row_size = 1500;

/// Adds a table that no server reads, in one commit. Its name is that of no other table.
class LargeTable {
 public:
  explicit LargeTable(const std::filesystem::path& store) {
    try {
      check(mdb_env_create(&env_));
      check(mdb_env_set_maxdbs(env_, 1));
      check(mdb_env_set_mapsize(env_, std::size_t{1} << 30));
      check(mdb_env_open(env_, store.c_str(), MDB_NOTLS | MDB_NOSYNC, 0600));
      fill();
    } catch (...) {
      mdb_env_close(env_);
      throw;
    }
    mdb_env_close(env_);
  }

 private:
  static void check(int code) {
    if (code != MDB_SUCCESS) throw std::runtime_error(mdb_strerror(code));
  }
  void fill() const {
    MDB_txn* transaction = nullptr;
    check(mdb_txn_begin(env_, nullptr, 0, &transaction));
    MDB_dbi table = 0;
    check(mdb_dbi_open(transaction, "large", MDB_CREATE, &table));
    std::string value(row_size, 'r');
    for (std::uint64_t row = 0; row < rows; ++row) {
      std::array<std::uint8_t, 4> key{};
      for (std::size_t i = 0; i < key.size(); ++i)
        key[i] = static_cast<std::uint8_t>(row >> (8 * (key.size() - 1 - i)));
      if (row + 1 == rows) value.replace(0, last_row.size(), last_row);
      MDB_val key_val{key.size(), key.data()};
      MDB_val value_val{value.size(), value.data()};
      check(mdb_put(transaction, table, &key_val, &value_val, MDB_APPEND));
    }
    check(mdb_txn_commit(transaction));
  }

  MDB_env* env_ = nullptr;
};

/// A store of which the page that is checked last is damaged. No process has it open.
struct LargeStore {
  Deployment deployment{Settings{{"scrub-within", "2"}, {"admin-listen", "127.0.0.1:0"}, {"prekey-pool", "0"}}};
  std::size_t page = 0;

  LargeStore() {
    const LargeTable large(deployment.store());
    const auto file = deployment.store() / "data.mdb";
    std::string bytes = read_file(file);
    page = bytes.rfind(last_row) / page_size;
    BOOST_REQUIRE(page > (std::size_t{64} << 20) / page_size);
    BOOST_REQUIRE((page + 1) * page_size <= bytes.size());
    bytes[page * page_size] ^= 1;  // the page's number
    write_file(file, bytes);
  }
  std::string page_text() const { return "page " + std::to_string(page) + " "; }
};

/// The log's lines about damage, once there is one. Fails after a minute.
std::string damage_lines(const Deployment& deployment) {
  for (int i = 0; i < 600; ++i) {
    const std::string log = deployment.printed_by_now();
    const std::size_t at = log.find(R"("event":"store_damaged")");
    const std::size_t end = at == std::string::npos ? at : log.find('\n', at);
    if (end != std::string::npos) return log.substr(at, end - at);
    std::this_thread::sleep_for(100ms);
  }
  BOOST_FAIL("no line about damage: " << deployment.printed());
  return {};
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

double scrubbing(const Server& server, const std::string& metric) { return Scrape(server.admin_port()).sum(metric); }

}  // namespace

BOOST_AUTO_TEST_SUITE(damage_while_serving)

BOOST_AUTO_TEST_CASE(a_server_reports_a_damaged_page_and_serves_the_others) {
  const LargeStore stored;
  Server server(stored.deployment);
  Tenant tenant(stored.deployment, server);
  const auto made = tenant.create({{"secret_name", "a"}, {"secret_value", "value of a"}});
  const std::string secret = secrets_path + std::string(made.at("secret_id").as_string());

  const std::string line = damage_lines(stored.deployment);
  BOOST_TEST(line.find("data.mdb is damaged: " + stored.page_text()) != std::string::npos, line);
  BOOST_TEST(line.find("tacit verify") != std::string::npos, line);

  Client anyone(server.api_client(), {});
  const Answer ready = anyone.get("/readyz");
  CHECK_STATUS(ready, 200);
  BOOST_TEST(ready.body.find(R"("warning":"the store's file is damaged)") != std::string::npos, ready.body);
  // Clients get no details.
  BOOST_TEST(ready.body.find(stored.page_text()) == std::string::npos, ready.body);

  // Other pages serve, and freed ones wait, longer than they would in a sound store.
  CHECK_STATUS(tenant.api.patch(secret, {{"secret_value", "another value"}}), 200);
  CHECK_STATUS(tenant.api.get(secret), 200);
  CHECK_STATUS(tenant.api.del(secret), 200);
  std::this_thread::sleep_for(4s);
  BOOST_TEST(scrubbing(server, "tacit_store_scrub_waiting_bytes") > 0);
  BOOST_TEST(scrubbing(server, "tacit_store_scrubbed_bytes_total") == 0);
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST(count(stored.deployment.printed(), R"("event":"store_damaged")") == 1U);
}

BOOST_AUTO_TEST_CASE(commands_that_check_all_pages_name_the_damaged_one) {
  const LargeStore stored;
  const auto backup = (stored.deployment.folder() / "store.backup").string();
  for (const std::vector<std::string>& command : {std::vector<std::string>{"verify"}, {"scrub"}, {"backup", backup}}) {
    const Finished done = stored.deployment.command(command);
    BOOST_TEST(done.status == 1, command[0] << " answered " << done.status << ": " << done.out << done.err);
    BOOST_TEST((done.out + done.err).find(stored.page_text()) != std::string::npos, done.out << done.err);
  }
  BOOST_TEST(!std::filesystem::exists(backup));
}

BOOST_AUTO_TEST_SUITE_END()
