// What is known of the store at the revision of a commit: the rows that it compared, which were unchanged then, and as
// it changed them. The next batch begins with these, at that revision, and asks etcd only for what is missing, which
// needs no majority of its members.
//
// All that the next batch reads so is compared when it commits, however old it is. Only a write that changes nothing
// has no such comparison: it needs a newer snapshot.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "store/etcd/engine/commit.hpp"

namespace tacit::store::etcd {

struct CarriedRows {
  std::int64_t revision = 0;
  /// std::nullopt: there is no such row.
  std::vector<std::pair<Bytes, std::optional<ReadSnapshot::Stored>>> rows;
};

/// After the commit was applied at exactly that revision.
CarriedRows carry_rows(const EngineContext& context, const BatchRun& batch, const Commit& commit,
                       std::int64_t revision);

}  // namespace tacit::store::etcd
