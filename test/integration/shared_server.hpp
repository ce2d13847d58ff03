// One server for all tests of a run that need no special one. Tests keep apart by a tenant each.
#pragma once

#include "test/integration/deployment.hpp"

namespace tacit::test {

/// Started by the first test that asks, ended with the run.
Server& shared_server();
const Deployment& shared_deployment();

/// A tenant of the test's own on the shared server.
Tenant new_tenant();

}  // namespace tacit::test

/// The status, or all there is to see about why it is another.
#define REQUIRE_STATUS(answer, expected)               \
  BOOST_REQUIRE_MESSAGE((answer).status == (expected), \
                        "status " << (answer).status << " instead of " << (expected) << ", body: " << (answer).body)
#define CHECK_STATUS(answer, expected)               \
  BOOST_CHECK_MESSAGE((answer).status == (expected), \
                      "status " << (answer).status << " instead of " << (expected) << ", body: " << (answer).body)
