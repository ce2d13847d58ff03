// `tacit scrub`: overwrites deleted and replaced data at once.
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/config/values.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/open_store.hpp"
#include "store/backup/keyless_store.hpp"

namespace tacit::server {
namespace {

constexpr std::uint64_t most_wait = 86'400;

constexpr const char* instead_of_scrub =
    "the store is in etcd, which has no such command: servers compact its history after 5 minutes, and `etcdctl "
    "defrag` "
    "of each member, followers first, then removes the deleted rows from its file";

std::chrono::seconds read_wait(std::string_view text) { return read_seconds(text, 0, most_wait); }

void check(const store::KeylessStore& store) {
  Progress progress(std::cerr, "Checking pages", ::isatty(STDERR_FILENO) == 1, "pages");
  store.check_all([&](std::uint64_t done, std::uint64_t total) {
    constexpr std::uint64_t takes_long = 65536;
    if (total >= takes_long) progress.show(done, total);
  });
}

store::ScrubReport scrub(const store::KeylessStore& store, std::chrono::seconds wait) {
  Progress progress(std::cerr, "Scrubbing", ::isatty(STDERR_FILENO) == 1, "pages");
  return store.scrub(wait, [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
}

/// Why data is left; empty if none is.
std::string why_unfinished(const store::ScrubReport& report, const std::filesystem::path& file) {
  if (report.error != 0) return store::why_scrub_failed(report.error, file);
  if (report.pinned) {
    return "a reader of an older snapshot of the store still needs some of it: `tacit stats` names the process";
  }
  if (report.left > 0) {
    return counted(report.left, "place") + " in pages in use cannot be cleaned; a restored backup is free of them";
  }
  return {};
}

void print_json(const store::ScrubReport& report, std::uint64_t page_bytes, const std::string& why) {
  boost::json::object out;
  out["complete"] = report.is_clean();
  out["overwritten_bytes"] = report.pages * page_bytes;
  out["places_cleaned"] = report.unclean - std::min(report.unclean, report.left);
  out["commits"] = report.commits;
  out["unfinished"] = nullptr;
  if (!why.empty()) out["unfinished"] = why;
  std::cout << boost::json::serialize(out) << '\n';
}

}  // namespace

int scrub_command(const Config& config, const Arguments& arguments) {
  const auto wait = arguments.contains("wait") ? read_argument(arguments, "wait", read_wait) : default_scrub_wait;
  if (is_in_etcd(config)) throw UsageError(instead_of_scrub);
  const auto store = store::KeylessStore::open(config.store, become_store_user);
  if (!store) throw UsageError(sentence(store.error()));
  check(*store);
  const store::ScrubReport report = scrub(*store, wait);
  const std::string why = why_unfinished(report, store->file());
  if (arguments.contains("json")) {
    print_json(report, store->page_bytes(), why);
  } else {
    std::cout << "overwritten: " << size_text(report.pages * store->page_bytes()) << '\n';
  }
  if (why.empty()) return exit_ok;
  std::cerr << "tacit: some deleted data is not overwritten: " << why << '\n';
  return exit_failed;
}

}  // namespace tacit::server
