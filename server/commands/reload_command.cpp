// `tacit reload`: asks running servers to reload and prints their results (server/serve/reload_result.hpp).
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "crypto/text/sentence.hpp"
#include "http/log/printable.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/control/answer_members.hpp"
#include "server/control/control_client.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::uint64_t longest_timeout = 3600;
/// Longest wait for a server's state. A server answers at once unless it hangs or is just reloading.
constexpr std::chrono::seconds introduction{10};

std::chrono::seconds read_timeout(std::string_view text) { return read_seconds(text, 1, longest_timeout); }

bool is_good(const json::object& answer) { return truth_in(answer, "good").value_or(false); }

/// A part's name for people: "tool identities" for tool_identities.
std::string in_words(std::string part) {
  if (part == "keys") return "keyrings";
  for (char& c : part) {
    if (c == '_') c = ' ';
  }
  return part;
}

/// Prints one server's answer: successes on standard output, failures on standard error.
bool tell(const std::string& server, const json::object& answer) {
  std::vector<std::string> taken;
  for (std::string& part : texts_in(answer, "taken")) taken.push_back(in_words(std::move(part)));
  if (!taken.empty()) std::cout << server << ": reloaded: " << crypto::joined(taken, ", ") << '\n';
  const std::vector<std::string> later = texts_in(answer, "restart_needed");
  if (!later.empty()) std::cout << server << ": restart needed for: " << crypto::joined(later, ", ") << '\n';
  for (const json::object* kept : objects_in(answer, "kept")) {
    complain(server + ": " + in_words(text_in(*kept, "part")) + " not reloaded: " + text_in(*kept, "reason"));
  }
  for (const std::string& reason : texts_in(answer, "next_start_fails")) {
    complain(std::string(server).append(": the next start would fail: ").append(reason));
  }
  return is_good(answer);
}

/// Asks one server and prints its answer. Returns whether the whole reload succeeded.
bool reload(const FoundServer& server, std::chrono::seconds timeout, json::array* all) {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  json::object answer;
  std::string trouble = server.trouble;
  if (trouble.empty()) {
    auto asked = ask_server(server.directory, server.process, "reload", deadline);
    if (asked) {
      answer = std::move(*asked);
    } else {
      const bool late = std::chrono::steady_clock::now() >= deadline;
      trouble = late ? "did not answer within " + std::to_string(timeout.count()) + " s" : asked.error().message;
    }
  }
  if (!trouble.empty()) complain(name_of(server) + ": " + trouble);
  if (all == nullptr) return trouble.empty() && tell(name_of(server), answer);
  const bool all_good = is_good(answer);
  if (!trouble.empty()) answer = {{"good", false}, {"error", trouble}};
  answer["process"] = server.process;
  all->push_back(std::move(answer));
  return all_good;
}

}  // namespace

int reload_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments) {
  // A call by systemd for a unit finds the server without the configuration, and the server reports the configuration's
  // faults.
  const bool for_unit = sources.environment.contains("MAINPID");
  if (!for_unit && !loaded.problems.empty()) {
    for (const std::string& problem : loaded.problems) complain(problem);
    return exit_usage;
  }
  const std::chrono::seconds timeout =
      arguments.contains("timeout") ? read_argument(arguments, "timeout", read_timeout) : default_reload_timeout;
  const FoundServers found =
      find_servers(loaded, sources.environment, loaded.config.plane, std::min(timeout, introduction));
  for (const std::string& unseen : found.unseen) complain("cannot look for servers: " + unseen);
  if (found.servers.empty()) {
    const std::string trouble =
        for_unit ? "the unit's server has no control socket; see its log for control_socket_failed"
                 : "no server of the store " + loaded.config.store.string() + " could be asked; is it running?";
    if (arguments.contains("json")) {
      const json::object none{{"good", false}, {"servers", json::array()}, {"error", http::printable(trouble)}};
      std::cout << json::serialize(none) << '\n';
    }
    throw CommandFailed(trouble);
  }
  json::array all;
  bool good = true;
  for (const FoundServer& server : found.servers) {
    good = reload(server, timeout, arguments.contains("json") ? &all : nullptr) && good;
  }
  if (arguments.contains("json")) std::cout << json::serialize(json::object{{"good", good}, {"servers", all}}) << '\n';
  return good ? exit_ok : exit_failed;
}

}  // namespace tacit::server
