// tacit: reads the command line and the configuration, and runs the subcommand.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/memory/process.hpp"
#include "http/log/log_writer.hpp"
#include "server/cli/command_line.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/config/errors.hpp"
#include "server/process/command_apart.hpp"
#include "store/lmdb/environment/map_faults.hpp"

namespace {

using namespace tacit::server;

/// The next file or socket would reuse a closed descriptor below 3, and output would be written to it: a new API key
/// to the store's lock file. Opened read-only, so that a write to it fails.
void keep_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != fd) std::abort();
  }
}

/// Longest wait for the log's reader to take the last lines.
constexpr std::chrono::seconds patience_with_reader{2};

/// A file at its size limit causes an error message instead of ending the process.
void survive_file_limit() { static_cast<void>(std::signal(SIGXFSZ, SIG_IGN)); }

/// An empty message means that the error was already reported.
int complain(std::string_view sentence, ExitCode code) {
  if (!sentence.empty()) tacit::server::complain(sentence);
  return code;
}

int run_command(const CommandLine& line) {
  Invocation invocation;
  ConfigSources& sources = invocation.sources;
  sources.file = line.config_file;
  sources.command_line = line.settings;
  sources.environment = process_environment();
  invocation.arguments = line.arguments;
  // The users of a client may not read the server's configuration, and it does not concern them.
  if (line.command->settings == SettingGroup::none) return line.command->run(invocation);
  invocation.loaded = load_config(sources, line.command->settings);
  if (!invocation.loaded.problems.empty() && !line.command->runs_misconfigured) {
    for (const std::string& problem : invocation.loaded.problems) complain(problem, exit_usage);
    return exit_usage;
  }
  for (const std::string& warning : invocation.loaded.warnings) {
    if (!line.command->runs_misconfigured) complain("warning: " + warning + " (not used here)", exit_ok);
  }
  if (!line.command->runs_apart) return line.command->run(invocation);
  const Config& config = invocation.loaded.config;
  return run_command_apart(
      config.store, [&] { return line.command->run(invocation); }, default_stall + config.store_timeout);
}

int run(const std::vector<std::string>& words, StandardStreams& streams) {
  const CommandLine line = read_command_line(words);
  if (line.help) {
    std::cout << help_text(line.command, line.group);
    return exit_ok;
  }
  if (line.version) {
    std::cout << "tacit " TACIT_VERSION "\n";
    return exit_ok;
  }
  if (std::string_view(line.command->name) == "serve") {
    // From here on, the server never waits for the reader of its log.
    tacit::http::start_log_writer();
    streams.errors_to_log();
  }
  return run_command(line);
}

int run_and_tell(int argc, char** argv) {
  StandardStreams streams;
  try {
    survive_file_limit();
    tacit::crypto::harden_process();
    // The planes' users share the store through their group. Other users have no access to new files.
    ::umask(S_IRWXO);
    const int code = run({argv + 1, argv + argc}, streams);
    // Buffered output may still fail: a full disk, a closed pipe.
    if (!std::cout.flush() && code == exit_ok) return complain("the output could not be written", exit_failed);
    return code;
  } catch (const UsageError& error) {
    return complain(error.what(), exit_usage);
  } catch (const std::exception& error) {
    return complain(error.what(), exit_failed);
  }
}

int run_to_end(int argc, char** argv) {
  tacit::http::look_for_journal();
  if (tacit::http::log_has_priorities()) tacit::store::begin_fault_lines_with("<3>");
  const int code = run_and_tell(argc, argv);
  tacit::http::flush_log(patience_with_reader);
  return code;
}

/// Without allocations. Errors of the write are ignored: nothing else can be told.
int complain_of_memory() {
  constexpr std::string_view sentence = "tacit: there is too little memory\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, sentence.data(), sentence.size());
  return exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_descriptors();
  try {
    return run_to_end(argc, argv);
  } catch (const std::bad_alloc&) {  // not even the complaint had room
    return complain_of_memory();
  }
}
