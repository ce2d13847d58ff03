// Settings from a file, the environment and the command line: what is accepted means the same from each of them.
#include "server/config/settings.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "crypto/text/utf8.hpp"
#include "server/audit/audit_point.hpp"
#include "server/config/config_sources.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/config/values.hpp"
#include "server/systemd/environment_file.hpp"
#include "server/systemd/unit_file.hpp"
#include "test/fuzz/fuzz.hpp"
#include "test/temporary_folder.hpp"

namespace tacit::fuzz {
namespace {

server::LoadedConfig load_file(std::string_view text) {
  static const int file = ::memfd_create("settings", MFD_CLOEXEC);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    std::abort();
  server::ConfigSources sources;
  sources.file = "/proc/self/fd/" + std::to_string(file);
  return server::load_config(sources);
}

void check_file(std::string_view text) {
  const server::LoadedConfig loaded = load_file(text);
  for (const std::string& problem : loaded.problems)
    TACIT_HOLDS(crypto::is_utf8(problem) && problem.find('\n') == std::string::npos);
  if (!loaded.problems.empty()) return;
  std::string again;
  server::ConfigSources sources;
  sources.file = "/dev/null";
  for (const auto& [name, value] : loaded.values) {
    again += name + " = " + value + "\n";
    sources.environment[server::environment_name(name)] = value;
  }
  TACIT_HOLDS(load_file(again).config == loaded.config);
  TACIT_HOLDS(server::load_config(sources).config == loaded.config);
  sources.command_line = loaded.values;
  sources.environment.clear();
  TACIT_HOLDS(server::load_config(sources).config == loaded.config);
}

/// The value, or the type's own if the text is refused.
template <class Read>
auto tried(Read read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const server::UsageError& error) {
    TACIT_HOLDS(crypto::is_utf8(error.what()) && std::string_view(error.what()).size() < 2048);
    return std::nullopt;
  }
}

void check_values(std::string_view text) {
  using namespace server;
  const auto number = tried([&] { return read_number(text, 0, UINT64_MAX); });
  const auto size = tried([&] { return read_size(text, 0, UINT64_MAX); });
  const auto seconds = tried([&] { return read_seconds(text, 0, INT64_MAX); });
  if (number) TACIT_HOLDS(size == number && text.find_first_not_of("0123456789") == std::string_view::npos);
  if (number && *number <= INT64_MAX) TACIT_HOLDS(seconds && static_cast<std::uint64_t>(seconds->count()) == *number);
  const auto span = tried([&] { return read_time_span(text); });
  if (span) TACIT_HOLDS(seconds == span);
  if (const auto endpoint = tried([&] { return read_endpoint(text); })) {
    const bool v6 = endpoint->host.find(':') != std::string::npos;
    const std::string again = (v6 ? "[" + endpoint->host + "]" : endpoint->host) + ":" + std::to_string(endpoint->port);
    TACIT_HOLDS(read_endpoint(again) == *endpoint);
  }
  if (const auto origins = tried([&] { return read_origins(text); })) {
    std::string joined;
    for (const std::string& origin : *origins) joined += origin + ", ";
    TACIT_HOLDS(read_origins(joined) == *origins);
  }
  if (const auto url = tried([&] { return read_public_url(text); })) TACIT_HOLDS(read_public_url(*url + "/") == *url);
  if (const auto location = tried([&] { return read_etcd_location(text); })) {
    TACIT_HOLDS(read_etcd_location(location->str()) == *location && read_store(text) == location->str());
  }
  tried([&] { return read_networks(text); });
  tried([&] { return read_issuer_url(text); });
  tried([&] { return read_store(text); });
  tried([&] { return read_audit_point(text); });
  if (const auto anchor = tried([&] { return read_audit_anchor(text); });
      anchor && anchor->marks.empty() && anchor->sequence) {
    TACIT_HOLDS(mark_of(read_audit_anchor(store::to_string(mark_of(*anchor)))) == mark_of(*anchor));
  }
  const std::string shown = server::shown(text);
  TACIT_HOLDS(crypto::is_utf8(shown) && shown.size() <= 600);
  const std::size_t key = text.find("tct_");
  if (key < 60) TACIT_HOLDS(shown.ends_with("tct_…\""));
}

void check_environment(std::string_view text) {
  const auto variables = server::parse_environment_file(text);
  std::string again;
  for (const auto& [name, value] : variables) {
    TACIT_HOLDS(!name.empty() && name.find_first_of("=\n") == std::string::npos);
    again += name + "=\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') again.push_back('\\');
      again.push_back(c);
    }
    again += "\"\n";
  }
  TACIT_HOLDS(server::parse_environment_file(again) == variables);
}

void check_unit(std::string_view text) {
  static const auto folder = test::TemporaryFolder::in_memory();
  static const std::filesystem::path directories[] = {folder.path()};
  if (text.find("File") != std::string_view::npos) return;  // of this machine
  folder.write("tacit.service", text);
  const auto unit = server::read_unit("tacit.service", directories);
  TACIT_HOLDS(unit && unit->missing.empty());
  for (const auto& [name, value] : unit->environment) TACIT_HOLDS(name.starts_with("TACIT_"));
  for (const auto& [setting, credential] : unit->settings)
    TACIT_HOLDS(text.find(credential.name) != std::string_view::npos);
}

Description describe() {
  Description target{.max_size = 1024};
  std::string all;
  for (const server::Setting& setting : server::settings()) {
    target.words.push_back(std::string(setting.name) + " = ");
    if (*setting.initial != '\0') all += std::string(setting.name) + " = " + setting.initial + "\n";
  }
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', std::min(at + 600, all.size() - 1)) + 1;
    target.seeds.push_back(Seed().byte(0).rest(std::string_view(all).substr(at, end - at)));
    at = end;
  }
  for (const char* value :
       {"16G", "4096", "90d", "127.0.0.1:8443", "[::1]:8443", "https://app.example.org, http://localhost:3000",
        "https://tacit.example.org/", "etcd://etcd-1:2379,[::1]:2379/tacit", "10.0.0.0/8 ::1/128",
        "2026-01-31T12:00:00Z", "api-1:7", "tct_x"}) {
    target.seeds.push_back(Seed().byte(1).rest(value));
  }
  target.seeds.push_back(Seed().byte(1).rest("7:" + std::string(64, 'a')));
  target.seeds.push_back(Seed().byte(2).rest("# c\nA=b c \nB=\"x\\\"y\" 'z'\nC=d\\\ne\n;x\n"));
  target.seeds.push_back(Seed().byte(3).rest(
      "[Service]\nUser=tacit\nSupplementaryGroups=a b\nEnvironment=TACIT_STORE=/x "
      "\"TACIT_PLANE=api\"\nLoadCredential=k:/etc/k\n"
      "SetCredential=k:x\nExecStart=/usr/bin/tacit serve --plane=api --metadata-keyring=%d/k \\\n --x y\n"));
  for (const char* word :
       {"on", "off", "\n", "# ", "[", "]", "TiB", "weeks", "etcd://", "localhost", "::ffff:", "TACIT_", "[Service]\n",
        "Environment=", "LoadCredentialEncrypted=", "ExecStart=", "%d/", "\\\n"}) {
    target.words.emplace_back(word);
  }
  return target;
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 4U;
  if (kind == 0) return check_file(in.rest());
  if (kind == 1) return check_values(in.rest());
  if (kind == 2) return check_environment(in.rest());
  check_unit(in.rest());
}

const Target target("settings", describe, take);

}  // namespace
}  // namespace tacit::fuzz
