// What the contract says that a tenant's secrets, API keys and limits are after a history of requests: plain values and
// no I/O. What only the server knows (ids, times, entity tags) is empty until an answer has shown it.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "test/integration/model/refusals.hpp"

namespace tacit::test::model {

using Text = std::optional<std::string>;

struct Version {
  int number = 1;
  std::string value;
  std::string created_at;  ///< empty: not known yet
  Text tool_name{};        ///< of the secret when the value was replaced, as below
  Text tool_arg{};
};

/// Uses of one tool, runtime and outcome. A release without an answer may have happened.
struct UseCount {
  int least = 0;
  int most = 0;
  int shown = 0;  ///< the last count that the server has shown
};
using Use = std::tuple<std::string, std::string, std::string>;  ///< tool, runtime, outcome

struct Secret {
  std::string id;
  std::string name;
  Text tool_name{};
  Text tool_arg{};
  bool is_default = false;
  Text expires_at{};
  Version current;
  std::vector<Version> previous{};  ///< oldest first
  std::string created_at;
  std::string updated_at;        ///< empty: changed, and not known yet
  std::string tag;               ///< as above
  std::string updated_before{};  ///< the last known updated_at
  std::set<std::string> former_tags{};
  std::map<Use, UseCount> uses{};
  std::set<std::pair<std::string, std::string>> released_to{};          ///< identity and tool
  std::set<std::pair<std::string, std::string>> perhaps_released_to{};  ///< with those whose answer was lost
  std::map<std::string, double> reported{};                             ///< by identity: seconds of the steady clock
  std::map<std::string, double> perhaps_reported{};

  std::uint64_t bytes() const;
  bool is_expired(const std::string& at) const { return expires_at && *expires_at <= at; }
  /// Its state is another one from now on.
  void changes();
};

struct ApiKey {
  std::string id;
  std::string text;  ///< empty: the answer that showed it was lost
  std::string name;
  std::set<std::string> scopes;
  Text expires_at{};
  std::string created_at;
  bool used = false;
};

/// `If-Match`, and `If-None-Match: *`.
struct Condition {
  std::vector<std::string> tags{};  ///< empty: no If-Match
  bool create_only = false;
};

/// How many there are at least and at most. They differ after an answer was lost.
struct Count {
  int least = 0;
  int most = 0;
};

/// A request that was sent with an Idempotency-Key and made a change.
struct Repeatable {
  std::string body;
  Text answer{};  ///< std::nullopt: the answer was lost
  std::string tag{};
  std::set<std::string> others{};  ///< bodies that came with its key afterwards
};

/// Every change leaves everything as it is if it is refused.
class TenantModel {
 public:
  std::vector<Secret> secrets{};  ///< in the order of their creation
  std::vector<ApiKey> api_keys{};
  std::vector<std::string> revoked{};
  std::map<std::string, Repeatable> repeatable{};  ///< by target and Idempotency-Key
  std::map<std::string, Count> audited{};          ///< entries of the audit log, by action
  std::uint64_t byte_limit = 0;
  std::uint64_t count_limit = 0;
  std::size_t versions_kept = 1;

  std::uint64_t used() const;
  Secret* by_id(const std::string& id);
  Secret* by_name(const std::string& name);
  const Secret* by_name(const std::string& name) const;

  Refusals create(const boost::json::object& body);
  Refusals create_all(const boost::json::array& bodies);
  Refusals put(const boost::json::object& body, const Condition& condition);
  Refusals update(const std::string& id, const boost::json::object& body, const Condition& condition);
  Refusals erase(const std::string& id, const Condition& condition);
  Refusals roll_back(const std::string& id, int version, const Condition& condition);
  Refusals erase_version(const std::string& id, int version, const Condition& condition);

  /// A server was killed, or a backup restored: what was not noted yet is lost.
  void forget_unnoted_uses();
  /// The audit log has so many entries more.
  void audits(const std::string& action, Count more = {1, 1});

 private:
  /// Replaces `before` (nullptr: adds) unless a rule of the whole tenant forbids it.
  void admit(const Secret* before, const Secret& after, Refusals& refusals) const;
  /// The present value becomes a previous one, with the binding that `before` has.
  void replace_value(const Secret& before, Secret& secret, const std::string& value) const;
};

/// The reasons that a condition gives; `secret` is nullptr if there is none.
void judge(const Condition& condition, const Secret* secret, Refusals& refusals);

}  // namespace tacit::test::model
