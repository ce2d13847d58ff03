// What the contract releases to a tool: named secrets, the most specific defaults, and what is missing.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "test/integration/model/tenant_model.hpp"

namespace tacit::test::model {

/// A tool runtime as the operator's file of identities has it.
struct Runtime {
  std::string identity;  ///< as a 403 writes it
  std::string label;     ///< as owners of secrets see it
  std::string pattern;   ///< the tools that it may use
};

struct ToolQuery {
  std::string tool;
  std::vector<std::string> provided{};
  std::map<std::string, std::string> named{};  ///< secret names by argument
  bool asks = false;                           ///< wanted_args is given
  std::vector<std::string> wanted{};
};

struct Released {
  bool granted = true;
  std::map<std::string, std::string> withheld{};               ///< reasons by name; then nothing is released
  std::map<std::string, std::vector<const Secret*>> values{};  ///< by argument; several: the contract leaves it open
  std::map<std::string, std::string> missing{};                ///< reasons by argument
  bool refused() const { return !granted || !withheld.empty(); }
};

Released release(const TenantModel& tenant, const Runtime& runtime, const ToolQuery& query, const std::string& at);

/// A release of the secret that may happen `most` times from now on, and `least` times surely has.
void note_use(Secret& secret, const Runtime& runtime, const std::string& tool, const std::string& outcome,
              UseCount more);

}  // namespace tacit::test::model
