// Runs random histories of several clients, and shortens one that fails.
#pragma once

#include "test/integration/histories/installation.hpp"

namespace tacit::test::model {

/// Fails the test if a server does something else than the model says, and prints the seed and a short history that
/// shows it. TACIT_MODEL_SEED of the environment chooses the histories, and TACIT_MODEL_STEPS their least number of
/// steps; otherwise the clock chooses, for half a minute. `tacit verify` at the end. Only for the main thread.
void check_histories(const EngineUnderTest& engine);

}  // namespace tacit::test::model
