// Random names, tools and bodies: from small sets, so that they collide.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

#include "test/integration/histories/random.hpp"
#include "test/integration/histories/session.hpp"

namespace tacit::test::model {

/// The tools that runtimes ask for.
const std::vector<std::string>& tool_names();
const std::vector<std::string>& argument_names();
/// What a secret may be bound to.
std::string random_pattern(Random& random);
std::string random_name(Random& random);
std::string random_value(Random& random);

/// Now and then with a fault.
boost::json::object random_new_secret(Random& random);
boost::json::object random_update(Random& random);

/// The id of a secret; now and then of one that does not exist.
std::string random_id(Session& session);
/// Now and then a condition that holds, or one that does not, with its headers.
Condition random_condition(Session& session, const Secret* secret, Headers& headers);
/// `?view=full`, or nothing.
std::string random_view(Session& session, bool& full);
/// Waits until no expiry of the tenant is about to pass.
void await_expiries(const Session& session);

}  // namespace tacit::test::model
