// A tenant's prefix lengths (store/rows/binding_index.hpp) in its record: in the clear in formats 1 and 2, in a box of
// their own (crypto/envelope/envelope.hpp) in format 3. The box is opened only when they are needed, and sealed again
// only when they change, so writes of secrets without patterns cost nothing.
//
// Plaintext: 2 number of lengths ‖ each: 2 length, 8 count ‖ zeros up to 2 plus a multiple of 80, so that the box shows
// the number of lengths in steps of eight.
#pragma once

#include <optional>

#include "crypto/envelope/envelope.hpp"
#include "store/rows/binding_index.hpp"

namespace tacit::store {

class SealedPrefixes {
 public:
  /// No prefix.
  SealedPrefixes() = default;
  /// As in a record of format 1 or 2.
  explicit SealedPrefixes(PrefixCounts counts) : counts_(std::move(counts)) {}
  /// As in a record of format 3 that names this metadata key.
  SealedPrefixes(crypto::ByteView box, const crypto::KeyId& metadata_key)
      : box_(box.begin(), box.end()), sealed_under_(metadata_key), counts_(std::nullopt) {}

  /// `keys` are those of the metadata key that the record names. Null if the box cannot be opened: the caller fails
  /// with `integrity`, "the tenant's prefix lengths cannot be opened".
  const PrefixCounts* open(const crypto::TenantKeys& keys);
  /// The same, to be changed: the box is sealed again when the record is encoded.
  PrefixCounts* change(const crypto::TenantKeys& keys);
  /// std::nullopt while they are sealed: in the clear, for formats 1 and 2.
  const std::optional<PrefixCounts>& opened() const { return counts_; }
  /// For format 3; sealed under these keys if they were changed, or sealed under others. Then they must be open.
  crypto::Bytes box(const crypto::TenantKeys& keys) const;

 private:
  crypto::Bytes box_;  ///< empty: there is none, or it does not match `counts_` any more
  crypto::KeyId sealed_under_{};
  std::optional<PrefixCounts> counts_{PrefixCounts()};
};

}  // namespace tacit::store
