// The result of a check of the whole store, and the progress of a long walk over rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/model/findings.hpp"

namespace tacit::store {

/// The progress of a check or of a count of rows.
struct VerifyProgress {
  std::uint64_t rows = 0;
  std::uint64_t rows_total = 0;  ///< 0: the engine cannot tell
};

struct VerifyReport : Findings {
  std::uint64_t tenants = 0;
  std::uint64_t secrets = 0;
  std::uint64_t values_opened = 0;
  std::uint64_t values_bound = 0;  ///< sealed with their tool and argument
  std::uint64_t keys = 0;          ///< tenants' key pairs
  std::uint64_t keys_signed = 0;   ///< of these, those with a right signature
  std::uint64_t prekeys = 0;
  std::uint64_t api_keys = 0;
  std::uint64_t audit_entries = 0;
  std::uint64_t audit_pruned_through = 0;  ///< the last pruned entry; 0: none
  std::uint64_t signatures_checked = 0;    ///< of the audit log, and found right
  std::string audit_head;                  ///< SEQUENCE:HASH of slot 0; empty without an entry
  std::vector<std::string> audit_heads;    ///< SLOT:SEQUENCE:HASH of each other slot
  std::uint64_t heads_checked = 0;         ///< heads in audit.heads entries, and right
};

}  // namespace tacit::store
