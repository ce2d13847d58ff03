// What SIGHUP does: reads again all that can change while the server runs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "auth/issuer.hpp"
#include "auth/retained.hpp"
#include "auth/tool_identities.hpp"
#include "http/certificate_watch.hpp"
#include "http/protected_resource.hpp"
#include "http/server.hpp"
#include "server/config_sources.hpp"
#include "server/reload_counts.hpp"
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
    auth::Retained<auth::ToolIdentities>* identities;
    auth::Issuers* issuers;
    auth::Retained<http::ProtectedResource>& resource;
    http::CertificateWatch& certificates;
  };

  /// All of it must outlive this.
  Reload(const ConfigSources& sources, const LoadedConfig& loaded, Parts parts, ReloadCounts& counts);

  /// Reads the configuration from the same sources, and every file that it names. A configuration that is not good
  /// changes nothing; else each part that is not good stays as it was, and the others change. Logs what came of it, a
  /// line for each trouble. Throws nothing. On one thread.
  void run();

 private:
  void change(const Config& next);
  void part(const char* name, const std::optional<std::string>& trouble);

  std::optional<std::string> identities(const Config& next);
  std::optional<std::string> issuers(const Config& next);
  std::optional<std::string> keys(const Config& next);

  const ConfigSources& sources_;
  const std::map<std::string, std::string> started_with_;
  const Planes planes_;
  Parts parts_;
  ReloadCounts& counts_;
  bool trouble_ = false;
};

}  // namespace tacit::server
