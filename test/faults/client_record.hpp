// What one client knows of its secrets and API keys, which no other client changes, and whether the store agrees.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

/// What a secret contains. The texts contain their numbers, so that a half-made change is visible.
struct Content {
  std::uint64_t value_number = 0;
  std::uint64_t argument_number = 0;
  std::string value() const;
  std::string argument() const { return "arg" + std::to_string(argument_number); }
  std::string display() const;  ///< the value's mask
  auto operator<=>(const Content&) const = default;
};

struct KnownSecret {
  std::string id;
  Content content;
  std::uint64_t version = 1;
  std::map<std::uint64_t, std::uint64_t> value_numbers{};  ///< by version, as far as this client knows
};

struct KnownApiKey {
  std::string name;
  std::string text;
};

/// A change without an answer, or with one that leaves it open: either all of these secrets are as it makes them, or
/// none is.
struct SecretDoubt {
  std::map<std::string, std::optional<Content>> after;  ///< by name; std::nullopt: deleted
};

/// The same of an API key. Without an id the key is new; without a name it is revoked.
struct ApiKeyDoubt {
  std::string id;
  std::string name;
};

struct ClientRecord {
  std::string user;
  std::string key;  ///< an API key with every scope of the API plane
  std::string prefix;
  std::map<std::string, KnownSecret> secrets{};   ///< by name, as acknowledged
  std::map<std::string, KnownApiKey> api_keys{};  ///< by id, as acknowledged
  std::vector<SecretDoubt> secret_doubts{};
  std::vector<ApiKeyDoubt> api_key_doubts{};
  std::vector<std::string> releases{};  ///< ids of requests whose values were released, since the last comparison
  std::set<std::string> released{};     ///< ids of secrets that this server has released
  std::vector<std::string> findings{};  ///< answers that no fault excuses
  std::uint64_t acknowledged = 0;       ///< changes
  std::uint64_t answered = 0;           ///< requests
  std::uint64_t refused = 0;

  bool doubts(const std::string& name) const;
};

/// Clients of some tenants: client i is of tenant i % tenants.
std::vector<ClientRecord> make_records(const Deployment& deployment, std::size_t tenants, std::size_t clients);

/// Compares every record with what is stored, by requests to a server without faults, and settles what was in doubt.
/// Differences are failures of the test. Call it while no client works.
void compare_with_store(const Server& server, std::vector<ClientRecord>& records);

/// Every acknowledged release is in the audit log; forgets those of the records.
void expect_audited_releases(const Deployment& deployment, std::vector<ClientRecord>& records);

/// Reports the findings of all records as failures, and forgets them.
void report_findings(std::vector<ClientRecord>& records);

}  // namespace tacit::test
