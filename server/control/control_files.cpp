#include "server/control/control_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include "server/config/store_location.hpp"

namespace tacit::server {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr std::string_view prefix = "control-";
constexpr std::string_view suffix = ".sock";
/// Above the number of servers of any host. Limits the work in a directory that a user has filled.
constexpr std::size_t most_sockets = 256;
constexpr std::size_t most_entries = 100'000;

/// systemd may name several, separated by colons; the first is used.
std::filesystem::path runtime_directory(const Environment& environment) {
  const auto found = environment.find("RUNTIME_DIRECTORY");
  if (found == environment.end()) return {};
  return found->second.substr(0, found->second.find(':'));
}

/// /run/tacit, /run/tacit-api, /run/tacit-tools, and those of further instances.
std::vector<std::filesystem::path> packaged_directories() {
  std::vector<std::filesystem::path> all;
  std::error_code error;
  std::filesystem::directory_iterator entry("/run", error);
  for (std::size_t seen = 0; !error && entry != std::filesystem::directory_iterator() && seen < most_entries; ++seen) {
    const std::string name = entry->path().filename().string();
    if (name == "tacit" || name.starts_with("tacit-")) all.push_back(entry->path());
    entry.increment(error);
  }
  std::sort(all.begin(), all.end());
  return all;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::filesystem::path own_control_directory(const Config& config, const Environment& environment) {
  if (!config.control_directory.empty()) return config.control_directory;
  std::filesystem::path runtime = runtime_directory(environment);
  return runtime.empty() && !is_in_etcd(config) ? config.store : runtime;
}

std::vector<std::filesystem::path> control_directories(const Config& config, const Environment& environment) {
  std::vector<std::filesystem::path> all;
  const auto add = [&all](const std::filesystem::path& directory) {
    if (!directory.empty() && std::find(all.begin(), all.end(), directory) == all.end()) all.push_back(directory);
  };
  add(config.control_directory);
  add(runtime_directory(environment));
  // A running server may have been started with another configuration than the present one.
  if (!environment.contains("MAINPID")) {
    for (const auto& directory : packaged_directories()) add(directory);
  }
  if (!is_in_etcd(config)) add(config.store);
  return all;
}

std::string control_name(pid_t process) { return std::string(prefix).append(std::to_string(process)).append(suffix); }

std::optional<pid_t> process_of_control_name(std::string_view name) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() < prefix.size() + suffix.size()) return {};
  const std::string_view digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  pid_t process = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), process);
  if (error != std::errc() || end != digits.data() + digits.size() || process <= 0) return {};
  return control_name(process) == name ? std::optional(process) : std::nullopt;
}

Connected connect_to(const Descriptor& directory, const std::string& name) {
  const Descriptor file(::openat(directory.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return {Descriptor(), errno};
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return {Descriptor(), errno};
  if (!S_ISSOCK(status.st_mode)) return {Descriptor(), ENOTSOCK};
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {Descriptor(), errno};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = file.path();
  std::memcpy(address.sun_path, path.data(), path.size());
  const void* const raw = &address;
  if (::connect(socket.get(), static_cast<const sockaddr*>(raw), sizeof address) != 0) return {Descriptor(), errno};
  return {std::move(socket), 0};
}

std::optional<std::vector<pid_t>> list_control_sockets(const std::filesystem::path& directory) {
  const std::unique_ptr<DIR, CloseDirectory> open(::opendir(directory.c_str()));
  if (!open) return std::nullopt;
  std::vector<pid_t> all;
  for (std::size_t seen = 0; seen < most_entries && all.size() < most_sockets; ++seen) {
    const dirent* const entry = ::readdir(open.get());
    if (entry == nullptr) break;
    if (const auto process = process_of_control_name(entry->d_name)) all.push_back(*process);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace tacit::server
