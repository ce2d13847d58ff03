// What the console takes of a configuration, and which configurations are faulty.
#include "server/wiring/console.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

#include "test/says.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::server;
using tacit::test::says;

namespace {

struct ConsoleFixture {
  ConsoleFixture() {
    std::ofstream(folder.path() / "issuers") << "[https://id.example.org]\naudience = https://tacit.example.org\n";
    config.issuers = folder.path() / "issuers";
    config.console_issuer = "https://id.example.org";
    config.console_client_id = "console";
  }

  /// The only problem; empty if there is none.
  std::string problem() const {
    const auto problems = find_console_problems(config);
    BOOST_REQUIRE(problems.size() <= 1U);
    return problems.empty() ? "" : problems.front();
  }

  tacit::test::TemporaryFolder folder;
  Config config;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(console)

BOOST_FIXTURE_TEST_CASE(an_issuer_of_the_file_with_a_client_is_right, ConsoleFixture) { BOOST_TEST(problem() == ""); }

BOOST_AUTO_TEST_CASE(a_console_needs_no_issuer) {
  BOOST_TEST(find_console_problems(Config()).empty());
  const auto pages = console_pages(Config(), nullptr);
  BOOST_TEST(pages.on());
  BOOST_TEST(says(pages.config(), R"("issuer":"")"));
}

BOOST_FIXTURE_TEST_CASE(issuer_and_client_belong_together, ConsoleFixture) {
  config.console_client_id.clear();
  BOOST_TEST(says(problem(), "console-issuer and console-client-id are needed together"));
}

BOOST_FIXTURE_TEST_CASE(an_issuer_that_is_not_trusted_is_a_fault, ConsoleFixture) {
  config.console_issuer = "https://id.example.org/";
  BOOST_TEST(says(problem(), "has no section [https://id.example.org/]"));
  config.issuers.clear();
  BOOST_TEST(says(problem(), "needs the setting issuers"));
}

BOOST_FIXTURE_TEST_CASE(without_a_console_its_settings_do_not_matter, ConsoleFixture) {
  config.console_issuer = "https://other.example.org";
  config.console = false;
  BOOST_TEST(problem() == "");
  BOOST_TEST(!console_pages(config, nullptr).on());
  config.console = true;
  config.plane = Planes::tools;
  BOOST_TEST(problem() == "");
}

BOOST_AUTO_TEST_SUITE_END()
