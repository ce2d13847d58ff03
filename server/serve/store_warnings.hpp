// The warnings about a served store's signatures: for /readyz, the control socket and `tacit status`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/keyrings/signers.hpp"

namespace tacit::server {

/// What a look at the store found.
struct StoreFindings {
  crypto::SigningPhase phase{};
  std::optional<std::uint64_t> changed_entry{};     ///< the audit entry that is not the one that this process saw
  std::string changed_slot{};                       ///< its slot; empty for that of an embedded store
  bool changed_is_unsigned = false;                 ///< or that is there but not signed
  std::optional<std::uint64_t> prekeys{};           ///< key pairs for new tenants; std::nullopt: not counted
  std::uint64_t prekeys_low = 0;                    ///< fewer are a warning; 0: none
  std::optional<std::uint64_t> unsigned_tenants{};  ///< with a key pair that is not signed; std::nullopt: not counted
  bool makes_first_writes = false;                  ///< this process gives new tenants their key pairs
  std::optional<std::string> cut_off_fault{};       ///< fault_of_cut_off (store/rows/cut_off_record.hpp)
  bool rekey_unfinished = false;                    ///< a rekey of all tenants runs, or was interrupted
  std::vector<std::string> etcd{};                  ///< etcd_warnings (server/serve/etcd_warnings.hpp)
  std::uint64_t refused_keys = 0;  ///< requests that failed because the tenant's key pair was not accepted
};

// The sentences that `tacit status` has, too.
inline constexpr const char* nothing_is_signed =
    "tenants' keys and the audit log are not signed: run tacit key add signing";
inline constexpr const char* rekey_is_unfinished =
    "a tenant rekey --all is not finished: if it does not run, run it again";
/// About tenants whose key pair is not signed: at least one.
std::string unsigned_tenants_warning(crypto::SigningPhase phase, std::uint64_t tenants);
/// The warning that this audit entry is not the one that this process saw.
std::string rewritten_log_warning(const std::string& entry, bool is_unsigned);

/// One sentence each, the most urgent first.
std::vector<std::string> store_warnings(const StoreFindings& found);
/// Those of them that are to be logged when they appear. The others are a state that is normal on the way to
/// signatures, or have log lines of their own.
std::vector<std::string> logged_warnings(const StoreFindings& found);

}  // namespace tacit::server
