// The entries of a secret's uses (store/rows/uses_row.hpp): how a use joins them, which of them go when there are too
// many, and how the owner sees them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/model/secret_use.hpp"
#include "store/rows/uses_row.hpp"

namespace tacit::store {

/// Uses of one tool, identity, label and outcome within this time are one entry, in microseconds.
inline constexpr std::int64_t merged_time = std::int64_t{3600} * 1'000'000;

/// A longer name of a tool is cut, and ends with "…".
inline constexpr std::size_t most_tool_bytes_in_uses = 256;
/// The name of a tool as entries have it: UTF-8 that is cut between two characters.
std::string tool_in_uses(std::string_view tool_name);

/// Adds a use, or several as one. Keeps the order, and removes entries until the rest fits a row: first those with a
/// newer entry of the same tool, runtime and outcome, then those with one of the same tool and runtime, then others.
/// Among equals, first of the identity with most entries, because one that asks for many tools must not displace the
/// others; then the oldest.
void add_use(std::vector<UseEntry>& entries, UseEntry use);

/// Whether the identity got the secret for that tool since that instant.
bool has_release(const std::vector<UseEntry>& entries, const IdentityTag& tag, std::string_view tool,
                 std::int64_t since);
/// Whether the identity has reported the secret after that instant.
bool has_report(const std::vector<UseEntry>& entries, const IdentityTag& tag, std::int64_t after);

/// The owner's view, newest first: identities of one label are one runtime.
std::vector<SecretUse> uses_for_owner(const std::vector<UseEntry>& entries);

}  // namespace tacit::store
