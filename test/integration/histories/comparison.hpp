// Compares what the server says with the model, which learns what only the server knows.
#pragma once

#include <boost/json/value.hpp>

#include <string>

#include "test/integration/histories/session.hpp"

namespace tacit::test::model {

/// A SecretInfo; `full`: as with `view=full`. Fills in the id, times and the tag that the model does not know yet.
void compare_info(const Session& session, const boost::json::value& info, Secret& secret, bool full);
/// The answer that is one secret, with its tag.
void compare_one(const Session& session, const Answer& answer, Secret& secret, bool full);
void learn_tag(const Session& session, const std::string& tag, Secret& secret);

void compare_refusal(const Session& session, const Answer& answer, const Refusals& refusals);
void compare_versions(const Session& session, const Answer& answer, Secret& secret);
/// The uses, which may be noted up to 30 seconds later; `all`: all of them have to be there by now.
std::string difference_of_uses(const Answer& answer, Secret& secret, bool all);
void compare_released(const Session& session, const boost::json::object& answer, const Released& released,
                      const ToolQuery& query, std::vector<std::string>& ids);
void compare_api_key(const Session& session, const boost::json::object& shown, ApiKey& key);

/// The value in a request's body must not be in an answer of the API plane.
void require_no_value(const Session& session, const std::string& sent, const std::string& received);

/// Lists, each secret with its versions, the quota, API keys, and what every tool of the histories gets.
void compare_everything(Session& session, TenantModel& model);
/// `entries`: how many the tenant has in the audit log, by action.
void compare_audit(const Session& session, std::map<std::string, int> entries);
/// Waits until all uses are noted.
void compare_uses(Session& session);

}  // namespace tacit::test::model
