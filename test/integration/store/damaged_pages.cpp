// On a store file that is truncated or has damaged pages, every command and the server report the damage; none ends by
// a signal, and none hangs.
#include <csignal>
#include <cstring>
#include <random>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t page_size = 4096;

/// A store that no process has open, with two tenants, defaults, deletions and long rows.
struct Stored {
  Deployment deployment{Settings{{"request-rate", "0"}}};
  std::string key;
  std::string tenant;
  std::string whole;  ///< the file without the blocks that were allocated in advance

  Stored() {
    Server server(deployment);
    Tenant one(deployment, server);
    Tenant two(deployment, server);
    key = one.key;
    tenant = one.id;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < 150; ++i) {
      const std::string number = std::to_string(i);
      const auto made = one.create({{"secret_name", "name " + number + std::string(i % 3 * 300, 'n')},
                                    {"secret_value", "value " + number},
                                    {"tool_name", "tool" + number},
                                    {"tool_arg", "a"},
                                    {"is_default_for_tool", true}});
      ids.emplace_back(made.at("secret_id").as_string());
      if (i % 10 == 0) two.create({{"secret_name", number}, {"secret_value", "value of two"}});
    }
    for (std::size_t i = 0; i < ids.size(); i += 4) REQUIRE_STATUS(one.api.del(secrets_path + ids[i]), 200);
    BOOST_REQUIRE(server.stop() == 0);
    whole = read_file(file());
    whole.resize((whole.find_last_not_of('\0') / page_size + 1) * page_size);
    write_file(file(), whole);
    deployment.verify();
  }
  std::filesystem::path file() const { return deployment.store() / "data.mdb"; }
  std::size_t pages() const { return whole.size() / page_size; }
};

/// Every command that opens the store.
std::vector<std::vector<std::string>> commands(const Stored& stored) {
  const auto out = (stored.deployment.folder() / "out").string();
  return {{"verify"},
          {"stats"},
          {"audit", "verify"},
          {"backup", out},
          {"check-config"},
          {"api-key", "list"},
          {"export", "--tenant", stored.tenant},
          {"key", "list", "--uses"}};
}

/// More of them. Without verify, which reports each damaged page without the file's name.
std::vector<std::vector<std::string>> every_command(const Stored& stored) {
  std::vector<std::vector<std::string>> all = {{"scrub"},
                                               {"audit", "export"},
                                               {"audit", "tail"},
                                               {"audit", "prune", "--before", "2h", "--dry-run"},
                                               {"audit", "feed", "--to", "-", "--once"},
                                               {"api-key", "create", "--tenant", stored.tenant, "--name", "test"},
                                               {"api-key", "revoke", "00000000000", "--yes"},
                                               {"quota", "get", "--tenant", stored.tenant},
                                               {"limits", "get", "--tenant", stored.tenant},
                                               {"erase", "--tenant", stored.tenant, "--dry-run"},
                                               {"key", "rewrap"}};
  for (const std::vector<std::string>& command : commands(stored)) {
    if (command.front() != "verify") all.push_back(command);
  }
  return all;
}

/// The file with all children of a branch page but the first replaced by that page. Empty if the page is no branch with
/// at least two children.
std::string with_loop(std::string bytes, std::size_t page) {
  const std::size_t at = page * page_size;
  const auto number = [&bytes](std::size_t place, std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + place, size);
    return value;
  };
  constexpr std::uint64_t branch_flag = 1;
  // LMDB's page header: page number, 2 bytes, flags, end of the node list. A node begins with its child's number.
  const bool is_branch = number(at, 8) == page && number(at + 10, 2) == branch_flag;
  const std::size_t nodes = is_branch ? (number(at + 12, 2) - 16) / 2 : 0;
  if (nodes < 2) return {};
  for (std::size_t i = 1; i < nodes; ++i) {
    const std::size_t node = at + number(at + 16 + 2 * i, 2);
    std::memcpy(bytes.data() + node, &page, 6);
  }
  return bytes;
}

void expect_words(const Stored& stored, const std::vector<std::string>& command, const std::string& damage) {
  const Finished done = stored.deployment.command(command);
  BOOST_TEST((done.status == 1 || done.status == 2), command[0] << " of a store with " << damage << " answered "
                                                                << done.status << ": " << done.out << done.err);
  const std::string words = done.out + done.err;
  BOOST_TEST(words.find("data.mdb") != std::string::npos, words);
}

