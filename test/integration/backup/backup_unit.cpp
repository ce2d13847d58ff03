// In the sandbox of tacit-backup.service, the process that opens the store does not run as root.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

#include "crypto/files/descriptor.hpp"
#include "test/integration/support/deployment.hpp"

namespace fs = std::filesystem;
using namespace tacit::test;

namespace {

constexpr gid_t a_group = 54321;

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(::geteuid() == 0);
  result.message() << "only root may become another user";
  return result;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The last value of that setting in the unit.
std::string said_of(const std::string& name) {
  std::istringstream unit(read_file(TACIT_SOURCE_DIR "/conf/systemd/tacit-backup.service.in"));
  std::string line;
  std::string value = "nothing";
  while (std::getline(unit, line)) {
    if (line.starts_with(name + "=")) value = line.substr(name.size() + 1);
  }
  return value;
}

/// The unit's capabilities in the form that setpriv(1) takes.
std::string capabilities() {
  std::istringstream names(said_of("CapabilityBoundingSet"));
  std::string set = "-all";
  for (std::string name; names >> name;) {
    BOOST_REQUIRE(name.starts_with("CAP_"));
    set.append(",+").append(name.substr(4));
  }
  return set;
}

/// A store that a group writes to, and a backup that blocks because its output is not read.
struct Backup {
  Backup() {
    BOOST_REQUIRE(::chown(deployment.store().c_str(), 0, a_group) == 0);
    for (const char* const name : {"data.mdb", "lock.mdb"}) {
      BOOST_REQUIRE(::chown((deployment.store() / name).c_str(), 0, a_group) == 0);
      BOOST_REQUIRE(::chmod((deployment.store() / name).c_str(), 0660) == 0);
    }
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    reader = tacit::crypto::Descriptor(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    BOOST_REQUIRE(::fcntl(reader.get(), F_SETPIPE_SZ, 4096) >= 0);
    process.emplace(std::vector<std::string>{"/usr/bin/setpriv", "--bounding-set", capabilities(), "--inh-caps", "-all",
                                             "--no-new-privs", TACIT_BINARY, "backup", "-", "--config",
                                             deployment.config().string()},
                    fifo, errors);
  }

  /// The kernel's status of the process or of its child; empty if it does not exist.
  std::string status() const { return read_file("/proc/" + std::to_string(process->pid()) + "/status"); }
  std::string status_of_child() const {
    const std::string parent = "\nPPid:\t" + std::to_string(process->pid()) + "\n";
    for (const auto& one : fs::directory_iterator("/proc")) {
      if (one.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
      std::ifstream file(one.path() / "status");
      const std::string status((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      if (has(status, parent)) return status;
    }
    return {};
  }

  /// Reads all of its output. Returns its exit code.
  int finish() {
    std::array<char, 65536> part{};
    for (int i = 0; i < 3000; ++i) {
      while (::read(reader.get(), part.data(), part.size()) > 0) {
      }
      if (const auto status = process->wait(std::chrono::milliseconds(10))) return *status;
    }
    return -1;
  }

  const Deployment deployment;
  const fs::path fifo = deployment.folder() / "fifo";
  const fs::path errors = deployment.folder() / "errors";
  tacit::crypto::Descriptor reader;
  std::optional<Process> process;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(backup_unit)

BOOST_AUTO_TEST_CASE(the_process_that_reads_the_store_is_not_root, *boost::unit_test::precondition(is_root)) {
  Backup backup;
  std::string child;
  for (int i = 0; i < 500 && (child.empty() || has(child, "Uid:\t0")); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    child = backup.status_of_child();
  }
  BOOST_TEST(!child.empty(), read_file(backup.errors));
  BOOST_TEST(!has(child, "Uid:\t0"), child);
  BOOST_TEST(has(child, "Gid:\t54321\t54321\t54321\t54321"), child);
  BOOST_TEST(has(child, "CapEff:\t0000000000000000"), child);
  BOOST_TEST(has(child, "CapPrm:\t0000000000000000"), child);
  BOOST_TEST(has(backup.status(), "Uid:\t0\t0\t0\t0"));
  BOOST_TEST(backup.finish() == 0, read_file(backup.errors));
}

BOOST_AUTO_TEST_CASE(the_unit_lets_the_program_change_its_user) {
  BOOST_TEST(said_of("SecureBits").empty());
  BOOST_TEST(said_of("PrivateUsers") == "no");
  BOOST_TEST(said_of("SystemCallFilter") == "@setuid capset");
}

BOOST_AUTO_TEST_SUITE_END()
