// `tacit status`: collects the lines of status_report.hpp, each on a thread with a deadline, and prints them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/log/printable.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/output.hpp"
#include "server/cli/quantities.hpp"
#include "server/commands/status_etcd.hpp"
#include "server/commands/status_report.hpp"
#include "server/commands/status_signing.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/control/answer_members.hpp"
#include "server/process/apart.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/open_store.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

/// Longest wait for a server's answer and for file accesses: a hanging disk or lock must not block this command.
constexpr std::chrono::seconds patience{3};
/// Left of it for the child's end.
constexpr std::chrono::milliseconds margin{500};

/// The function's result, or std::nullopt if it takes too long; its thread then runs until the process ends.
template <class T>
std::optional<T> within_patience(std::function<T()> look) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<T> result;
  };
  const auto shared = std::make_shared<Shared>();
  std::thread([shared, look = std::move(look)] {
    T result = look();
    const std::lock_guard lock(shared->mutex);
    shared->result = std::move(result);
    shared->done.notify_all();
  }).detach();
  std::unique_lock lock(shared->mutex);
  shared->done.wait_for(lock, patience, [&] { return shared->result.has_value(); });
  return shared->result;
}

StatusLine late(std::string subject) { return {std::move(subject), false, "no answer within 3 s: its disk hangs", {}}; }

std::uint64_t number(const json::object& answer, const char* name) {
  return number_in<std::uint64_t>(answer, name).value_or(0);
}

/// The figures of a server, which has the store open.
std::optional<StoreRoom> room_of(const std::vector<FoundServer>& servers) {
  for (const FoundServer& server : servers) {
    const json::object* const told = object_in(server.state, "room");
    if (told == nullptr) continue;
    StoreRoom room;
    room.map_bytes = number(*told, "map_bytes");
    room.map_used_bytes = room.map_bytes - std::min(room.map_bytes, number(*told, "map_free_bytes"));
    return room;
  }
  return std::nullopt;
}

/// The figures as two numbers, if no server runs. For a child process, which may give up root and may hang.
std::string measure(const std::filesystem::path& directory) {
  // A reader of the output that waits for its end must not wait for a hanging disk.
  if (std::freopen("/dev/null", "w", stdout) == nullptr) return {};
  store::LmdbEnv::Options options;
  options.directory = directory;
  options.give_up_root = become_store_user;
  const auto env = store::LmdbEnv::open(options);
  if (!env) return {};
  const store::StorageStatistics figures = (*env)->statistics();
  const std::uint64_t free = figures.free_pages + figures.pinned_pages;
  const std::uint64_t used = figures.touched_pages - std::min(figures.touched_pages, free);
  return std::to_string(figures.pages * figures.page_bytes) + ' ' + std::to_string(used * figures.page_bytes);
}

/// The result of a running measurement; std::nullopt if it takes too long.
std::optional<StoreRoom> measured(Apart& look) {
  StoreRoom room;
  try {
    const auto numbers = look.wait(patience);
    if (!numbers) return std::nullopt;
    std::istringstream(*numbers) >> room.map_bytes >> room.map_used_bytes;
  } catch (const CommandFailed&) {
    return StoreRoom();
  }
  return room;
}

void add_room(std::vector<StatusLine>& lines, const Config& config, const std::optional<StoreRoom>& map) {
  lines.push_back(map ? map_status(*map) : late("map"));
  auto room = within_patience<StoreRoom>([directory = config.store] {
    StoreRoom found;
    std::error_code error;
    const auto disk = std::filesystem::space(directory, error);
    if (!error) found.disk_bytes = disk.capacity;
    if (!error) found.disk_free_bytes = disk.available;
    return found;
  });
  lines.push_back(room ? disk_status(*room) : late("disk"));
}

/// The answer of a running look; empty if it takes too long or fails.
std::string told(Apart& look) {
  try {
    return look.wait(patience).value_or(std::string());
  } catch (const CommandFailed&) {
    return {};
  }
}

