// A subcommand that must succeed.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

/// Its standard output.
inline std::string succeed(const Deployment& deployment, std::vector<std::string> command) {
  const Finished done = deployment.command(std::move(command));
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.status << ": " << done.out << done.err);
  return done.out;
}

}  // namespace tacit::test