/// Starts a server, which may refuse, and requests everything stored. The server must not end by a signal.
void expect_no_signal(const Stored& stored, const std::string& damage) {
  const std::size_t before = stored.deployment.printed().size();
  try {
    Server server(stored.deployment);
    try {
      Client api(server, stored.key);
      api.get(secrets_path);
      api.post(secrets_path, {{"secret_name", "more"}, {"secret_value", "12345"}});
      resolve(server, {{"user_id", stored.tenant}, {"tool_name", "tool7"}});
    } catch (const TransportError&) {
      // It ended; the exit code is checked below.
    }
    if (server.process().running()) server.process().signal(SIGTERM);
    const auto status = server.process().wait(30s);
    BOOST_TEST(status.has_value(), "a server over a store with " << damage << " does not end");
    BOOST_TEST((status == 0 || status == 1), "a server over a store with "
                                                 << damage << " ended with " << status.value_or(-1) << ": "
                                                 << stored.deployment.printed().substr(before));
  } catch (const std::runtime_error&) {
    const Finished refused = run({TACIT_BINARY, "serve", "--config", stored.deployment.config().string()});
    BOOST_TEST((refused.status == 1 || refused.status == 2),
               "a server over a store with " << damage << " ended with " << refused.status << ": " << refused.err);
    BOOST_TEST(refused.err.find("tacit: ") != std::string::npos);
  }
}

/// Damages the file in one of many ways. Returns a description of the damage.
class Vandal {
 public:
  Vandal(const Stored& stored, unsigned seed) : stored_(stored), random_(seed) {}

