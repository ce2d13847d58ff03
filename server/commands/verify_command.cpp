// `tacit verify`: checks every page and every invariant of a store or a backup, in a child process. The checks are in
// store/lmdb/pages/page_walk.cpp and store/verify/.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/log/printable.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/input_file.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/config/values.hpp"
#include "server/process/apart.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/open_store.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/verify/page_engine.hpp"
#include "store/verify/verify.hpp"

namespace tacit::server {
namespace {

using Pages = std::unique_ptr<store::StorePages>;

constexpr const char* instead_of_pages =
    "note: the store is in etcd, so its pages are not checked: `etcdctl endpoint hashkv --cluster` compares the "
    "members' "
    "data, and `etcdutl snapshot status` checks a snapshot's file";

/// Rows are read without LMDB, because a damaged page could make LMDB crash or hang.
Pages open_pages(store::Outcome<Pages> opened) {
  if (!opened) throw UsageError(sentence(opened.error()));
  return std::move(*opened);
}

/// Opens a backup after a check of its hash; if the hash is wrong, no further check is useful.
Pages open_backup(const std::string& file) {
  {
    const InputFile input(file);
    std::uint64_t read = 0;
    const auto whole = store::read_backup(input.source(), [&read](store::ByteView part) {
      store::note_work(store::FileWork::copying, read += part.size());
      return true;
    });
    if (!whole) throw CommandFailed(file + ": " + sentence(whole.error()));
  }
  Pages pages = open_pages(store::StorePages::open_file(file));
  // The content is untrusted, whatever the file's owner.
  if (const auto why = become_store_user({0, 0, true})) throw CommandFailed(*why);
  return pages;
}

void check_pages(store::StorePages& pages) {
  Progress progress(std::cerr, "Checking pages", ::isatty(STDERR_FILENO) == 1, "pages");
  pages.check([&](std::uint64_t done, std::uint64_t total) {
    constexpr std::uint64_t takes_long = 65536;
    if (total >= takes_long) progress.show(done, total);
  });
}

/// Damaged pages come first, because they may cause the other problems.
void add_damages(store::VerifyReport& report, const std::vector<store::PageDamage>& damages) {
  std::vector<std::string> problems;
  problems.reserve(damages.size());
  for (const auto& damage : damages) problems.push_back(to_string(damage));
  report.problem_count += problems.size();
  report.problems.insert(report.problems.begin(), problems.begin(), problems.end());
}

store::VerifyReport verify_rows(const store::Store& opened) {
  Progress progress(std::cerr, "Verifying", ::isatty(STDERR_FILENO) == 1);
  auto verified = store::verify_store(opened, [&](const store::VerifyProgress& p) {
    store::note_work(store::FileWork::reading, p.rows);
    progress.show(p.rows, p.rows_total);
  });
  return value_or_fail(std::move(verified), "cannot verify the store");
}

/// `place`: the store's directory or the backup's file, for messages.
store::VerifyReport verify(const Config& config, const std::filesystem::path& place, store::StoreKeys keys,
                           store::StorePages& pages) {
  check_pages(pages);
  const auto damages = pages.damages();
  store::StoreOptions options = store_options(config);
  options.etcd.reset();  // the rows of these pages, whatever the configured store is
  options.directory = place;
  const auto opened = store::Store::open(options, std::move(keys), std::make_unique<store::PageEngine>(pages));
  if (!opened) {
    // The store's own metadata may be on a damaged page.
    if (damages.empty()) throw UsageError(sentence(opened.error()));
    store::VerifyReport report;
    report.problem_count = 1;
    report.problems.push_back("no further check is possible: " + sentence(opened.error()));
    add_damages(report, damages);
    return report;
  }
  store::VerifyReport report = verify_rows(**opened);
  add_damages(report, pages.damages());
  return report;
}

/// A store in etcd: its rows. Its pages are etcd's own.
store::VerifyReport verify_in_etcd(const Config& config, store::StoreKeys keys) {
  complain(instead_of_pages);
  become_etcd_user(config);
  const auto opened = store::Store::open(store_options(config), std::move(keys));
  if (!opened) throw UsageError(sentence(opened.error()));
  return verify_rows(**opened);
}

void print_json(const store::VerifyReport& report, bool opens_values) {
  boost::json::object out;
  out["tenants"] = report.tenants;
  out["secrets"] = report.secrets;
  out["values_opened"] = nullptr;  // without the private key
  if (opens_values) out["values_opened"] = report.values_opened;
  out["values_bound"] = report.values_bound;
  out["keys_signed"] = report.keys_signed;
  out["prekeys"] = report.prekeys;
  out["api_keys"] = report.api_keys;
  out["audit_entries"] = report.audit_entries;
  out["audit_pruned_through"] = report.audit_pruned_through;
  out["signatures_checked"] = report.signatures_checked;
  out["audit_head"] = report.audit_head;
  if (!report.audit_heads.empty()) {
    out["audit_heads"] = boost::json::array(report.audit_heads.begin(), report.audit_heads.end());
    out["audit_heads_checked"] = report.heads_checked;
  }
  out["problem_count"] = report.problem_count;
  out["problems"] = boost::json::array(report.problems.begin(), report.problems.end());
  std::cout << boost::json::serialize(out) << '\n';
}

void print_text(const store::VerifyReport& report, bool opens_values) {
  const std::uint64_t pruned = report.audit_pruned_through;
  std::cout << "tenants        " << report.tenants << "\nsecrets        " << report.secrets << "\nvalues opened  ";
  if (opens_values) {
    std::cout << report.values_opened;
  } else {
    std::cout << "none: no root-private-keyring";
  }
  std::cout << "\nvalues bound   " << report.values_bound << "\nkeys signed    " << report.keys_signed << " of "
            << report.keys << "\nprekeys        " << report.prekeys << "\nAPI keys       " << report.api_keys
            << "\naudit entries  " << report.audit_entries
            << (pruned > 0 ? ", pruned through " + std::to_string(pruned) : "") << "\nsignatures checked "
            << report.signatures_checked << "\naudit head     " << report.audit_head;
  for (const std::string& head : report.audit_heads) std::cout << "\nslot head      " << head;
  std::cout << "\nproblems       " << report.problem_count << '\n';
  for (const auto& problem : report.problems) std::cout << "  " << http::printable(problem) << '\n';
  if (report.problem_count > report.problems.size()) {
    std::cout << "  and " << report.problem_count - report.problems.size() << " more\n";
  }
}

/// A store in a folder, or a backup.
store::VerifyReport verify_pages(const Config& config, const Arguments& arguments, store::StoreKeys keys) {
  if (!arguments.contains("backup")) {
    const Pages pages = open_pages(store::StorePages::open(config.store, become_store_user));
    return verify(config, config.store, std::move(keys), *pages);
  }
  const std::string backup = arguments["backup"].as<std::string>();
  const Pages pages = open_backup(backup);
  return verify(config, backup, std::move(keys), *pages);
}

/// Returns whether no problem was found.
bool verify_and_print(const Config& config, const Arguments& arguments) {
  const bool is_backup = arguments.contains("backup");  // possibly from before a rotation of the signing key
  const KeyNeeds needs{.root_private = true, .signs = false, .accept_retired = is_backup};
  store::StoreKeys keys = load_keys(config, needs);  // before the process may give up root
  const auto report = is_backup || !is_in_etcd(config) ? verify_pages(config, arguments, std::move(keys))
                                                       : verify_in_etcd(config, std::move(keys));
  const bool opens_values = !config.root_private_keyring.empty();
  const store::WaitsForOthers reader;
  if (arguments.contains("json")) {
    print_json(report, opens_values);
  } else {
    print_text(report, opens_values);
  }
  return report.problem_count == 0;
}

std::chrono::seconds read_stall(std::string_view text) {
  constexpr std::uint64_t day = 86'400;
  return read_seconds(text, 1, day);
}

}  // namespace

/// Always in a child process: neither a file nor a disk that does not answer may keep the command from ending.
int verify_command(const Config& config, const Arguments& arguments) {
  require_keyrings(config);
  const auto stall =
      arguments.contains("stall-timeout") ? read_argument(arguments, "stall-timeout", read_stall) : default_stall;
  const auto file = arguments.contains("backup") ? std::filesystem::path(arguments["backup"].as<std::string>())
                                                 : data_of(config.store);
  const std::string good = "good";
  const Part part = [&] { return verify_and_print(config, arguments) ? good : std::string(); };
  return Apart(part, file).wait_while_it_goes_on(stall) == good ? exit_ok : exit_failed;
}

}  // namespace tacit::server
