// The action of SIGHUP: reloads everything that can change while the server runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "auth/tool_identities.hpp"
#include "crypto/memory/published.hpp"
#include "http/chain/cors.hpp"
#include "http/console/console_pages.hpp"
#include "http/exchange/protected_resource.hpp"
#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/config/config_sources.hpp"
#include "server/serve/prekey_keeper.hpp"
#include "server/serve/reload_counts.hpp"
#include "server/serve/reload_result.hpp"
#include "server/serve/store_watch.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Names of the settings that differ between two configurations as written and need a restart.
std::vector<std::string> settings_for_restart(const std::map<std::string, std::string>& before,
                                              const std::map<std::string, std::string>& after);

class Reload {
 public:
  /// The objects to reload. A null pointer means that this process does not have the object.
  struct Parts {
    http::Server& server;
    store::Store& store;
    StoreWatch& watch;
    crypto::Configured<auth::ToolIdentities>* identities;
    auth::Issuers* issuers;
    crypto::Configured<http::ProtectedResource>& resource;
    crypto::Configured<http::ConsolePages>& console;
    crypto::Configured<http::Cors>& cors;
    http::CertificateWatch& certificates;
    PrekeyKeeper* prekeys;
  };

  /// All arguments must outlive this object.
  Reload(const ConfigSources& sources, const LoadedConfig& loaded, Parts parts, ReloadCounts& counts);

  /// Reads the configuration from the same sources, and every file that it names. A faulty configuration changes
  /// nothing; otherwise faulty parts stay unchanged, and the others change. Logs the result, with one line per fault,
  /// and returns it. Does not throw. Always call it on the same thread.
  const ReloadResult& run();

  /// The result of the last run; std::nullopt before the first. On the same thread.
  const std::optional<ReloadResult>& last() const { return last_; }

 private:
  void change(const Config& next);
  void part(const char* name, const std::optional<std::string>& trouble);
  void kept(const char* name, const std::string& reason);

  std::optional<std::string> identities(const Config& next);
  std::optional<std::string> issuers(const Config& next);
  std::optional<std::string> keys(const Config& next);

  const ConfigSources& sources_;
  const std::map<std::string, std::string> started_with_;
  const Planes planes_;
  const bool tool_user_token_;
  Parts parts_;
  ReloadCounts& counts_;
  ReloadResult result_;  ///< of the current run
  std::optional<ReloadResult> last_;
};

}  // namespace tacit::server
