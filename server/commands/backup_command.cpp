// `tacit backup`: copies the store, while it is in use, to a file, a directory of backups or standard output, and
// records the success (server/backup/).
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include "http/log/printable.hpp"
#include "server/backup/backup_directory.hpp"
#include "server/backup/last_backup.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/patient_output.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/commands/etcd_copy.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/config/values.hpp"
#include "server/process/apart.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/open_store.hpp"
#include "store/backup/backup_hash.hpp"
#include "store/backup/keyless_store.hpp"
#include "store/backup/whole_file.hpp"

namespace tacit::server {
namespace {

constexpr mode_t backup_mode = 0600;
constexpr std::uint64_t most_kept = 1'000'000;

BackupTime now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// The parsed arguments.
struct Target {
  std::string file;  ///< "-": standard output; empty: a file in `directory`
  std::string directory;
  Retention retention;
};

Target read_target(const Arguments& arguments) {
  Target target;
  if (arguments.contains("FILE")) target.file = arguments["FILE"].as<std::string>();
  if (arguments.contains("into")) target.directory = read_argument(arguments, "into", read_path).string();
  const auto count = [](std::string_view text) { return read_number(text, 1, most_kept); };
  if (arguments.contains("keep")) target.retention.count = read_argument(arguments, "keep", count);
  if (arguments.contains("keep-for")) {
    target.retention.for_time = read_argument(arguments, "keep-for", read_time_span);
  }
  if (!target.file.empty() && !target.directory.empty()) throw UsageError("FILE and --into exclude each other");
  if (target.file.empty() && target.directory.empty()) throw UsageError("FILE is missing, or --into DIRECTORY");
  if (target.directory.empty() && (arguments.contains("keep") || arguments.contains("keep-for"))) {
    throw UsageError("--keep and --keep-for require --into DIRECTORY");
  }
  if (target.directory.empty() && arguments.contains("dry-run")) {
    throw UsageError("--dry-run requires --into DIRECTORY");
  }
  if (target.file == "-" && ::isatty(STDOUT_FILENO) == 1) {
    throw UsageError("a backup cannot go to a terminal: redirect standard output, or name a file");
  }
  return target;
}

/// What a backup copies, open: a store in a folder, or one in etcd.
struct Original {
  std::uint64_t bytes = 0;  ///< about the size of the backup; 0: not known
  std::function<store::Outcome<std::uint64_t>(const store::ByteSink& sink,
                                              const std::function<void(std::uint64_t)>& progress)>
      copy;
};

store::Outcome<std::uint64_t> copy(const Original& store, const store::ByteSink& sink) {
  Progress progress(std::cerr, "Backing up", ::isatty(STDERR_FILENO) == 1, Progress::bytes);
  return store.copy(sink, [&](std::uint64_t bytes) {
    if (store.bytes > 0) progress.show(bytes, store.bytes);
  });
}

std::uint64_t back_up_to_stream(const Original& store, std::chrono::seconds patience) {
  PatientOutput output(STDOUT_FILENO, patience);
  auto written = copy(store, [&](store::ByteView part) { return output.write(part); });
  output.fail_if_stalled();
  return value_or_fail(std::move(written), "cannot back up");
}

/// Reads the file from the disk again before it is published and older backups are deleted.
void check_written(const store::WholeFile& file, std::uint64_t bytes) {
  const int descriptor = file.descriptor();
  ::fsync(descriptor);
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  off_t at = 0;
  const auto source = [&](std::span<std::uint8_t> out) {
    const ssize_t got = ::pread(descriptor, out.data(), out.size(), at);
    at += std::max<ssize_t>(got, 0);
    return got;
  };
  const auto read = store::read_backup(source, [](store::ByteView) { return true; });
  if (value_or_fail(read, "cannot back up") + store::backup_trailer_size == bytes) return;
  throw CommandFailed("cannot back up: the written file differs when read again");
}

/// The result of a backup.
struct Written {
  std::uint64_t bytes = 0;
  std::uint64_t format = 0;  ///< the store's format, which may have been raised meanwhile
};

/// Returns the number of bytes written.
using Write = std::function<std::uint64_t(const Original& store)>;

Written write_from_folder(const Config& config, const Write& write) {
  const auto store = store::KeylessStore::open(config.store, become_store_user);
  if (!store) throw UsageError(sentence(store.error()));
  const Original original{.bytes = store->backup_bytes(), .copy = [&store](const auto& sink, const auto& progress) {
                            return store->backup(sink, progress);
                          }};
  const std::uint64_t bytes = write(original);
  return {bytes, store->format()};
}

Written write_from_etcd(const Config& config, const Write& write) {
  const auto engine = open_keyless_engine(config, EngineUse::reading);
  const Original original{
      .copy = [&engine](const auto& sink, const auto& progress) { return back_up_engine(*engine, sink, progress); }};
  const std::uint64_t bytes = write(original);
  return {bytes, format_of(*engine)};
}

/// Opens the store and writes in a child process, which may give up root. This process has opened the destination
/// before, and does the work that needs root.
Written write_apart(const Config& config, const Write& write) {
  const std::string said = run_apart(config.store, [&] {
    const Written written = is_in_etcd(config) ? write_from_etcd(config, write) : write_from_folder(config, write);
    return std::to_string(written.bytes) + ' ' + std::to_string(written.format);
  });
  const std::size_t space = said.find(' ');
  if (space == std::string::npos) throw CommandFailed("cannot back up: the writing process did not report the size");
  return {read_number(std::string_view(said).substr(0, space), 0, UINT64_MAX),
          read_number(std::string_view(said).substr(space + 1), 0, UINT64_MAX)};
}

Written back_up_to_file(const Config& config, const std::string& name, const BackupDirectory* directory) {
  auto file = store::WholeFile::create(name, backup_mode);
  if (!file) fail("cannot back up", file.error());
  const bool beside_store = directory != nullptr && !is_in_etcd(config) && directory->is_beside(config.store);
  const Written written = write_apart(config, [&](const Original& store) {
    if (directory != nullptr) directory->need_room(store.bytes, beside_store);
    return value_or_fail(copy(store, [&](store::ByteView part) { return file->write(part); }), "cannot back up");
  });
  check_written(*file, written.bytes);
  value_or_fail(file->publish(), "cannot back up");
  return written;
}

/// Records the backup for the metrics and their alert. Returns false, after an error message, on failure.
bool record(const Config& config, const std::string& file, std::uint64_t bytes) {
  std::error_code ignored;
  const std::string place = file == "-" ? file : std::filesystem::absolute(file, ignored).string();
  const std::filesystem::path record_file = last_backup_file(config);
  if (record_file.empty()) return true;  // in etcd without backup-record: check-config says so
  const auto error = write_last_backup(record_file, {now().time_since_epoch().count(), place, bytes});
  if (!error) return true;
  complain("this backup cannot be recorded in " + record_file.string() + ": " + error.message() +
           "; metrics and `tacit status` do not show it (backup-record)");
  return false;
}

void report(const Config& config, const std::string& target, const Written& written) {
  std::cerr << "Backed up " << http::printable(config.store.string()) << " to " << http::printable(target) << ": "
            << size_text(written.bytes) << ", format " << written.format << '\n';
}

/// Reports that the directory's backups belong to another store, and the consequence.
void complain_of_owner(const BackupDirectory& directory, const std::string& owner, const char* outcome) {
  complain((directory.path() / ".tacit-store").string() + " says that these backups belong to " +
           owner.substr(0, owner.find('\n')) + ": " + outcome +
           ". Give each store its own directory, or remove that file if they belong to this store");
}

/// A time whose name is not in use. Names have whole seconds, so a second backup in the same second waits.
BackupTime free_time(const BackupDirectory& directory) {
  using namespace std::chrono_literals;
  for (int waited = 0;; ++waited) {
    const BackupTime time = now();
    std::error_code error;
    const auto status = std::filesystem::symlink_status(directory.path() / backup_name(time), error);
    if (!std::filesystem::exists(status) || waited == 15) return time;
    std::this_thread::sleep_for(100ms);
  }
}

int back_up_into(const Config& config, const Target& target) {
  const BackupDirectory directory(target.directory);
  const BackupTime time = free_time(directory);
  const std::string name = backup_name(time);
  const std::string file = (directory.path() / name).string();
  const Written written = back_up_to_file(config, file, &directory);
  report(config, file, written);
  const bool recorded = record(config, file, written.bytes);
  std::vector<std::string> troubles;
  const bool deletes = target.retention.count || target.retention.for_time;
  if (const auto other = directory.other_owner(config.store); other && deletes) {
    complain_of_owner(directory, *other, "no older backup was deleted");
    return exit_failed;
  }
  for (const std::string& deleted : directory.tidy(name, target.retention, time, troubles)) {
    std::cerr << "Deleted " << http::printable((directory.path() / deleted).string()) << '\n';
  }
  for (const std::string& trouble : troubles) complain(trouble);
  return recorded && troubles.empty() ? exit_ok : exit_failed;
}

/// Lists the backups that a backup into the directory would delete.
int try_into(const Config& config, const Target& target) {
  const BackupDirectory directory(target.directory);
  const BackupTime time = now();
  const std::string name = backup_name(time);
  std::cout << "Would create " << http::printable((directory.path() / name).string()) << '\n';
  std::vector<std::string> troubles;
  const bool deletes = target.retention.count || target.retention.for_time;
  if (const auto other = directory.noted_other_owner(config.store); other && deletes) {
    complain_of_owner(directory, *other, "no older backup would be deleted");
    return exit_failed;
  }
  for (const std::string& one : directory.superfluous(name, target.retention, time, troubles)) {
    std::cout << "Would delete " << http::printable((directory.path() / one).string()) << '\n';
  }
  for (const std::string& trouble : troubles) complain(trouble);
  return troubles.empty() ? exit_ok : exit_failed;
}

}  // namespace

int backup_command(const Config& config, const Arguments& arguments) {
  const Target target = read_target(arguments);
  const std::chrono::seconds patience = stall_timeout(arguments);
  if (arguments.contains("dry-run")) return try_into(config, target);
  // A closed reader must cause an error message, not a signal.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  if (!target.directory.empty()) return back_up_into(config, target);
  const bool to_stream = target.file == "-";
  const Write write = [&](const Original& store) { return back_up_to_stream(store, patience); };
  const Written written = to_stream ? write_apart(config, write) : back_up_to_file(config, target.file, nullptr);
  report(config, to_stream ? "standard output" : target.file, written);
  record(config, target.file, written.bytes);
  return exit_ok;
}

}  // namespace tacit::server