void add_etcd(std::vector<StatusLine>& lines, const Config& config, const std::vector<json::object>& states) {
  lines.push_back(etcd_status(states));
  if (!states.empty()) lines.push_back(etcd_commit_status(states));
  lines.push_back(etcd_size_status(states));
  auto certificate = within_patience<std::optional<StatusLine>>(
      [config] { return etcd_certificate_status(config, std::time(nullptr)); });
  if (!certificate) lines.push_back(late("etcd certificate"));
  if (certificate && *certificate) lines.push_back(std::move(**certificate));
}

StatusLine configuration_status(const LoadedConfig& loaded) {
  if (loaded.problems.empty()) return {"configuration", true, "can be read; tacit check-config checks it in full", {}};
  std::string text = counted(loaded.problems.size(), "fault") + "; the first: " + http::printable(loaded.problems[0]);
  return {"configuration", false, std::move(text), {}};
}

void add_plane(std::vector<StatusLine>& lines, const char* plane, const FoundServers& found,
               const std::filesystem::path& certificate) {
  lines.push_back(plane_status(plane, found));
  const std::int64_t now = std::time(nullptr);
  auto line = within_patience<StatusLine>(
      [=, servers = found.servers] { return certificate_status(plane, servers, certificate, now); });
  lines.push_back(line ? std::move(*line) : late(std::string(plane) + " certificate"));
}

void print_text(const std::vector<StatusLine>& lines) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(lines.size());
  for (const StatusLine& line : lines) rows.push_back({line.good ? "ok" : "ATTENTION", line.subject, line.text});
  std::cout << table(rows);
}

void print_json(const std::vector<StatusLine>& lines, bool good) {
  json::array all;
  for (const StatusLine& line : lines) {
    json::object one{{"subject", line.subject}, {"good", line.good}, {"text", line.text}};
    for (const auto& member : line.details) one[member.key()] = member.value();
    all.emplace_back(std::move(one));
  }
  std::cout << json::serialize(json::object{{"good", good}, {"lines", std::move(all)}}) << '\n';
}

}  // namespace

std::vector<StatusLine> make_status(const LoadedConfig& loaded, const std::map<std::string, std::string>& environment) {
  const Config& config = loaded.config;
  std::vector<StatusLine> lines;
  const FoundServers found = find_servers(loaded, environment, config.plane, patience);
  std::optional<StoreRoom> room = room_of(found.servers);
  std::vector<json::object> etcd = etcd_states(found.servers);
  const bool in_etcd = is_in_etcd(config);
  std::optional<Apart> look;  // forks, so before any thread starts
  if (in_etcd && etcd.empty()) look.emplace([&config] { return ask_etcd_state(config, patience - margin); });
  if (!in_etcd && !room) look.emplace([&config] { return measure(config.store); });
  if (runs_api(config.plane)) add_plane(lines, "api", found, config.api_certificate);
  if (runs_tools(config.plane)) add_plane(lines, "tools", found, config.tool_certificate);
  lines.push_back(reload_status(found.servers));
  lines.push_back(configuration_status(loaded));
  lines.push_back(key_status(found.servers));
  lines.push_back(signing_status(found.servers));
  lines.push_back(prekey_status(found.servers));
  auto backup = within_patience<StatusLine>([config] { return backup_status(config, std::time(nullptr)); });
  lines.push_back(backup ? std::move(*backup) : late("backup"));
  if (in_etcd) {
    if (look) etcd = read_etcd_state(told(*look));
    add_etcd(lines, config, etcd);
    return lines;
  }
  if (look) room = measured(*look);
  add_room(lines, config, room);
  return lines;
}

int status_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments) {
  if (sources.file && ::access(sources.file->c_str(), R_OK) != 0) {
    throw UsageError(loaded.problems.empty() ? sources.file->string() + " cannot be read" : loaded.problems[0]);
  }
  const std::vector<StatusLine> lines = make_status(loaded, sources.environment);
  const bool good = std::all_of(lines.begin(), lines.end(), [](const StatusLine& line) { return line.good; });
  if (arguments.contains("json")) {
    print_json(lines, good);
  } else {
    print_text(lines);
  }
  const bool printed = static_cast<bool>(std::cout.flush());
  // Do not wait for hanging threads.
  std::_Exit(good && printed ? exit_ok : exit_failed);
}

}  // namespace tacit::server
