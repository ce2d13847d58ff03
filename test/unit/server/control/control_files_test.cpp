// Control sockets are found by their names, and a file that is not a socket is never connected to.
#include "server/control/control_files.hpp"
#include "test/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace tacit::server;
using tacit::test::TemporaryFolder;

namespace {

using Environment = std::map<std::string, std::string>;

Descriptor opened(const TemporaryFolder& directory) {
  return Descriptor(::open(directory.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/// A socket that is bound to that file. It does not listen.
Descriptor bound(const std::filesystem::path& file) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = file.string();
  BOOST_REQUIRE(path.size() < sizeof address.sun_path);
  std::copy(path.begin(), path.end(), address.sun_path);
  const void* const raw = &address;
  BOOST_REQUIRE(::bind(socket.get(), static_cast<const sockaddr*>(raw), sizeof address) == 0);
  return socket;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(control_files)

BOOST_AUTO_TEST_CASE(a_name_contains_the_process_id) {
  BOOST_TEST(control_name(4711) == "control-4711.sock");
  BOOST_TEST((process_of_control_name("control-4711.sock") == std::optional<pid_t>(4711)));
  for (const char* const other :
       {"", "control-", "control-.sock", "control-0.sock", "control--1.sock", "control-+1.sock", "control-01.sock",
        "control-1.sock.new", ".control-1.sock.new", "control- 1.sock", "control-1x.sock", "Control-1.sock",
        "control-99999999999999999999.sock"}) {
    BOOST_TEST(!process_of_control_name(other).has_value(), other);
  }
}

BOOST_AUTO_TEST_CASE(a_server_uses_the_setting_then_the_runtime_directory_then_the_store) {
  Config config;
  config.store = "/var/lib/tacit/store";
  BOOST_TEST((own_control_directory(config, {}) == "/var/lib/tacit/store"));
  const Environment environment{{"RUNTIME_DIRECTORY", "/run/first:/run/second"}};
  BOOST_TEST((own_control_directory(config, environment) == "/run/first"));
  config.control_directory = "/run/own";
  BOOST_TEST((own_control_directory(config, environment) == "/run/own"));
}

BOOST_AUTO_TEST_CASE(a_command_of_a_unit_searches_no_directory_of_other_units) {
  Config config;
  config.store = "/var/lib/tacit/store";
  config.control_directory = "/run/own";
  const Environment environment{{"RUNTIME_DIRECTORY", "/run/own"}, {"MAINPID", "4711"}};
  const std::vector<std::filesystem::path> found = control_directories(config, environment);
  BOOST_TEST((found == std::vector<std::filesystem::path>{"/run/own", "/var/lib/tacit/store"}));
}

BOOST_AUTO_TEST_CASE(sockets_are_listed_in_the_order_of_their_processes) {
  const TemporaryFolder directory;
  for (const char* const name : {"control-20.sock", "control-3.sock", "control-x.sock", "data.mdb"}) {
    directory.write(name, "");
  }
  BOOST_TEST((list_control_sockets(directory.path()) == std::optional(std::vector<pid_t>{3, 20})));
  BOOST_TEST(!list_control_sockets(directory / "missing").has_value());
}

BOOST_AUTO_TEST_CASE(only_a_socket_is_connected_to) {
  const TemporaryFolder directory;
  const Descriptor folder = opened(directory);
  BOOST_TEST(connect_to(folder, "control-1.sock").error == ENOENT);
  directory.write("control-2.sock", "");
  BOOST_TEST(connect_to(folder, "control-2.sock").error == ENOTSOCK);
  const Descriptor socket = bound(directory / "control-3.sock");
  BOOST_TEST(connect_to(folder, "control-3.sock").error == ECONNREFUSED);
  BOOST_REQUIRE(::listen(socket.get(), 1) == 0);
  const Connected connected = connect_to(folder, "control-3.sock");
  BOOST_TEST(connected.error == 0);
  BOOST_TEST(static_cast<bool>(connected.socket));
  std::filesystem::create_symlink("control-3.sock", directory / "control-4.sock");
  BOOST_TEST(connect_to(folder, "control-4.sock").error == ENOTSOCK);
}

BOOST_AUTO_TEST_SUITE_END()
