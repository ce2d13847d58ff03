// Changing what is stored from older keys to the primary ones of this process's keyrings, while servers run.
//
// Root keys: each tenant's private key is sealed anew. Metadata keys: each secret's metadata is sealed anew and its
// index entries are made anew, and so are the MACs of tenants' records and of API keys. Nobody's view of a secret
// changes, its `updated_at` neither.
//
// It is done in steps, each of which is one transaction of bounded size; what a step has done is seen by the rows
// themselves, for each names its key. So whoever is killed between two steps goes on by starting anew, and what a
// server with older keyrings wrote meanwhile is found by the next run. Each step sees that its key is still the newest
// that the store names (store/rows/store_meta.hpp): two rewraps in opposite directions never go on side by side.
//
// A tenant may have more secrets than fit into one transaction. The first step on it names the new key in its record,
// and the old one as the previous: from then on all that is written for the tenant is made with the new key, and
// look-ups go to the index entries of both. Steps move secrets, each with its index entries; when none is left, the
// last takes the previous key from the record. A tenant that fits goes all this way in one step, with others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/key_kind.hpp"

namespace tacit::store {

/// Where a step begins. A new one is the beginning of all.
struct RewrapPosition {
  Table table = Table::tenants;
  Bytes key{};          ///< the first key to look at
  bool within = false;  ///< amid the secrets of a tenant that is on its way to the key `to`
  bool whole = false;   ///< its secrets were walked from the first one on
  bool clean = true;    ///< and none had to be left as it was
  crypto::KeyId to{};
};

struct RewrapStep {
  RewrapPosition next;
  bool finished = false;      ///< nothing is left, but for what the problems say
  std::uint64_t tenants = 0;  ///< records that are done with
  std::uint64_t secrets = 0;  ///< changed in this step, likewise
  std::uint64_t api_keys = 0;
  std::vector<std::string> problems;  ///< what cannot be opened and stays as it is: one sentence each

  std::uint64_t rows() const { return tenants + secrets + api_keys; }
};

}  // namespace tacit::store
