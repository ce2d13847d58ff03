// Two servers on one store, which may be stopped, killed, restored and given new keys while histories wait.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "test/integration/model/release_model.hpp"
#include "test/integration/support/deployment.hpp"
#include "test/integration/tokens/key_file_issuer.hpp"

namespace tacit::test::model {

/// Limits that random histories reach often.
constexpr std::uint64_t default_bytes = 2500;
constexpr std::uint64_t default_secrets = 9;

inline constexpr std::array<const char*, 3> api_scopes = {"secrets:read", "secrets:write", "keys:manage"};

/// What an operator does to the whole installation, while no request is under way.
enum class Event { restart, kill, restore, promote_root, promote_metadata, rewrap, rekey, verify, break_engine };
std::string name_of(Event event);

/// What the engine of the store decides.
struct EngineUnderTest {
  Settings settings{};
  std::function<std::string(int number)> place;  ///< where a restored store goes
  std::function<void()> break_down{};            ///< kills the engine's own server, and starts it again; none: empty
};

/// Only for the main thread, but for the const functions.
class Installation {
 public:
  Installation(EngineUnderTest engine, std::size_t versions_kept);

  static constexpr std::size_t servers = 2;
  const Server& server(std::size_t number) const { return *servers_.at(number); }
  const Deployment& deployment() const { return trusting_.deployment; }
  std::size_t versions_kept() const { return versions_kept_; }
  /// Another one after each start of a server: connections have to be opened again.
  unsigned starts() const { return starts_; }
  /// Another one after each event that makes the server forget Idempotency-Keys: their rows are MACs under keys that
  /// the metadata key seals, so they end with it.
  unsigned metadata_keys() const { return metadata_keys_; }
  /// Whether that is under way.
  bool forgets_idempotency_keys() const { return forgets_idempotency_keys_; }
  /// Uses that were not noted when servers were killed are lost.
  unsigned losses() const { return losses_; }

  /// How many entries of each action the audit log has, by tenant. Throws if its chain is broken.
  std::map<std::string, std::map<std::string, int>> audit_entries() const;

  std::string token_of(const std::string& tenant) const;
  const CertificateFiles& certificate(std::size_t runtime) const { return certificates_.at(runtime); }
  static const std::array<Runtime, 2>& runtimes();

  /// Of the events that the engine has.
  std::size_t number_of_events() const;
  /// To be called before and after the requests that are sent while the event happens.
  void begins(Event event);
  void ends() { forgets_idempotency_keys_ = false; }
  /// Returns when the servers are ready again. Throws if a command fails.
  void happens(Event event);
  void kill_servers();
  void start_servers();
  void command(const std::vector<std::string>& arguments) const;
  void stop();

 private:
  void stop_servers();
  void restart();
  void restore();
  void promote(const std::string& keyring);
  void rewrap();
  void await_readiness() const;

  EngineUnderTest engine_;
  Trusting trusting_;
  std::size_t versions_kept_;
  std::array<CertificateFiles, 2> certificates_;
  std::array<std::unique_ptr<Server>, servers> servers_;
  unsigned starts_ = 0;
  unsigned metadata_keys_ = 0;
  unsigned losses_ = 0;
  bool has_old_metadata_ = false;
  bool forgets_idempotency_keys_ = false;
  int restored_ = 0;
};

}  // namespace tacit::test::model