  std::string damage() {
    bytes_ = stored_.whole;
    const std::size_t page = below(stored_.pages());
    const std::size_t kind = below(7);
    change(page, kind);
    write_file(stored_.file(), bytes_);
    return "damage of kind " + std::to_string(kind) + " to page " + std::to_string(page);
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  char any() { return static_cast<char>(below(256)); }
  std::size_t number_at(std::size_t at) const {
    const auto byte = [this](std::size_t index) { return std::size_t{static_cast<unsigned char>(bytes_[index])}; };
    return byte(at) + (byte(at + 1) << 8U);
  }
  void change(std::size_t page, std::size_t kind) {
    const std::size_t at = page * page_size;
    switch (kind) {
      case 0:
        bytes_[at + below(page_size)] ^= static_cast<char>(1U << below(8));
        break;
      case 1:  // the page's header
        bytes_[at + below(16)] = any();
        break;
      case 2:
        for (std::size_t i = 0; i < page_size; ++i) bytes_[at + i] = any();
        break;
      case 3:
        bytes_.replace(at, page_size, page_size, '\0');
        break;
      case 4: {  // the content of another page
        const std::size_t other = below(stored_.pages()) * page_size;
        bytes_.replace(at, page_size, stored_.whole, other, page_size);
        break;
      }
      case 5: {  // the offset of a row
        const std::size_t pointer = at + 16 + 2 * below(20);
        bytes_[pointer] = any();
        bytes_[pointer + 1] = any();
        break;
      }
      default: {  // the sizes and flags of a row
        const std::size_t row = number_at(at + 16 + 2 * below(10));
        if (row + 8 <= page_size) bytes_[at + row + below(8)] = any();
      }
    }
  }

  const Stored& stored_;
  std::mt19937 random_;
  std::string bytes_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(damaged_pages)

BOOST_AUTO_TEST_CASE(a_truncated_file_is_reported) {
  const Stored stored;
  const std::size_t half = stored.pages() / 2 * page_size;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{100}, page_size, 2 * page_size, 4 * page_size, half + 17}) {
    write_file(stored.file(), stored.whole.substr(0, size));
    const std::string damage = std::to_string(size) + " bytes left";
    for (const auto& command : commands(stored)) expect_words(stored, command, damage);
    BOOST_CHECK_EXCEPTION(Server server(stored.deployment), std::runtime_error, [](const std::runtime_error& error) {
      return std::string(error.what()).find("data.mdb") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(an_invalid_meta_page_is_reported) {
  const Stored stored;
  for (const std::size_t at : {std::size_t{10}, std::size_t{16}, std::size_t{20}, std::size_t{40}, std::size_t{144}}) {
    for (const std::size_t page : {0U, 1U}) {
      std::string bytes = stored.whole;
      bytes[page * page_size + at] ^= 0x5a;
      write_file(stored.file(), bytes);
      for (const auto& command : commands(stored)) expect_words(stored, command, "byte " + std::to_string(at));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_truncated_while_it_is_served_ends_the_server_with_a_reason) {
  const Stored stored;
  Server server(stored.deployment);
  Client api(server, stored.key);
  REQUIRE_STATUS(api.get(secrets_path), 200);
  std::filesystem::resize_file(stored.file(), 2 * page_size);
  BOOST_CHECK_THROW(api.get(secrets_path), TransportError);
  const auto status = server.process().wait(30s);
  BOOST_REQUIRE(status.has_value());
  BOOST_TEST(*status == 1);
  BOOST_TEST(stored.deployment.printed().find("the file was cut off or is damaged") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(verify_names_damaged_pages_and_checks_the_rest) {
  const Stored stored;
  // Damage to a leaf with nothing but secrets leaves both tenants readable: their records and branches are elsewhere.
  bool found = false;
  for (std::size_t page = stored.pages() - 1; page > 2 && !found; --page) {
    std::string bytes = stored.whole;
    bytes.replace(page * page_size + 16, 16, 16, '\xff');
    write_file(stored.file(), bytes);
    const Finished done = stored.deployment.command({"verify"});
    found =
        done.out.find("page " + std::to_string(page) + " has rows that do not lie inside it") != std::string::npos &&
        done.out.find("(tenants, from") != std::string::npos && done.out.find("tenants        2") != std::string::npos;
    if (!found) continue;
    BOOST_TEST(done.status == 1);
    expect_words(stored, {"backup", (stored.deployment.folder() / "out").string()}, "a damaged leaf");
    BOOST_TEST(!std::filesystem::exists(stored.deployment.folder() / "out"));
  }
  BOOST_TEST(found);
}

BOOST_AUTO_TEST_CASE(verify_of_an_unresponsive_disk_ends_and_reports_its_position) {
  const Stored stored;
  const auto fault = stored.deployment.folder() / "fault";
  const Environment environment{
      {"LD_PRELOAD", TACIT_FAULTY_CALLS}, {"FAULTY_DISK", fault.string()}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  // At the meta pages, and in the middle of the other pages.
  for (const std::size_t bytes : {std::size_t{0}, stored.pages() / 2 * page_size}) {
    write_file(fault, "reads " + std::to_string(bytes) + "\n");
    const Finished done = run(
        {TACIT_BINARY, "verify", "--config", stored.deployment.config().string(), "--stall-timeout", "2"}, environment);
    BOOST_TEST(done.status == 1, done.status);
    BOOST_TEST(done.err.find("data.mdb") != std::string::npos, done.err);
    BOOST_TEST(done.err.find("made no progress for 2 s") != std::string::npos, done.err);
    BOOST_TEST(done.err.find(bytes == 0 ? "was opening the store" : "was checking page ") != std::string::npos,
               done.err);
  }
}

BOOST_AUTO_TEST_CASE(no_damage_crashes_or_hangs_a_command_or_the_server) {
  const Stored stored;
  Vandal vandal(stored, 20260101);
  const auto out = (stored.deployment.folder() / "out").string();
  for (int round = 0; round < 40; ++round) {
    const std::string damage = vandal.damage();
    // `run` throws if a command takes longer than a minute.
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"verify"}, {"stats"}, {"audit", "verify"}, {"backup", out}}) {
      const Finished done = stored.deployment.command(command);
      BOOST_TEST(done.status < 128,
                 command[0] << " with " << damage << " answered " << done.status << ": " << done.err);
    }
    std::filesystem::remove(out);
    expect_no_signal(stored, damage);
  }
}

// A walk of such a tree would never end.
BOOST_AUTO_TEST_CASE(every_command_reports_a_page_cycle) {
  const Stored stored;
  std::size_t branches = 0;
  for (std::size_t page = 2; page < stored.pages() && branches < 4; ++page) {
    const std::string bytes = with_loop(stored.whole, page);
    if (bytes.empty()) continue;
    write_file(stored.file(), bytes);
    if (stored.deployment.command({"verify"}).status == 0) continue;  // a free page
    ++branches;
    for (const auto& command : every_command(stored)) {
      expect_words(stored, command, "a loop at page " + std::to_string(page));
    }
  }
  BOOST_TEST(branches > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
