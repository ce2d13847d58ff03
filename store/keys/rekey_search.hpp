// Finds the work of a rekey (store/keys/rekey.hpp): how much there is, pairs whose number is not their own, and, of all
// tenants, one after the other. Searches on successive snapshots.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "store/keys/rekey.hpp"
#include "store/model/outcome.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

/// The secrets of the tenants that are not done, by their records, unverified; of all tenants, or of one.
Outcome<std::uint64_t> count_rekey(const RekeyOrder& order, const std::optional<crypto::Uuid>& tenant,
                                   const std::function<void(const VerifyProgress&)>& progress);

/// The numbers that more than one pair has, of tenants and prekeys. Holds 16 bytes for each pair.
Outcome<std::set<crypto::KeyNumber>> find_repeated_numbers(const StoreContext& store);
/// Calls `report` with a sentence for each pair that has a number of an earlier pair; of all tenants, or if one of the
/// two is this tenant's.
Outcome<void> report_repeated_numbers(const RekeyOrder& order, const std::optional<crypto::Uuid>& tenant,
                                      const std::function<void(const std::string&)>& report);

/// The next tenant that the order does not regard as done, from the row key `start` on; std::nullopt if there is none.
/// Sets `start` to the place after it.
Outcome<std::optional<crypto::Uuid>> find_tenant(const RekeyOrder& order, Bytes& start);

}  // namespace tacit::store
