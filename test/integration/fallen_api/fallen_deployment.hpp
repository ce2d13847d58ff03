// A deployment with a process for each plane, tenants with values, an attacker who has taken the API process, and the
// steps that the operating guide has for that.
#pragma once

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "test/integration/fallen_api/attacker.hpp"
#include "test/integration/support/deployment.hpp"

namespace tacit::test {

/// A tenant, as its user knows it. The servers change, so it has no connection.
struct Victim {
  std::string id;
  std::string api_key;
};

/// What the guide's commands printed.
struct Recovery {
  Finished before;   ///< `verify`, before anything is sealed again
  Finished entries;  ///< `audit verify` with the anchor, likewise
  Finished rekey;    ///< `tenant rekey --all`
  Finished rewrap;   ///< `key rewrap root`
  Finished after;    ///< `verify`, at the end
};

class FallenDeployment {
 public:
  /// Starts both planes. `settings` are in addition to those of this class.
  explicit FallenDeployment(Settings settings = {});

  Deployment deployment;
  Attacker attacker;
  std::unique_ptr<Server> api;
  std::unique_ptr<Server> tools;

  void start_api();
  void stop_api();
  void start_tools();
  void stop_tools();

  /// A new tenant with an API key, and without a key pair.
  Victim new_victim() const;
  /// A new tenant with a secret `name`.
  Victim new_victim_with(const std::string& name, std::string& secret);

  /// Creates a secret `name` with the value "value of NAME", the default of the tool "tool_NAME".
  Answer create(const Victim& victim, const std::string& name) const;
  /// The same; its id. Requires success.
  std::string make(const Victim& victim, const std::string& name) const;
  Answer change(const Victim& victim, const std::string& secret, const boost::json::value& body) const;
  /// Asks for the values of a tool.
  Answer release(const Victim& victim, const std::string& tool) const;
  /// Requires that the tool "tool_NAME" gets the value.
  void expect_value(const Victim& victim, const std::string& name, const std::string& value) const;
  void expect_value(const Victim& victim, const std::string& name) const { expect_value(victim, name, value_of(name)); }
  static std::string value_of(const std::string& name) { return "value of " + name; }

  /// The newest audit entry, as `audit verify` prints it.
  std::string audit_head() const;
  /// Runs the guide's commands for the fall of the API process, which stop it, and starts it again. `anchor`: the head
  /// from before; empty: there is none. `rekey_options`: options that the guide names for `tenant rekey --all`.
  /// `on_findings`: what the operator does after reading the findings.
  Recovery throw_out(const std::string& anchor = {}, const std::string& rekey_options = {},
                     std::function<void()> on_findings = {});
  /// New values can be stored for the tenants and released, and the attacker opens nothing in the store then.
  void expect_safe(const std::vector<Victim>& victims);

 private:
  /// What the guide's commands ask of the host, with its output.
  std::string host(const std::string& words);
  std::string units() const;
};

/// A check found that, in these words.
void expect_finding(const Finished& check, const std::string& words);
void expect_no_finding(const Finished& check, const std::string& words);
/// The log's entries for that tenant contain a failure of integrity.
void expect_integrity_entry(const FallenDeployment& fallen, const Victim& victim);
/// The process at that admin port reports within two minutes that the log was rewritten: by its metric, by /readyz, and
/// in its log.
void expect_alarm(const FallenDeployment& fallen, const Server& server);

}  // namespace tacit::test
