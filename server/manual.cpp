#include "server/manual.hpp"

#include <string>

#include "auth/issuer_settings.hpp"
#include "server/command_line.hpp"
#include "server/help_texts.hpp"
#include "server/roff.hpp"
#include "server/settings.hpp"

namespace tacit::server {
namespace {

constexpr const char* files_text = "Keyrings, certificates and the store are where the settings say.";

std::string call_of(const Command& command) {
  std::string call = "tacit " + std::string(command.name);
  for (const char* operand : command.operands) call += std::string(" ") + operand;
  return call;
}

void add_options(RoffPage& page, const boost::program_options::options_description& options) {
  for (const auto& option : options.options()) {
    const bool takes_value = option->semantic()->max_tokens() != 0;
    page.entry("--" + option->long_name(), takes_value ? option->format_parameter() : "", option->description());
  }
}

// What all commands take is told once, in a section of its own.
boost::program_options::options_description own_options(const Command& command) {
  boost::program_options::options_description own;
  if (command.add_options != nullptr) command.add_options(own);
  return own;
}

void add_command(RoffPage& page, const Command& command) {
  page.subsection(call_of(command));
  page.paragraph(std::string(command.summary) + (*command.details == '\0' ? "" : "\n" + std::string(command.details)));
  add_options(page, own_options(command));
}

std::string default_of(const Setting& setting) {
  return *setting.initial == '\0' ? "There is no default." : "The default is `" + std::string(setting.initial) + "`.";
}

void add_issuers_file(RoffPage& page) {
  page.section("The issuers' file");
  page.paragraph("The file that the setting `issuers` names says whose tokens are good.\n" +
                 std::string(about_issuers_file) + "`" + issuers_sample + "` is a sample.");
  for (const auth::IssuerSetting& setting : auth::issuer_settings()) {
    std::string text = setting.help;
    if (*setting.initial != '\0') text += "\nThe default is `" + std::string(setting.initial) + "`.";
    page.entry(setting.name, std::string("= ") + setting.argument, text);
  }
}

}  // namespace

std::string commands_page() {
  RoffPage page("tacit", 1, TACIT_VERSION, "User commands");
  page.section("Name").paragraph("tacit - a write-only secret store for AI agents' tools");
  page.section("Synopsis").paragraph("`tacit` COMMAND [OPTIONS]").paragraph("`tacit --help`");
  page.section("Description").paragraph(what_tacit_is).paragraph(order_of_sources);
  page.paragraph("Every setting of `tacit.conf`(5) that a command uses is an option of it, too.");
  page.section("Commands");
  for (const Command& command : commands()) add_command(page, command);
  page.section("Options of every command");
  page.entry("--config", "FILE", "The configuration file, instead of `" + std::string(default_config_file) + "`.");
  page.entry("-h, --help", "", "Shows the command's options and settings.");
  page.entry("--version", "", "Shows the version.");
  page.section("Exit status").paragraph(exit_codes);
  page.section("Environment");
  page.entry("TACIT_CONFIG", "", "The configuration file, where --config is not given.");
  page.entry("TACIT_...", "", "Settings, each by its name in capitals: `TACIT_API_LISTEN` for api-listen.");
  page.section("Files");
  page.entry(default_config_file, "", files_text);
  page.section("See also").paragraph("`tacit.conf`(5), `systemctl`(1), `systemd.exec`(5)");
  return page.take();
}

std::string settings_page() {
  RoffPage page("tacit.conf", 5, TACIT_VERSION, "File formats");
  page.section("Name").paragraph("tacit.conf - the configuration of tacit");
  page.section("Synopsis").paragraph("`" + std::string(default_config_file) + "`");
  page.section("Description");
  page.paragraph(
      "A line is `name = value`. A # starts a comment, anywhere in a line. Sizes take K, M, G or T; times are in "
      "seconds.\nA name that is no setting and a bad value are errors, which `tacit check-config` lists.");
  page.paragraph(order_of_sources);
  page.paragraph("A variable of the environment is the setting's name in capitals: `TACIT_API_LISTEN` for api-listen.");
  page.section("Settings");
  for (const Setting& setting : settings()) {
    page.entry(setting.name, std::string("= ") + setting.argument,
               std::string(setting.help) + "\n" + default_of(setting));
  }
  add_issuers_file(page);
  page.section("Example").example(
      "plane = api\n"
      "api-listen = 0.0.0.0:8443\n"
      "api-certificate = /etc/tacit/tls/api.pem\n"
      "api-certificate-key = /etc/tacit/tls/api.key\n"
      "idle-timeout = 75   # longer than the load balancer's\n");
  page.section("See also").paragraph("`tacit`(1)");
  return page.take();
}

}  // namespace tacit::server
