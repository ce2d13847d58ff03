// The warnings about a served store's signatures: for /readyz, the control socket and `tacit status`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/signers.hpp"

namespace tacit::server {

/// What a look at the store found.
struct StoreFindings {
  crypto::SigningPhase phase{};
  std::optional<std::uint64_t> changed_entry{};     ///< the audit entry that is not the one that this process saw
  bool changed_is_unsigned = false;                 ///< or that is there but not signed
  std::optional<std::uint64_t> prekeys{};           ///< key pairs for new tenants; std::nullopt: not counted
  std::uint64_t prekeys_low = 0;                    ///< fewer are a warning; 0: none
  std::optional<std::uint64_t> unsigned_tenants{};  ///< with a key pair that is not signed; std::nullopt: not counted
  bool makes_first_writes = false;                  ///< this process gives new tenants their key pairs
};

/// One sentence each, the most urgent first.
std::vector<std::string> store_warnings(const StoreFindings& found);

}  // namespace tacit::server
