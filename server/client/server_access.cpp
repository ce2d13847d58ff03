#include "server/client/server_access.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "crypto/files/bounded_file.hpp"
#include "crypto/text/ascii.hpp"
#include "http/log/printable.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/config/client_variables.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/suggestion.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t longest_timeout = 3600;
constexpr std::size_t largest_key = 32 * 1024;  // a server takes no larger head

/// A misspelt variable would send a key to another server.
void expect_known_variables(const Environment& environment) {
  std::vector<std::string> names;
  for (const ClientVariable& variable : client_variables) names.emplace_back(variable.name);
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(client_variable_prefix) || is_client_variable(name)) continue;
    throw UsageError("tacit client knows no environment variable " + http::printable(name) + did_you_mean(name, names));
  }
}

/// The option's text, or that of its variable; empty without both.
std::string given(const Arguments& arguments, const Environment& environment, const std::string& option) {
  if (arguments.contains(option)) return arguments[option].as<std::string>();
  for (const ClientVariable& variable : client_variables) {
    const auto found = environment.find(variable.name);
    if (option == variable.option && found != environment.end()) return found->second;
  }
  return {};
}

std::string needed(const Arguments& arguments, const Environment& environment, const std::string& option) {
  std::string text = given(arguments, environment, option);
  if (!text.empty()) return text;
  for (const ClientVariable& variable : client_variables) {
    if (option == variable.option) throw UsageError("--" + option + " or " + variable.name + " is missing");
  }
  return text;
}

auth::HttpsUrl read_url(const std::string& text) {
  auto url = auth::parse_https_url(text);
  if (url.has_error()) throw UsageError("--url: " + shown(text) + " " + url.error());
  if (url->target.find('?') != std::string::npos) throw UsageError("--url: " + shown(text) + " has a query");
  while (url->target.ends_with('/')) url->target.pop_back();
  return std::move(*url);
}

void warn_if_exposed(const std::filesystem::path& file) {
  struct stat status {};
  const bool exposed = ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IROTH) != 0;
  if (exposed) complain("warning: all users of this machine can read " + file.string() + "; run: chmod 600");
}

crypto::WipedBytes read_key(const std::filesystem::path& file) {
  auto content = crypto::read_bounded_file(file, {largest_key, "32 KiB"}, crypto::SpecialFiles::shell_pipes);
  if (content.has_error()) throw UsageError("--key-file: " + content.error().message);
  warn_if_exposed(file);
  const std::string_view key = crypto::trimmed(content->text(), " \t\r\n");
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (key.empty() || !std::ranges::all_of(key, is_visible)) {
    throw UsageError("--key-file: " + file.string() + ": the file must have one line with an API key");
  }
  return crypto::WipedBytes(crypto::as_bytes(key));
}

std::chrono::seconds read_timeout(std::string_view text) { return read_seconds(text, 1, longest_timeout); }

}  // namespace

void add_server_access(po::options_description& own) {
  const auto text = [](const char* what) { return po::value<std::string>()->value_name(what); };
  own.add_options()("url", text("URL"), "The server's address, https://HOST[:PORT]. Environment TACIT_CLIENT_URL.")(
      "key-file", text("FILE"), "A file with an API key or an access token. Environment TACIT_CLIENT_KEY_FILE.")(
      "ca-file", text("FILE"),
      "The certificate authorities, as PEM, that the server's certificate must be from. Default: the system's. "
      "Environment TACIT_CLIENT_CA_FILE.");
  const std::string about_timeout =
      "Longest wait for an answer, with repetitions. Default " + std::to_string(default_client_timeout.count()) + ".";
  own.add_options()("timeout", text("SECONDS"), about_timeout.c_str());
}

ServerAccess server_access(const Arguments& arguments, const Environment& environment) {
  expect_known_variables(environment);
  ServerAccess access;
  access.url = read_url(needed(arguments, environment, "url"));
  access.key_file = needed(arguments, environment, "key-file");
  access.ca_file = given(arguments, environment, "ca-file");
  access.timeout =
      arguments.contains("timeout") ? read_argument(arguments, "timeout", read_timeout) : default_client_timeout;
  access.key = read_key(access.key_file);
  return access;
}

}  // namespace tacit::server
