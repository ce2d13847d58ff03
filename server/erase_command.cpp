#include <unistd.h>

#include <iostream>
#include <string>

#include "server/arguments.hpp"
#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/open_store.hpp"
#include "server/values.hpp"

namespace tacit::server {
namespace {

/// Asks on the terminal. Throws CommandFailed unless the answer is yes.
void ask(store::Store& store, const crypto::Uuid& tenant) {
  if (::isatty(STDIN_FILENO) != 1) throw UsageError("standard input is no terminal to ask on: say --yes");
  std::cerr << "This erases the tenant " << tenant.str();
  // A tenant whose record is damaged or half erased can be erased all the same.
  const auto quota = run(store.quota(tenant, operator_context()));
  if (quota) std::cerr << " with its " << quota->count << " secrets";
  std::cerr << " and its API keys, for good. Type yes to go on: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "yes") throw CommandFailed("nothing was erased");
}

}  // namespace

int erase_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "tenant", read_uuid);
  const auto store = open_store(config);
  if (!arguments.contains("yes")) ask(*store, tenant);
  const bool bar = ::isatty(STDERR_FILENO) == 1;
  const auto progress = [bar](std::uint64_t rows) {
    if (bar) std::cerr << "\rErased " << rows << " rows\x1b[K" << std::flush;
  };
  auto outcome = run(store->erase_tenant(tenant, progress, operator_context()));
  if (bar) std::cerr << "\r\x1b[K" << std::flush;
  if (!outcome && outcome.error().code == store::Errc::not_found) {
    throw CommandFailed("nothing is stored of the tenant " + tenant.str());
  }
  const auto erased = value_or_fail(std::move(outcome), "the erasure is not finished; ask for it again");
  std::cout << "erased tenant " << tenant.str() << "\nsecrets " << erased.secrets << "\nAPI keys " << erased.api_keys
            << '\n';
  if (erased.resumed) std::cout << "An earlier erasure was finished; the figures are of what it had left.\n";
  return exit_ok;
}

}  // namespace tacit::server
