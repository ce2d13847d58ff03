// The command line: parsing, help texts, and error messages.
#include "server/cli/command_line.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "auth/issuers/issuer_settings.hpp"
#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/digest.hpp"
#include "server/cli/help_texts.hpp"
#include "server/cli/manual.hpp"
#include "server/config/errors.hpp"

using namespace tacit::server;

namespace {

std::string error_of(const std::vector<std::string>& words) {
  try {
    read_command_line(words);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

std::string file_text(const std::string& name) {
  std::ifstream in(TACIT_SOURCE_DIR "/" + name);
  BOOST_TEST_REQUIRE(in.is_open(), name);
  return {std::istreambuf_iterator<char>(in), {}};
}

const Command& serve() { return commands().front(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(settings_options_and_operands) {
  auto line = read_command_line({"serve", "--threads", "4", "--plane=api", "--config", "/x.conf"});
  BOOST_TEST(line.command == &serve());
  BOOST_TEST((line.settings == std::map<std::string, std::string>{{"threads", "4"}, {"plane", "api"}}));
  BOOST_TEST(line.config_file.value() == "/x.conf");
  line = read_command_line({"quota", "set", "--store=/s", "T", "5M"});
  BOOST_TEST(line.command->name == std::string("quota set"));
  BOOST_TEST(line.arguments["tenant"].as<std::string>() == "T");  // the older form of --tenant
  BOOST_TEST(line.arguments["BYTES"].as<std::string>() == "5M");
  BOOST_TEST(line.settings.at("store") == "/s");
  line = read_command_line({"key", "rewrap", "--rate", "5", "root"});
  BOOST_TEST(line.arguments["KEYRING"].as<std::string>() == "root");
  line = read_command_line({"key", "rewrap"});  // this operand is optional
  BOOST_TEST(!line.arguments.contains("KEYRING"));
}

BOOST_AUTO_TEST_CASE(an_option_of_a_command_may_repeat_where_it_is_declared) {
  const auto line = read_command_line(
      {"api-key", "create", "--tenant", "T", "--name", "x", "--scope", "secrets:read", "--scope=keys:manage"});
  BOOST_TEST((line.arguments["scope"].as<std::vector<std::string>>() ==
              std::vector<std::string>{"secrets:read", "keys:manage"}));
}

BOOST_AUTO_TEST_CASE(mistakes_are_reported) {
  BOOST_TEST(error_of({}) == "no command was given; see tacit help");
  BOOST_TEST(error_of({"frob"}) == "\"frob\" is not a command; see tacit help");
  BOOST_TEST(error_of({"server"}) == "\"server\" is not a command; did you mean serve? See tacit help");
  BOOST_TEST(error_of({"audit-prune"}) == "\"audit-prune\" is not a command; did you mean audit prune? See tacit help");
  BOOST_TEST(error_of({"apikey", "create", "--name", "x"}) ==
             "\"apikey\" is not a command; did you mean api-key create? See tacit help");
  BOOST_TEST(error_of({"api-key"}) == "api-key needs a second word: create, list or revoke; see tacit help api-key");
  BOOST_TEST(error_of({"api-key", "make"}) ==
             "\"api-key make\" is not a command; api-key takes create, list or revoke; see tacit help api-key");
  BOOST_TEST(error_of({"api-key", "crate"}) ==
             "\"api-key crate\" is not a command; did you mean api-key create? See tacit help api-key");
  BOOST_TEST(error_of({"--threads", "4"}) ==
             "the command must precede its options; \"--threads\" is not a command; see tacit help");
}

BOOST_AUTO_TEST_CASE(names_of_three_words_are_read) {
  const auto line = read_command_line({"client", "secret", "update", "linear", "--value", "--url=https://x"});
  BOOST_TEST(line.command->name == std::string("client secret update"));
  BOOST_TEST(line.arguments["SECRET"].as<std::string>() == "linear");
  BOOST_TEST(line.settings.empty());
  BOOST_TEST(read_command_line({"client", "--help"}).group == "client");
  BOOST_TEST(read_command_line({"client", "secret", "-h"}).group == "client secret");
  BOOST_TEST(read_command_line({"help", "client", "secret"}).group == "client secret");
  BOOST_TEST(read_command_line({"help", "client", "secret", "list"}).command->name ==
             std::string("client secret list"));
  const auto help = help_text(nullptr, "client api-key");
  BOOST_TEST(help.find("tacit client api-key revoke API-KEY") != std::string::npos);
  BOOST_TEST(help.find("client secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(mistakes_with_names_of_three_words_are_reported) {
  BOOST_TEST(error_of({"client"}) == "client needs a second word: secret or api-key; see tacit help client");
  BOOST_TEST(error_of({"client", "api-key"}) ==
             "client api-key needs another word: list, create, update or revoke; see tacit help client api-key");
  BOOST_TEST(error_of({"client", "secrets"}) ==
             "\"client secrets\" is not a command; did you mean client secret? See tacit help client");
  BOOST_TEST(error_of({"client", "secret", "lst"}) ==
             "\"client secret lst\" is not a command; did you mean client secret list? See tacit help client secret");
  BOOST_TEST(error_of({"client", "secret", "list", "--config=/x"}) ==
             "tacit client secret list has no option \"--config\"; see tacit help client secret list");
}

BOOST_AUTO_TEST_CASE(mistakes_with_options_are_reported) {
  BOOST_TEST(error_of({"serve", "--treads", "4"}) ==
             "tacit serve has no option \"--treads\"; did you mean --threads? See tacit help serve");
  // Names are not guessed; the message has a hint.
  BOOST_TEST(error_of({"serve", "--thread=4"}) ==
             "tacit serve has no option \"--thread\"; did you mean --threads? See tacit help serve");
  BOOST_TEST(error_of({"serve", "--API_listen=4"}) ==
             "tacit serve has no option \"--API_listen\"; did you mean --api-listen? See tacit help serve");
  BOOST_TEST(error_of({"audit", "tail", "-x"}) == "tacit audit tail has no option \"-x\"; see tacit help audit tail");
  BOOST_TEST(error_of({"serve", "--threads"}) == "--threads needs a value: --threads NUMBER; see tacit help serve");
  BOOST_TEST(error_of({"api-key", "create", "--name", "--tenant", "x"}) ==
             "--name needs a value, and --tenant is an option; see tacit help api-key create");
  BOOST_TEST(error_of({"serve", "--threads=1", "--threads=2"}) ==
             "--threads is given more than once; give it once; see tacit help serve");
  BOOST_TEST(error_of({"api-key", "list", "--json=1"}) ==
             "--json takes no value: write --json alone; see tacit help api-key list");
  BOOST_TEST(error_of({"api-key", "list", "--json=tct_x"}).find("tct_") == std::string::npos);
  BOOST_TEST(read_command_line({"serve", "--issuers=", "--public-url", ""}).settings.at("issuers").empty());
  const CommandLine named = read_command_line({"api-key", "create", "--tenant=T", "--name=--tenant"});
  BOOST_TEST(named.arguments["name"].as<std::string>() == "--tenant");
}

BOOST_AUTO_TEST_CASE(mistakes_with_operands_are_reported) {
  BOOST_TEST(error_of({"serve", "4"}) == "too many arguments: tacit serve does not take \"4\"; see tacit help serve");
  BOOST_TEST(error_of({"quota", "set", "--tenant", "T"}) == "BYTES is missing; see tacit help quota set");
  BOOST_TEST(error_of({"quota", "set", "0190a5d0-0000-7000-8000-000000000001"}) ==
             "BYTES is missing; see tacit help quota set");
  BOOST_TEST(error_of({"quota", "get", "T", "U"}) ==
             "too many arguments: tacit quota get does not take \"U\"; see tacit help quota get");
  BOOST_TEST(error_of({"quota", "get", "--tenant=T", "U"}) ==
             "too many arguments: tacit quota get does not take \"U\"; see tacit help quota get");
  BOOST_TEST(error_of({"api-key", "revoke", "x", "tct_abc"}).find("abc") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tenant_is_an_option_everywhere_and_an_operand_where_it_was_one) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"quota", "get", "--tenant", "T"},
                                             {"quota", "get", "T"},
                                             {"quota", "set", "--tenant", "T", "5M"},
                                             {"quota", "set", "5M", "--tenant=T"},
                                             {"quota", "set", "T", "5M"},
                                             {"limits", "get", "T"},
                                             {"limits", "set", "--api-keys", "3", "T"},
                                             {"limits", "set", "--api-keys", "3", "--tenant", "T"}}) {
    const auto line = read_command_line(words);
    BOOST_TEST(line.arguments["tenant"].as<std::string>() == "T");
    if (words[1] == "set" && words[0] == "quota") BOOST_TEST(line.arguments["BYTES"].as<std::string>() == "5M");
  }
  for (const Command& command : commands()) {
    for (const char* operand : command.operands) BOOST_TEST(std::string(operand) != "TENANT", command.name);
  }
}

BOOST_AUTO_TEST_CASE(commands_take_only_the_settings_they_use) {
  BOOST_TEST(error_of({"api-key", "list", "--threads", "1"}) ==
             "\"--threads\" is a setting that tacit api-key list does not use; leave it out; "
             "see tacit help api-key list");
  BOOST_TEST(
      error_of({"api-key", "list", "--root-private-keyring", "x"}).starts_with("\"--root-private-keyring\" is "));
  BOOST_TEST(error_of({"verify", "--root-private-keyring=x"}) == "no error");
}

BOOST_AUTO_TEST_CASE(help_explains_commands_and_groups) {
  BOOST_TEST(read_command_line({"help"}).help);
  BOOST_TEST(read_command_line({"help"}).command == nullptr);
  BOOST_TEST(read_command_line({"help", "--help"}).help);
  BOOST_TEST(read_command_line({"help", "audit"}).group == "audit");
  for (const Command& command : commands()) {
    std::vector<std::string> words{"help"};
    std::istringstream name(command.name);
    for (std::string word; name >> word;) words.push_back(word);
    BOOST_TEST(read_command_line(words).help);
    BOOST_TEST(read_command_line(words).command == &command);
    words.emplace_back("--store");  // typed before `help` was inserted
    BOOST_TEST(read_command_line(words).command == &command);
  }
  BOOST_TEST(error_of({"help", "sevre"}) == "\"sevre\" is not a command; did you mean serve? See tacit help");
  BOOST_TEST(error_of({"help", "audit", "prine"}) ==
             "\"audit prine\" is not a command; did you mean audit prune? See tacit help audit");
  BOOST_TEST(error_of({"help", "serve", "4"}) == "there is no command \"serve 4\" to explain; see tacit help serve");
}

BOOST_AUTO_TEST_CASE(settings_are_grouped_by_topic) {
  const auto help = help_text(&serve(), "");
  std::size_t last = 0;
  std::size_t count = 0;
  for (const SettingTopic& topic : setting_topics()) {
    const auto at = help.find("\nSettings: " + std::string(topic.heading) + "\n", last);
    BOOST_TEST_REQUIRE(at != std::string::npos, topic.heading);
    last = at;
    for (const Setting& setting : topic.settings) {
      ++count;
      const auto entry = help.find("\n  --" + std::string(setting.name) + " ", last);
      BOOST_TEST_REQUIRE(entry != std::string::npos, setting.name);
      last = entry;
    }
  }
  BOOST_TEST(count == settings().size());
}

BOOST_AUTO_TEST_CASE(no_line_of_a_help_text_is_too_long) {
  for (const Command& command : commands()) {
    std::istringstream help(help_text(&command, ""));
    for (std::string line; std::getline(help, line);) BOOST_TEST(line.size() <= 120u, line);
  }
}

BOOST_AUTO_TEST_CASE(help_and_version_are_everywhere) {
  BOOST_TEST(read_command_line({"--help"}).help);
  BOOST_TEST(read_command_line({"-h"}).help);
  BOOST_TEST(read_command_line({"--version"}).version);
  BOOST_TEST(read_command_line({"api-key", "--help"}).group == "api-key");
  BOOST_TEST(read_command_line({"quota", "--version"}).version);
  for (const Command& command : commands()) {
    std::vector<std::string> words;
    std::istringstream name(command.name);
    for (std::string word; name >> word;) words.push_back(word);
    for (const auto option : {"--help", "-h", "--version"}) {
      auto call = words;
      call.emplace_back(option);
      const auto line = read_command_line(call);
      BOOST_TEST((line.help || line.version), command.name);
      BOOST_TEST(help_text(line.command, line.group).starts_with(std::string("tacit ") + command.name));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_program_lists_its_commands) {
  const auto all = help_text(nullptr, "");
  for (const Command& command : commands()) BOOST_TEST(all.find(command.name) != std::string::npos);
  const auto keys = help_text(nullptr, "api-key");
  BOOST_TEST(keys.find("tacit api-key revoke ID") != std::string::npos);
  BOOST_TEST(keys.find("tacit serve") == std::string::npos);
}

// The sample of settings and the help text, both generated from the table, contain every setting.
BOOST_AUTO_TEST_CASE(every_setting_is_in_the_help_and_in_the_sample) {
  const auto help = help_text(&serve(), "");
  const auto sample = sample_of_settings();
  for (const Setting& setting : settings()) {
    const std::string name(setting.name);
    BOOST_TEST(help.find("--" + name + " ") != std::string::npos, name);
    BOOST_TEST(help.find(environment_name(name)) != std::string::npos, name);
    const auto initial = *setting.initial == '\0' ? std::string() : " " + std::string(setting.initial);
    BOOST_TEST(sample.find("\n#" + name + " =" + initial + "\n") != std::string::npos, name + " with its default");
  }
}

// dpkg asks at an upgrade if the operator and the package changed the same file, so the package never changes it. New
// settings are only in the table, from which manual, help and sample are generated.
BOOST_AUTO_TEST_CASE(the_installed_files_are_those_of_the_first_package) {
  const auto digest = [](const std::string& text) {
    const auto hash = tacit::crypto::sha256(tacit::crypto::as_bytes(text));
    std::string hex;
    for (const auto byte : hash) {
      for (const int shift : {4, 0}) hex += "0123456789abcdef"[(byte >> shift) & 15];
    }
    return hex;
  };
  BOOST_TEST(digest(file_text("conf/tacit.conf")) ==
             "c360d9c12ac6343f457023ea298435d984605e2d0a37cd1086d2890d8d20b9ad");
  BOOST_TEST(digest(file_text("conf/packaging/tool-identities")) ==
             "f20eca6229acda58e3df7153427f65fbaf76f9cb42b0caba1161e484929a4d94");
}

BOOST_AUTO_TEST_CASE(the_installed_file_names_settings_with_their_defaults) {
  std::istringstream sample(file_text("conf/tacit.conf"));
  for (std::string line; std::getline(sample, line);) {
    if (line.empty() || line == "#" || line.starts_with("# ")) continue;
    BOOST_TEST_REQUIRE(line.front() == '#', "the sample sets something: " + line);
    const auto equals = line.find(" =");
    const Setting* setting = find_setting(line.substr(1, equals - 1));
    BOOST_TEST_REQUIRE(setting != nullptr, line);
    const auto initial = *setting->initial == '\0' ? std::string() : " " + std::string(setting->initial);
    BOOST_TEST(line.substr(equals + 2) == initial, line);
  }
}

BOOST_AUTO_TEST_CASE(every_setting_is_in_the_guide) {
  const auto guide = file_text("conf/OPERATING.md");
  for (const Setting& setting : settings()) {
    const std::string name(setting.name);
    BOOST_TEST(guide.find("`" + name + "`") != std::string::npos, name);
  }
}

BOOST_AUTO_TEST_CASE(every_setting_of_an_issuer_is_in_the_help_the_sample_and_the_guide) {
  const auto help = help_text(&serve(), "");
  const auto sample = file_text("conf/issuers.sample");
  const auto guide = file_text("conf/OPERATING.md");
  const auto begin = help.find("\nSettings of the issuers' file (" + std::string(issuers_sample) + " ");
  BOOST_TEST_REQUIRE(begin != std::string::npos);
  for (const auto& setting : tacit::auth::issuer_settings()) {
    const std::string name(setting.name);
    const auto entry = help.find("\n  " + name + " = " + setting.argument + " ", begin);
    BOOST_TEST_REQUIRE(entry != std::string::npos, name);
    const bool needed = name == "audience";
    const std::string initial(setting.initial);
    BOOST_TEST(sample.find((needed ? "\n" : "\n#") + name + " = " + initial) != std::string::npos,
               name + " with its default");
    BOOST_TEST(guide.find("`" + name + "`") != std::string::npos, name);
  }
  for (const Command& command : commands()) {
    const bool judges_issuers = contains(command.settings, SettingGroup::serving);
    const bool tells = help_text(&command, "").find("client-tokens = ") != std::string::npos;
    BOOST_TEST(tells == judges_issuers, command.name);
  }
  BOOST_TEST(std::string(find_setting("issuers")->help).find(issuers_sample) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_sample_of_issuers_names_only_settings) {
  std::istringstream sample(file_text("conf/issuers.sample"));
  const auto all = tacit::auth::issuer_settings();
  for (std::string line; std::getline(sample, line);) {
    if (line.empty() || line == "#" || line.starts_with("# ") || line.starts_with("[")) continue;
    if (line.starts_with("#")) line.erase(0, 1);
    const std::string name = line.substr(0, line.find(" = "));
    BOOST_TEST(std::ranges::any_of(all, [&](const auto& setting) { return setting.name == name; }), line);
  }
}

BOOST_AUTO_TEST_SUITE_END()
