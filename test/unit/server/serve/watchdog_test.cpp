// The watchdog: pings while there is no trouble, and the status that it reports.
#include "server/serve/watchdog.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <stdexcept>
#include <string>

#include "test/temporary_folder.hpp"
#include "test/unit/server/serve/notify_socket_fixture.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;

namespace {

using Environment = std::map<std::string, std::string>;

// A manager with a watchdog time of 30 ms.
struct Watched {
  tacit::test::TemporaryFolder directory;
  tacit::test::NotifySocket socket{(directory / "notify").string()};
  ServiceManager manager{Environment{{"NOTIFY_SOCKET", socket.name()}, {"WATCHDOG_USEC", "30000"}}};
  std::atomic<bool> stuck{false};

  std::optional<std::string> trouble() const {
    return stuck ? std::optional<std::string>("the writer is stuck") : std::nullopt;
  }
  std::string next() const { return socket.next(5s).value_or("nothing"); }
  /// The first message after all messages of that kind.
  std::string after(const std::string& kind) const {
    std::string message = next();
    while (message == kind) message = next();
    return message;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(watchdog)

BOOST_FIXTURE_TEST_CASE(it_is_alive_only_while_every_part_moves, Watched) {
  const Watchdog watchdog(manager, "serving", [this] { return trouble(); });
  for (int i = 0; i < 3; ++i) BOOST_TEST(next() == "WATCHDOG=1");
  stuck = true;
  BOOST_TEST(after("WATCHDOG=1") == "STATUS=in trouble: the writer is stuck");
  BOOST_TEST(!socket.next(200ms).has_value());
  stuck = false;
  BOOST_TEST(next() == "WATCHDOG=1");
  BOOST_TEST(after("WATCHDOG=1") == "STATUS=serving");
  BOOST_TEST(next() == "WATCHDOG=1");
}

BOOST_FIXTURE_TEST_CASE(a_status_that_is_kept_is_not_overwritten, Watched) {
  Watchdog watchdog(manager, "serving", [this] { return trouble(); });
  BOOST_TEST(next() == "WATCHDOG=1");
  watchdog.keep_status();
  stuck = true;
  std::optional<std::string> message = socket.next(200ms);
  while (message == "WATCHDOG=1") message = socket.next(200ms);
  BOOST_TEST(!message.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_question_that_fails_is_no_answer, Watched) {
  const Watchdog watchdog(manager, "serving", []() -> std::optional<std::string> { throw std::runtime_error("x"); });
  BOOST_TEST(next() == "STATUS=in trouble: x");
  BOOST_TEST(!socket.next(200ms).has_value());
}

BOOST_AUTO_TEST_CASE(without_a_manager_nothing_is_asked) {
  const ServiceManager manager{Environment()};
  bool asked = false;
  {
    const Watchdog watchdog(manager, "serving", [&]() -> std::optional<std::string> {
      asked = true;
      return std::nullopt;
    });
  }
  BOOST_TEST(!asked);
}

BOOST_AUTO_TEST_SUITE_END()
