// Messages to the service manager.
#include "server/serve/service_manager.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "test/temporary_folder.hpp"
#include "test/unit/server/serve/notify_socket_fixture.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;
using tacit::test::NotifySocket;

namespace {

using Environment = std::map<std::string, std::string>;

std::string own_pid() { return std::to_string(::getpid()); }

struct Managed {
  tacit::test::TemporaryFolder directory;
  NotifySocket socket{(directory / "notify").string()};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(service_manager)

BOOST_FIXTURE_TEST_CASE(notifications_follow_the_protocol, Managed) {
  const ServiceManager manager(Environment{{"NOTIFY_SOCKET", socket.name()}});
  BOOST_TEST(manager.listens());
  manager.ready("serving");
  BOOST_TEST(socket.next(1s).value() == "READY=1\nSTATUS=serving");
  manager.status("in trouble");
  BOOST_TEST(socket.next(1s).value() == "STATUS=in trouble");
  manager.alive();
  BOOST_TEST(socket.next(1s).value() == "WATCHDOG=1");
  manager.stopping("stopping", 90s);
  BOOST_TEST(socket.next(1s).value() == "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=90000000");
  manager.reloading();
  const std::string reloading = socket.next(1s).value();
  BOOST_TEST(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="));
  BOOST_TEST(reloading.ends_with("\nSTATUS=reloading"));
}

BOOST_FIXTURE_TEST_CASE(a_status_cannot_add_other_fields, Managed) {
  const ServiceManager manager(Environment{{"NOTIFY_SOCKET", socket.name()}});
  manager.status("a\nREADY=1\r\nb");
  BOOST_TEST(socket.next(1s).value() == "STATUS=a READY=1  b");
}

BOOST_AUTO_TEST_CASE(its_socket_may_have_an_abstract_name) {
  const NotifySocket socket("@tacit-test-" + own_pid());
  const ServiceManager manager(Environment{{"NOTIFY_SOCKET", socket.name()}});
  manager.alive();
  BOOST_TEST(socket.next(1s).value_or("nothing") == "WATCHDOG=1");
}

BOOST_AUTO_TEST_CASE(without_a_manager_no_notification_is_sent) {
  for (const std::string name : {"", "/", "@", "relative/path", "vsock:2:1234"}) {
    const ServiceManager manager(Environment{{"NOTIFY_SOCKET", name}, {"WATCHDOG_USEC", "1000000"}});
    BOOST_TEST(!manager.listens(), name);
    BOOST_TEST(!manager.watchdog().has_value(), name);
    manager.ready("serving");
  }
  const Environment long_name{{"NOTIFY_SOCKET", "/" + std::string(200, 'x')}};
  BOOST_TEST(!ServiceManager(long_name).listens());
  const ServiceManager gone(Environment{{"NOTIFY_SOCKET", "/nonexistent/notify"}});
  gone.ready("serving");  // without a receiver
}

BOOST_FIXTURE_TEST_CASE(only_a_watchdog_for_this_process_counts, Managed) {
  const auto watchdog = [this](const std::string& interval, const std::string& pid) {
    Environment environment{{"NOTIFY_SOCKET", socket.name()}, {"WATCHDOG_USEC", interval}};
    if (!pid.empty()) environment.emplace("WATCHDOG_PID", pid);
    return ServiceManager(environment).watchdog();
  };
  BOOST_TEST((watchdog("30000000", own_pid()) == std::chrono::microseconds(30s)));
  BOOST_TEST((watchdog("1", "") == 1us));
  BOOST_TEST(!watchdog("30000000", "1").has_value());
  for (const auto bad : {"0", "", "-1", "x", "30s", "99999999999999999999999"}) {
    BOOST_TEST(!watchdog(bad, own_pid()).has_value(), bad);
  }
}

BOOST_AUTO_TEST_SUITE_END()
