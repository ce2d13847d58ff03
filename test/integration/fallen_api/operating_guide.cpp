#include "test/integration/fallen_api/operating_guide.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tacit::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* code = "    ";
constexpr std::chrono::minutes patience{10};

/// Functions in place of the programs that the guide calls. They use the variables calls, asked, answer, unknown,
/// program and config.
constexpr const char* programs = R"sh(
tacit() {
  local call status=0
  call=$(printf '%s/%03d' "$calls" "$(ls "$calls" | wc -l)")
  mkdir "$call"
  printf '%s' "$*" >"$call/words"
  "$program" "$@" --config "$config" >"$call/out" 2>"$call/err" || status=$?
  printf '%s' "$status" >"$call/status"
  cat "$call/out"
  cat "$call/err" >&2
  return "$status"
}
ask_host() {
  printf '%s' "$*" >"$asked.new"
  mv "$asked.new" "$asked"
  while [ -e "$asked" ]; do command sleep 0.02; done
  cat "$answer"
}
systemctl() { ask_host systemctl "$@"; }
less() { ask_host less "$@"; }
sleep() { :; }
command_not_found_handle() {
  echo "$1" >>"$unknown"
  return 127
}
)sh";

std::string assignment(const std::string& name, const fs::path& value) { return name + "='" + value.string() + "'\n"; }

/// Answers the shell's questions until it ends. Returns its exit code.
int serve_host(Process& shell, const fs::path& folder, const GuideHost& host) {
  const fs::path asked = folder / "asked";
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (shell.running()) {
    if (fs::exists(asked)) {
      write_file(folder / "answer", host(read_file(asked)));
      fs::remove(asked);
    }
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the guide's commands do not end");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return shell.wait({}).value();
}

std::vector<GuideCommand> calls_in(const fs::path& folder) {
  std::vector<fs::path> places;
  for (const fs::directory_entry& call : fs::directory_iterator(folder)) places.push_back(call.path());
  std::ranges::sort(places);
  std::vector<GuideCommand> calls;
  for (const fs::path& place : places) {
    const Finished done{std::stoi(read_file(place / "status")), read_file(place / "out"), read_file(place / "err")};
    calls.push_back({.words = read_file(place / "words"), .done = done});
  }
  return calls;
}

}  // namespace

std::string guide_commands(const std::string& from) {
  std::istringstream guide(read_file(TACIT_SOURCE_DIR "/conf/OPERATING.md"));
  std::string commands;
  bool inside = false;
  for (std::string line; std::getline(guide, line);) {
    inside = inside || line.starts_with(from);
    if (!inside) continue;
    const bool is_code = line.starts_with(code);
    if (!is_code && !commands.empty()) break;
    if (is_code) commands += line.substr(std::string(code).size()) + "\n";
  }
  if (commands.empty()) throw std::runtime_error("the guide has no commands from the line on: " + from);
  return commands;
}

void replace_in(std::string& commands, const std::string& what, const std::string& with) {
  std::size_t at = commands.find(what);
  if (at == std::string::npos) throw std::runtime_error("the guide's commands do not contain: " + what);
  while (at != std::string::npos) {
    commands.replace(at, what.size(), with);
    at = commands.find(what, at + with.size());
  }
}

std::vector<GuideCommand> follow_guide(const Deployment& deployment, std::string commands, const GuideHost& host) {
  const TemporaryFolder temporary;
  const fs::path& folder = temporary.path();
  const fs::path home = folder / "root";
  const fs::path calls = folder / "calls";
  const fs::path unknown = folder / "unknown";
  fs::create_directory(home);
  fs::create_directory(calls);
  if (commands.find("/root/") != std::string::npos) replace_in(commands, "/root/", home.string() + "/");
  const std::string variables = assignment("calls", calls) + assignment("asked", folder / "asked") +
                                assignment("answer", folder / "answer") + assignment("unknown", unknown) +
                                assignment("program", TACIT_BINARY) + assignment("config", deployment.config());
  write_file(folder / "script", variables + programs + commands);
  Process shell({"bash", (folder / "script").string()}, folder / "out", folder / "err");
  const int status = serve_host(shell, folder, host);
  const std::string printed = read_file(folder / "out") + read_file(folder / "err");
  if (fs::exists(unknown)) throw std::runtime_error("unknown command " + read_file(unknown) + printed);
  if (status != 0) throw std::runtime_error("the guide's last command failed: " + std::to_string(status) + printed);
  return calls_in(calls);
}

}  // namespace tacit::test
