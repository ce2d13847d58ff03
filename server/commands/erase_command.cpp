// `tacit erase`: deletes all data of a tenant, after a confirmation. The work is in store/tenants/erase_tenant.cpp.
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/cli/quantities.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/commands/history_notice.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::server {
namespace {

/// The data to erase, as far as it can be counted.
struct Extent {
  std::uint64_t secrets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t api_keys = 0;
  bool resumed = false;  ///< the tenant's record is damaged, or an interrupted erasure deleted it
  bool any = false;      ///< whether the store has data of the tenant
};

Extent extent_of(store::Store& store, const crypto::Uuid& tenant) {
  Extent extent;
  store::TenantSink look;
  look.record = [&](crypto::ByteView) {
    extent.any = true;
    return false;
  };
  const auto exported = store.tenants().export_rows(tenant, look);
  const auto quota = run(store.tenants().quota(tenant, operator_context()));
  if (quota) {
    extent.secrets = quota->count;
    extent.bytes = quota->used;
  }
  const auto api_keys = store.api_keys().list(tenant);
  if (api_keys) extent.api_keys = api_keys->size();
  extent.resumed = !quota || (!exported && exported.error().code != store::Errc::not_found);
  extent.any = extent.any || extent.resumed || extent.api_keys > 0;
  return extent;
}

std::string describe(const Extent& extent) {
  if (extent.resumed) return "its remaining data, which cannot be counted";
  return counted(extent.secrets, "secret") + " of " + size_text(extent.bytes) + " and " +
         counted(extent.api_keys, "API key");
}

store::Erased erase(store::Store& store, const crypto::Uuid& tenant) {
  const bool bar = ::isatty(STDERR_FILENO) == 1;
  const auto progress = [bar](std::uint64_t rows) {
    store::note_step();
    if (bar) std::cerr << line_start << "Erased " << rows << " rows" << clear_to_end << std::flush;
  };
  auto outcome = run(store.tenants().erase(tenant, progress, operator_context()));
  if (bar) std::cerr << line_start << clear_to_end << std::flush;
  if (!outcome && outcome.error().code == store::Errc::not_found) {
    throw CommandFailed("nothing is stored of the tenant " + tenant.str());
  }
  return value_or_fail(std::move(outcome), "the erasure is not finished; run the command again");
}

void print_json(const crypto::Uuid& tenant, std::uint64_t secrets, std::uint64_t api_keys, bool resumed, bool dry_run) {
  boost::json::object out;
  out["tenant"] = tenant.str();
  out["secrets"] = secrets;
  out["api_keys"] = api_keys;
  out["resumed"] = resumed;
  out["dry_run"] = dry_run;
  std::cout << boost::json::serialize(out) << '\n';
}

void print_text(const crypto::Uuid& tenant, const store::Erased& erased) {
  std::cout << "erased tenant " << tenant.str() << "\nsecrets " << erased.secrets << "\nAPI keys " << erased.api_keys
            << '\n';
  if (erased.resumed) std::cout << "An earlier erasure was completed; the counts cover only what it had left.\n";
}

}  // namespace

int erase_command(const Config& config, const Arguments& arguments) {
  const Confirmation confirmation(arguments);
  const auto tenant = read_argument(arguments, "tenant", read_uuid);
  const bool json = arguments.contains("json");
  const bool changes = !confirmation.dry_run();
  const auto store = open_store(config, {.root_signing = changes, .signs = changes});
  const Extent extent = extent_of(*store, tenant);
  if (!extent.any && confirmation.dry_run()) throw CommandFailed("nothing is stored of the tenant " + tenant.str());
  if (confirmation.dry_run()) {
    if (json) {
      print_json(tenant, extent.secrets, extent.api_keys, extent.resumed, true);
    } else {
      std::cout << "Would erase the tenant " << tenant.str() << ": " << describe(extent) << ".\n";
    }
    return exit_ok;
  }
  confirmation.ask("This permanently erases the tenant " + tenant.str() + ": " + describe(extent) + ".", tenant.str());
  const store::Erased erased = erase(*store, tenant);
  if (json) {
    print_json(tenant, erased.secrets, erased.api_keys, erased.resumed, false);
  } else {
    print_text(tenant, erased);
  }
  return history_is_intact(*store) ? exit_ok : exit_failed;
}

}  // namespace tacit::server
