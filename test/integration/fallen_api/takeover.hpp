// All that an attacker does who has the API plane's keys and the database for a while, in one deployment.
#pragma once

#include <string>

#include "test/integration/fallen_api/fallen_deployment.hpp"

namespace tacit::test {

/// What the service has before the attack: tenants, each for one kind of forgery.
struct Targets {
  explicit Targets(FallenDeployment& fallen);

  // Their secrets.
  std::string of_replaced;
  std::string of_one;
  std::string of_two;
  std::string of_rebound;
  std::string of_rolled_back;
  std::string of_erasing;
  std::string of_strict;

  Victim newcomer;     ///< without a key pair
  Victim replaced;     ///< its key pair is replaced by the attacker's
  Victim one;          ///< its key pair is exchanged with that of `two`, and it gets a quota
  Victim two;          ///< likewise
  Victim rebound;      ///< its secret is bound to the attacker's tool, and it gets an API key
  Victim rolled_back;  ///< an older row of its secret is put back
  Victim erasing;      ///< gets the mark of an erasure
  Victim strict;       ///< its strict binding is cleared
  StoredRow old_row;   ///< of the secret of `rolled_back`

  std::vector<Victim> all() const;
};

/// What the attacker leaves behind.
struct Planted {
  std::string api_key;  ///< its text
  std::string api_key_id;
  std::string prekey;  ///< its number
};

/// Rewrites the log, then plants everything. Expects that the service refuses what it can tell from genuine, and that
/// no value is sealed to a key pair of the attacker's.
Planted take_over(FallenDeployment& fallen, const Targets& targets);

}  // namespace tacit::test
