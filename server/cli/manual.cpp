#include "server/cli/manual.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <string>

#include "auth/issuers/issuer_settings.hpp"
#include "crypto/text/ascii.hpp"
#include "server/cli/help_texts.hpp"
#include "server/cli/output.hpp"
#include "server/cli/roff.hpp"
#include "server/config/client_variables.hpp"
#include "server/config/settings.hpp"

namespace tacit::server {
namespace {

constexpr const char* files_text = "The settings specify the paths of keyrings, certificates and the store.";

std::string lower_first(std::string text) {
  if (text.size() > 1 && crypto::is_lower(text[1])) text[0] = crypto::lower(text[0]);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string upper_first(std::string text) {
  if (!text.empty()) text[0] = crypto::upper(text[0]);
  return text;
}

void add_exit_status(RoffPage& page) {
  page.section("Exit status");
  for (const ExitCodeText& each : exit_codes) {
    std::string text = upper_first(each.meaning).append(".");
    if (each.code == exit_usage) text.append(" Nothing was done.");
    page.entry(std::to_string(each.code), "", text);
  }
}

void add_options(RoffPage& page, const Command& command) {
  page.section("Options");
  const CommandOptions options(command);
  for (const auto& option : options.own.options()) page.entry(option_term(*option), "", option->description());
}

void add_settings(RoffPage& page, const Command& command) {
  if (command.settings == SettingGroup::none) {
    page.section("Environment");
    for (const ClientVariable& variable : client_variables) page.entry(variable.name, "", variable.meaning);
    return;
  }
  page.section("Settings");
  if (contains(command.settings, SettingGroup::serving)) {
    page.paragraph("Every setting of `tacit.conf`(5) is an option of this command, with -- before its name.");
    return;
  }
  std::string names;
  for (const Setting& setting : settings()) {
    if (!contains(command.settings, setting.group)) continue;
    names.append(names.empty() ? "" : ", ").append("`--").append(setting.name).append("` ").append(setting.argument);
  }
  page.paragraph("The command uses these settings of `tacit.conf`(5). Each is also an option:\n" + names + ".");
}

/// References to the overview, the other commands of the group, and the configuration.
std::string related(const Command& command) {
  const std::string name(command.name);
  const auto blank = name.find(' ');
  std::string text = "`tacit`(1)";
  for (const Command& other : commands()) {
    const bool together =
        blank != std::string::npos && std::string_view(other.name).starts_with(name.substr(0, blank + 1));
    if (together && other.name != name) text += ", `" + page_name(other) + "`(1)";
  }
  return command.settings == SettingGroup::none ? text : text + ", `tacit.conf`(5)";
}

std::string synopsis_of(const Command& command) {
  std::string text = "`tacit " + std::string(command.name) + "`";
  for (const char* option : command.needed) text += std::string(" ") + option;
  for (const char* operand : command.operands) text += std::string(" ") + operand;
  return text + " [OPTIONS]";
}

std::string default_of(const Setting& setting) {
  return *setting.initial == '\0' ? "There is no default." : "The default is `" + std::string(setting.initial) + "`.";
}

void add_issuers_file(RoffPage& page) {
  page.section("The issuers' file");
  page.paragraph("The file of the setting `issuers` lists the trusted token issuers.\n" +
                 std::string(about_issuers_file) + "`" + issuers_sample + "` is a sample.");
  for (const auth::IssuerSetting& setting : auth::issuer_settings()) {
    std::string text = setting.help;
    if (*setting.initial != '\0') text += "\nThe default is `" + std::string(setting.initial) + "`.";
    page.entry(setting.name, std::string("= ") + setting.argument, text);
  }
}

void add_topic(RoffPage& page, const SettingTopic& topic) {
  page.subsection(topic.heading);
  for (const Setting& setting : topic.settings) {
    page.entry(setting.name, std::string("= ") + setting.argument,
               std::string(setting.help) + "\n" + default_of(setting));
  }
}

}  // namespace

std::string overview_page() {
  RoffPage page("tacit", 1, TACIT_VERSION, "User commands");
  page.section("Name").paragraph("tacit - a write-only secret store for AI agents' tools");
  page.section("Synopsis").paragraph("`tacit` COMMAND [OPTIONS]").paragraph("`tacit help` [COMMAND]");
  page.section("Description").paragraph(what_tacit_is).paragraph(order_of_sources);
  page.paragraph("Every setting of `tacit.conf`(5) that a command uses is also an option of that command.");
  page.section("Commands");
  for (const CommandSection& section : command_sections()) {
    page.subsection(section.heading);
    for (const Command& command : section.commands) {
      page.entry(call_of(command), "", std::string(command.summary) + " See `" + page_name(command) + "`(1).");
    }
  }
  page.section("Options of every command");
  page.entry("--config FILE", "",
             "The configuration file, instead of `" + std::string(default_config_file) +
                 "`. Not of `tacit client`, which reads none.");
  page.entry("-h, --help", "", "Shows the command's options and settings.");
  page.entry("--version", "", "Shows the version.");
  page.section("Sizes and times").paragraph(about_values);
  add_exit_status(page);
  page.section("Environment");
  page.entry("TACIT_CONFIG", "", "The configuration file, if --config is not given.");
  page.entry("TACIT_...", "", "Settings, by their names in capitals: `TACIT_API_LISTEN` for api-listen.");
  for (const ClientVariable& variable : client_variables) page.entry(variable.name, "", variable.meaning);
  page.section("Files");
  page.entry(default_config_file, "", files_text);
  std::string drop_ins(default_config_file);
  page.entry(drop_ins.append(".d/*.conf"), "", "Drop-ins, read after the configuration file.");
  page.section("See also").paragraph("`tacit.conf`(5), `systemctl`(1), `systemd.exec`(5)");
  return page.take();
}

std::string page_name(const Command& command) {
  std::string name = std::string("tacit-") + command.name;
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string command_page(const Command& command) {
  RoffPage page(page_name(command), 1, TACIT_VERSION, "User commands");
  page.section("Name").paragraph(page_name(command) + " - " + lower_first(command.summary));
  page.section("Synopsis").paragraph(synopsis_of(command));
  page.section("Description").paragraph(command.summary);
  std::string_view details(command.details);
  while (!details.empty()) page.paragraph(next_line(details));
  add_options(page, command);
  add_settings(page, command);
  add_exit_status(page);
  if (*command.examples != '\0') page.section("Examples").example(command.examples);
  page.section("See also").paragraph(related(command));
  return page.take();
}

std::string settings_page() {
  RoffPage page("tacit.conf", 5, TACIT_VERSION, "File formats");
  page.section("Name").paragraph("tacit.conf - the configuration of tacit");
  page.section("Synopsis")
      .paragraph("`" + std::string(default_config_file) + "`")
      .paragraph("`" + std::string(default_config_file) + ".d/*.conf`");
  page.section("Description");
  page.paragraph(
      "A line is `name = value`. A # starts a comment, anywhere in a line.\nUnknown names and invalid values are "
      "errors, which `tacit check-config` lists.");
  page.paragraph(about_values);
  page.paragraph(order_of_sources);
  page.paragraph(
      "Put changes into a drop-in and leave the file as installed, so that upgrades ask no questions. A drop-in's name "
      "does not begin with a dot and ends in `.conf`. A file may contain each setting once. With `--config FILE` the "
      "drop-ins are those of FILE.d.");
  page.paragraph("An environment variable is the setting's name in capitals: `TACIT_API_LISTEN` for api-listen.");
  page.section("Settings");
  for (const SettingTopic& topic : setting_topics()) add_topic(page, topic);
  add_issuers_file(page);
  page.section("Example").example(
      "plane = api\n"
      "api-listen = 0.0.0.0:8443\n"
      "api-certificate = /etc/tacit/tls/api.pem\n"
      "api-certificate-key = /etc/tacit/tls/api.key\n"
      "idle-timeout = 75   # longer than the load balancer's timeout\n");
  page.section("See also").paragraph("`tacit`(1), `tacit-serve`(1), `tacit-check-config`(1)");
  return page.take();
}

}  // namespace tacit::server
