// One server for all tests of a run that need no special one. Each test uses its own tenant.
#pragma once

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

/// Started by the first test that needs it, ended at the end of the run.
Server& shared_server();
const Deployment& shared_deployment();

/// A new tenant on the shared server.
Tenant new_tenant();

}  // namespace tacit::test

/// Requires the status; a failure shows the whole answer. Evaluates `answer` once.
#define REQUIRE_STATUS(answer, expected)                                                                              \
  do {                                                                                                                \
    const ::tacit::test::Answer& required_answer = (answer);                                                          \
    BOOST_REQUIRE_MESSAGE(required_answer.status == (expected), "status " << required_answer.status << " instead of " \
                                                                          << (expected)                               \
                                                                          << ", body: " << required_answer.body);     \
  } while (false)
#define CHECK_STATUS(answer, expected)                                                                            \
  do {                                                                                                            \
    const ::tacit::test::Answer& checked_answer = (answer);                                                       \
    BOOST_CHECK_MESSAGE(checked_answer.status == (expected), "status " << checked_answer.status << " instead of " \
                                                                       << (expected)                              \
                                                                       << ", body: " << checked_answer.body);     \
  } while (false)
