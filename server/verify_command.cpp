#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>

#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/input_file.hpp"
#include "server/open_store.hpp"
#include "server/output.hpp"
#include "server/progress.hpp"

namespace tacit::server {
namespace {

store::VerifyReport verify(const store::Store& store) {
  Progress progress(std::cerr, "Verifying", ::isatty(STDERR_FILENO) == 1);
  auto report = store.verify([&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); });
  return value_or_fail(std::move(report), "cannot verify the store");
}

/// A backup whose hash is right: only then LMDB may look at it.
OpenStore open_backup(const Config& config, const std::string& file) {
  require_keyrings(config);
  {
    const InputFile input(file);
    const auto whole = store::read_backup(input.source(), [](store::ByteView) { return true; });
    if (!whole) throw CommandFailed(file + ": " + sentence(whole.error()));
  }
  auto store = store::Store::open_backup(file, load_keys(config, PrivateKey::yes));
  if (!store) throw UsageError(sentence(store.error()));
  return OpenStore(store->release());
}

void print_json(const store::VerifyReport& report, bool opens_values) {
  boost::json::object out;
  out["tenants"] = report.tenants;
  out["secrets"] = report.secrets;
  out["values_opened"] = nullptr;  // without the private key
  if (opens_values) out["values_opened"] = report.values_opened;
  out["api_keys"] = report.api_keys;
  out["audit_entries"] = report.audit_entries;
  out["audit_pruned_through"] = report.audit_pruned_through;
  out["audit_head"] = report.audit_head;
  out["problem_count"] = report.problem_count;
  out["problems"] = boost::json::array(report.problems.begin(), report.problems.end());
  std::cout << boost::json::serialize(out) << '\n';
}

void print_text(const store::VerifyReport& report, bool opens_values) {
  std::cout << "tenants        " << report.tenants << "\nsecrets        " << report.secrets << "\nvalues opened  ";
  if (opens_values) {
    std::cout << report.values_opened;
  } else {
    std::cout << "none: no root-private-keyring";
  }
  std::cout << "\nAPI keys       " << report.api_keys << "\naudit entries  " << report.audit_entries
            << (report.audit_pruned_through > 0 ? ", pruned through " + std::to_string(report.audit_pruned_through)
                                                : "")
            << "\naudit head     " << report.audit_head << "\nproblems       " << report.problem_count << '\n';
  for (const auto& problem : report.problems) std::cout << "  " << printable(problem) << '\n';
  if (report.problem_count > report.problems.size()) {
    std::cout << "  and " << report.problem_count - report.problems.size() << " more\n";
  }
}

}  // namespace

int verify_command(const Config& config, const Arguments& arguments) {
  const auto store = arguments.contains("backup")
                         ? OpenStore(open_backup(config, arguments["backup"].as<std::string>()).release())
                         : open_store(config, PrivateKey::yes);
  const auto report = verify(*store);
  const bool opens_values = !config.root_private_keyring.empty();
  if (arguments.contains("json")) {
    print_json(report, opens_values);
  } else {
    print_text(report, opens_values);
  }
  return report.problem_count == 0 ? exit_ok : exit_failed;
}

}  // namespace tacit::server
