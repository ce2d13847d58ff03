// The manual pages contain every command, option and setting.
#include "server/cli/manual.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>
#include <string>

#include "auth/issuers/issuer_settings.hpp"
#include "server/cli/command_line.hpp"
#include "server/cli/help_texts.hpp"
#include "server/cli/roff.hpp"
#include "server/config/settings.hpp"
#include "test/says.hpp"

using namespace tacit::server;

namespace {

using tacit::test::says;

std::string escaped(std::string name) {
  for (auto at = name.find('-'); at != std::string::npos; at = name.find('-', at + 2)) name.insert(at, 1, '\\');
  return name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(manual)

BOOST_AUTO_TEST_CASE(every_command_is_in_the_overview) {
  const auto page = overview_page();
  BOOST_TEST(page.starts_with(".TH TACIT 1 "));
  for (const Command& command : commands()) {
    BOOST_TEST(says(page, "\n\\fB" + escaped(call_of(command)) + "\\fR\n"), command.name);
    BOOST_TEST(says(page, "\\fB" + escaped(page_name(command)) + "\\fR(1)"), command.name);
  }
}

BOOST_AUTO_TEST_CASE(every_command_has_a_page_with_its_options_and_examples) {
  for (const Command& command : commands()) {
    const auto page = command_page(command);
    BOOST_TEST(says(page, "\n.SH NAME\n" + escaped(page_name(command) + " - ")), page);
    const bool is_client = command.settings == SettingGroup::none;
    BOOST_TEST(says(page, "tacit.conf") != is_client, command.name);
    BOOST_TEST(says(page, "TACIT_CLIENT_URL") == is_client, command.name);
    for (const char* section : {"SYNOPSIS", "DESCRIPTION", "OPTIONS", is_client ? "ENVIRONMENT" : "SETTINGS",
                                "EXIT STATUS", "EXAMPLES", "SEE ALSO"}) {
      BOOST_TEST(says(page, std::string("\n.SH ") + section + "\n"), command.name);
    }
    BOOST_TEST(std::string_view(command.examples).starts_with("tacit " + std::string(command.name)), command.name);
    const CommandOptions options(command);
    for (const auto& option : options.own.options()) {
      BOOST_TEST(says(page, "\n\\fB" + escaped(option_term(*option)) + "\\fR\n"), option->long_name());
    }
  }
  const Command& prune = *std::ranges::find(commands(), std::string("audit prune"), &Command::name);
  BOOST_TEST(page_name(prune) == "tacit-audit-prune");
  BOOST_TEST(says(command_page(prune), "\\fBtacit\\-audit\\-export\\fR(1)"));
}

BOOST_AUTO_TEST_CASE(every_setting_is_in_the_page_with_its_default) {
  const auto page = settings_page();
  for (const Setting& setting : settings()) {
    const auto at = page.find("\n\\fB" + escaped(setting.name) + "\\fR ");
    BOOST_TEST_REQUIRE(at != std::string::npos, setting.name);
    const std::string entry = page.substr(at, page.find("\n.TP", at + 1) - at);
    const std::string initial = escaped(setting.initial);
    BOOST_TEST(says(entry, initial.empty() ? "There is no default." : "\\fB" + initial + "\\fR."), entry);
  }
}

BOOST_AUTO_TEST_CASE(every_setting_of_an_issuer_is_in_the_page_with_its_default) {
  const auto page = settings_page();
  const auto begin = page.find("\n.SH THE ISSUERS' FILE\n");
  BOOST_TEST_REQUIRE(begin != std::string::npos);
  BOOST_TEST(says(page, escaped(issuers_sample)));
  for (const auto& setting : tacit::auth::issuer_settings()) {
    const auto at = page.find("\n\\fB" + escaped(setting.name) + "\\fR \\fI= " + escaped(setting.argument), begin);
    BOOST_TEST_REQUIRE(at != std::string::npos, setting.name);
    const std::string entry = page.substr(at, page.find("\n.", at + 1) - at);
    const std::string initial = escaped(setting.initial);
    BOOST_TEST(says(entry, "The default is \\fB" + initial + "\\fR.") == !initial.empty(), entry);
  }
}

BOOST_AUTO_TEST_CASE(settings_are_under_their_topics) {
  const auto page = settings_page();
  for (const SettingTopic& topic : setting_topics()) {
    const auto begin = page.find("\n.SS " + escaped(topic.heading) + "\n");
    BOOST_TEST_REQUIRE(begin != std::string::npos, topic.heading);
    const std::string part = page.substr(begin, page.find("\n.S", begin + 1) - begin);
    for (const Setting& setting : topic.settings)
      BOOST_TEST(says(part, "\\fB" + escaped(setting.name) + "\\fR "), setting.name);
  }
}

BOOST_AUTO_TEST_CASE(no_text_becomes_a_request_of_roff) {
  RoffPage page("x", 1, "1", "m");
  page.paragraph(".so /etc/passwd\n'quoted\na\\b -c").example(".SH no\n");
  const auto text = page.take();
  BOOST_TEST(says(text, "\n\\&.so /etc/passwd\n\\&'quoted\na\\eb \\-c\n"));
  BOOST_TEST(says(text, "\n\\&.SH no\n"));
  RoffPage other("x", 1, "1", "m");
  BOOST_TEST(says(other.paragraph("a … \xf0\x9f\x94\x91 ä").take(), "a \\[u2026] \\[u1F511] \\[u00E4]\n"));
}

BOOST_AUTO_TEST_CASE(the_completion_knows_all_options) {
  const auto script = bash_completion();
  std::istringstream lines(script);
  std::size_t found = 0;
  for (std::string line; std::getline(lines, line);) {
    for (const Command& command : commands()) {
      if (!line.starts_with("    '" + std::string(command.name) + "') offered='")) continue;
      ++found;
      const CommandOptions options(command);
      for (const Setting& setting : settings()) {
        const std::string name(setting.name);
        const bool takes =
            options.settings.find_nothrow(name, false) != nullptr || options.own.find_nothrow(name, false) != nullptr;
        const bool offers = says(line, "--" + name + " ") || says(line, "--" + name + "'");
        BOOST_TEST(takes == offers, std::string(command.name) + " --" + name);
      }
    }
  }
  BOOST_TEST(found == commands().size());
  BOOST_TEST(says(script, "compgen -W \"api both tools\""));
}

BOOST_AUTO_TEST_SUITE_END()
