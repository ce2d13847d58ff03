// A rewrap replaces older keys by the primary ones of this process's keyrings in all stored rows, while servers run.
//
// Root keys: the private half of each tenant's key pairs and of each prekey is sealed again, and what the root signing
// key signs is signed again: these pairs, and rows about the whole store. Metadata keys: each secret's metadata is
// sealed again and its index entries are remade, and so are the MACs of tenants' records and of API keys. No client's
// view of a secret changes, and `updated_at` stays the same.
//
// A rewrap runs in steps, each of which is one transaction of bounded size. Each row names its key, so the rows
// themselves show which work is done: a rewrap that was killed between two steps continues when it is started again,
// and the next run finds rows that a server with older keyrings wrote meanwhile. Each step checks that its key is still
// the newest that the store names (store/rows/store_meta.hpp), so two rewraps in opposite directions never run side by
// side.
//
// A tenant may have more secrets than fit into one transaction. The first step for the tenant names the new key in its
// record, and the old one as the previous key: from then on all writes for the tenant use the new key, and look-ups
// read the index entries of both. Steps move secrets, each with its index entries; when none is left, the last step
// removes the previous key from the record. A tenant that fits into one step is done in one step, together with others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/key_kind.hpp"

namespace tacit::store {

/// Where a step begins. A default-constructed position is the beginning of the rewrap.
struct RewrapPosition {
  Table table = Table::tenants;
  Bytes key{};          ///< the first key to read
  bool within = false;  ///< inside the rows of a tenant that is being moved to the key `to`
  bool whole = false;   ///< they were walked from its first secret on
  bool clean = true;    ///< and none had to be left unchanged
  crypto::KeyId to{};
};

struct RewrapStep {
  RewrapPosition next;
  bool finished = false;      ///< nothing is left, except for the rows in `problems`
  std::uint64_t tenants = 0;  ///< finished records
  std::uint64_t secrets = 0;  ///< likewise, changed in this step
  std::uint64_t api_keys = 0;
  std::uint64_t prekeys = 0;
  std::uint64_t beside = 0;  ///< previous values and uses that were moved; answers for Idempotency-Keys that went
  std::vector<std::string> problems;  ///< rows that cannot be opened and stay unchanged: one sentence each

  std::uint64_t rows() const { return tenants + secrets + api_keys + prekeys + beside; }
};

}  // namespace tacit::store
