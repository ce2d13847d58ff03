#include <unistd.h>

#include <iostream>
#include <string>

#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/input_file.hpp"
#include "server/open_store.hpp"
#include "server/progress.hpp"

namespace tacit::server {
namespace {

store::VerifyReport verify(const store::Store& store) {
  Progress progress(std::cerr, "Verifying", ::isatty(STDERR_FILENO) == 1);
  auto report = store.verify([&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); });
  return value_or_fail(std::move(report), "cannot verify the store");
}

/// A backup whose hash is right: only then LMDB may look at it.
std::unique_ptr<store::Store> open_backup(const Config& config, const std::string& file) {
  require_keyrings(config);
  {
    const InputFile input(file);
    const auto whole = store::read_backup(input.source(), [](store::ByteView) { return true; });
    if (!whole) throw CommandFailed(file + ": " + sentence(whole.error()));
  }
  auto store = store::Store::open_backup(file, load_keys(config, PrivateKey::yes));
  if (!store) throw UsageError(sentence(store.error()));
  return std::move(*store);
}

void print(const store::VerifyReport& report, bool opens_values) {
  std::cout << "tenants        " << report.tenants << "\nsecrets        " << report.secrets << "\nvalues opened  ";
  if (opens_values) {
    std::cout << report.values_opened;
  } else {
    std::cout << "none: no root-private-keyring";
  }
  std::cout << "\nAPI keys       " << report.api_keys << "\naudit entries  " << report.audit_entries
            << "\naudit head     " << report.audit_head << "\nproblems       " << report.problem_count << '\n';
  for (const auto& problem : report.problems) std::cout << "  " << problem << '\n';
  if (report.problem_count > report.problems.size()) {
    std::cout << "  and " << report.problem_count - report.problems.size() << " more\n";
  }
}

}  // namespace

int verify_command(const Config& config, const Arguments& arguments) {
  const auto store = arguments.contains("backup") ? open_backup(config, arguments["backup"].as<std::string>())
                                                  : open_store(config, PrivateKey::yes);
  const auto report = verify(*store);
  print(report, !config.root_private_keyring.empty());
  return report.problem_count == 0 ? exit_ok : exit_failed;
}

}  // namespace tacit::server
