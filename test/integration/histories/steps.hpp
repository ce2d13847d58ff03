// The steps of random histories. Each makes a request of what its session's random numbers say, and compares.
#pragma once

#include <cstdint>

#include "test/integration/histories/session.hpp"
#include "test/integration/model/release_model.hpp"

namespace tacit::test::model {

/// One step, which the seed and the state of the model decide.
void take_step(Session& session, std::uint64_t seed);

void create_secret(Session& session);
void create_batch(Session& session);
void put_secret(Session& session);
void update_secret(Session& session);
void delete_secret(Session& session);
void get_secret(Session& session);
void list_secrets(Session& session);
void list_pages(Session& session);
void list_versions(Session& session);
void roll_back(Session& session);
void delete_version(Session& session);
void resolve_tool(Session& session);
void resolve_tools(Session& session);
void report_use(Session& session);
void make_api_key(Session& session);
void change_api_key(Session& session);
void revoke_api_key(Session& session);
void get_api_key(Session& session);
void change_limits(Session& session);

/// Asks for the tool's values, compares, and notes the uses in the model.
void resolve_one(Session& session, TenantModel& model, std::size_t runtime, const ToolQuery& query);
void compare_quota(Session& session, const TenantModel& model);

}  // namespace tacit::test::model
