#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <string>

#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/open_store.hpp"
#include "server/patient_output.hpp"
#include "server/progress.hpp"
#include "server/quantities.hpp"
#include "store/keyless_store.hpp"
#include "store/whole_file.hpp"

namespace tacit::server {
namespace {

constexpr mode_t backup_mode = 0600;

store::Outcome<std::uint64_t> copy(const store::KeylessStore& store, const store::ByteSink& sink) {
  Progress progress(std::cerr, "Backing up", ::isatty(STDERR_FILENO) == 1, "MiB");
  const std::uint64_t total = store.backup_bytes();
  return store.backup(sink, [&](std::uint64_t bytes) { progress.show(bytes >> 20, total >> 20); });
}

std::uint64_t back_up_to_stream(const store::KeylessStore& store, std::chrono::seconds patience) {
  PatientOutput output(STDOUT_FILENO, patience);
  auto written = copy(store, [&](store::ByteView part) { return output.write(part); });
  output.fail_if_stalled();
  return value_or_fail(std::move(written), "cannot back up");
}

std::uint64_t back_up_to_file(const store::KeylessStore& store, const std::string& name) {
  auto file = store::WholeFile::create(name, backup_mode);
  if (!file) fail("cannot back up", file.error());
  auto written = copy(store, [&](store::ByteView part) { return file->write(part); });
  const std::uint64_t bytes = value_or_fail(std::move(written), "cannot back up");
  value_or_fail(file->publish(), "cannot back up");
  return bytes;
}

}  // namespace

int backup_command(const Config& config, const Arguments& arguments) {
  const std::string target = arguments["FILE"].as<std::string>();
  const bool to_stream = target == "-";
  const std::chrono::seconds patience = stall_timeout(arguments);
  if (to_stream && ::isatty(STDOUT_FILENO) == 1) {
    throw UsageError("a backup cannot go to a terminal: redirect standard output, or name a file");
  }
  // A reader that goes away is an error to be told, not a signal.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  const auto store = store::KeylessStore::open(config.store);
  if (!store) throw UsageError(sentence(store.error()));
  const std::uint64_t bytes = to_stream ? back_up_to_stream(*store, patience) : back_up_to_file(*store, target);
  std::cerr << "Backed up " << config.store.string() << " to " << (to_stream ? "standard output" : target) << ": "
            << size_text(bytes) << '\n';
  return exit_ok;
}

}  // namespace tacit::server
