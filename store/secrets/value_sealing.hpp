// How new values are sealed: in which format, with or without their bindings, and only to a key pair that is accepted.
#pragma once

#include <cstddef>

#include "store/engine/context.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// How a tenant's values are sealed, as of one snapshot.
struct SealingRules {
  bool padded = false;    ///< the store takes rows of format 3: values are padded, and secrets' rows have format 2
  bool versions = false;  ///< it takes rows of format 5: secrets' rows have format 3, and previous values are kept
  bool binding = false;   ///< the tenant's values are to be sealed with their tool and argument

  /// Bindings are sealed only in rows that can say so.
  bool strict() const { return padded && binding; }
  /// Of the rows of secrets.
  std::uint8_t secret_format() const;
  bool operator==(const SealingRules&) const = default;
};

/// Reads a row only until the newest format of rows was seen. `store` and `record` must outlive the task.
Task<SealingRules> sealing_rules(Transaction& transaction, const StoreContext& store, const TenantRecord& record);

/// What a value of a secret with these fields is sealed with; empty if the rules are not strict.
Bytes binding_for(const SealingRules& rules, const Metadata& metadata);

/// The box of a new value, sealed to the tenant's key pair. Fails with `integrity` if the tenant has none, or one that
/// is not accepted (store/rows/tenant_key_check.hpp).
Outcome<Bytes> seal_new_value(const StoreKeys& keys, const TenantRecord& record, const crypto::ValueAddress& address,
                              ByteView value, const SealingRules& rules, ByteView binding);

/// Refuses what rows of format 5 alone can say.
Failure format_is_being_raised();

/// Gives the row of a new value of that length its format: of the header, of the metadata, and what both say of the
/// value. The header has the value's version and the instant of the change.
void describe_value(SecretHeader& header, Metadata& metadata, const SealingRules& rules, std::size_t length);

}  // namespace tacit::store
