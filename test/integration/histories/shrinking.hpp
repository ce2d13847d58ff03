// Shortens a history that fails, so that a person can read it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "test/integration/histories/installation.hpp"

namespace tacit::test::model {

/// A step of a client, by its seed, or an event of the installation, by its number.
struct Moment {
  bool is_event = false;
  std::uint64_t number = 0;
};
using History = std::vector<Moment>;

/// Takes the history again for a new tenant, alone, and leaves out what it can do without (Zeller's delta debugging),
/// for at most two minutes. Returns the transcript of the shortest history that still fails; `transcript` if it does
/// not fail alone.
std::string shrunk(Installation& installation, const History& history, const std::string& transcript);

}  // namespace tacit::test::model
