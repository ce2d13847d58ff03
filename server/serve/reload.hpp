// What SIGHUP does: reads again all that can change while the server runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "auth/tool_identities.hpp"
#include "crypto/published.hpp"
#include "http/exchange/protected_resource.hpp"
#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/config/config_sources.hpp"
#include "server/serve/reload_counts.hpp"
#include "server/serve/reload_report.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Names of settings that differ between two configurations as they were written and count only from a restart on.
std::vector<std::string> settings_for_restart(const std::map<std::string, std::string>& before,
                                              const std::map<std::string, std::string>& after);

class Reload {
 public:
  /// What is reloaded. Null: there is none of it in this process.
  struct Parts {
    http::Server& server;
    store::Store& store;
    crypto::Configured<auth::ToolIdentities>* identities;
    auth::Issuers* issuers;
    crypto::Configured<http::ProtectedResource>& resource;
    http::CertificateWatch& certificates;
  };

  /// All of it must outlive this.
  Reload(const ConfigSources& sources, const LoadedConfig& loaded, Parts parts, ReloadCounts& counts);

  /// Reads the configuration from the same sources, and every file that it names. A configuration that is not good
  /// changes nothing; else each part that is not good stays as it was, and the others change. Logs what came of it, a
  /// line for each trouble, and answers it. Throws nothing. On one thread.
  const ReloadReport& run();

  /// Of the last run; nothing before the first. On that thread.
  const std::optional<ReloadReport>& last() const { return last_; }

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
  Parts parts_;
  ReloadCounts& counts_;
  ReloadReport report_;  ///< of the run under way
  std::optional<ReloadReport> last_;
};

}  // namespace tacit::server
