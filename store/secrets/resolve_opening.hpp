// The second step of a release: opening the values of its secrets, each once, in slices.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "store/engine/context.hpp"
#include "store/model/release.hpp"
#include "store/secrets/opened_keys.hpp"
#include "store/secrets/resolve_choice.hpp"

namespace tacit::store {

/// Opens the values of a choice, one after the other; a partial result is not used. The choice must outlive it.
class ResolveOpening {
 public:
  ResolveOpening(ContextPtr store, std::shared_ptr<OpenedKeys> opened_keys, crypto::Uuid tenant, const Choice& choice);

  /// Opens as many values as fit into a slice on this thread; true: these were the last. Fails with integrity.
  Outcome<bool> open_slice();
  /// The values of each tool, in the order of the choice.
  std::vector<std::vector<ReleasedValue>> take() { return std::move(values_); }
  /// Of the choice's secrets. Computed here, because hashing many long rows takes longer than a slice.
  std::vector<crypto::Digest> take_row_digests() { return std::move(row_digests_); }
  /// The public halves of the pairs that opened the values.
  std::vector<crypto::PublicKey> opened_with() const;

 private:
  /// A key pair of the tenant with its private half, once a value needs it.
  struct OpenedPair {
    const crypto::TenantKey* pair = nullptr;
    crypto::KeyId id{};
    crypto::Digest digest{};  ///< for the opened keys
    std::optional<crypto::PrivateKey> private_key{};
  };
  /// A secret's value between its first and its last argument.
  struct OpenedValue {
    std::optional<crypto::WipedBytes> value{};
    std::size_t arguments = 0;  ///< that still need it
  };

  Outcome<void> open_pair(OpenedPair& opened);
  /// The private half as an earlier release opened it.
  std::optional<crypto::PrivateKey> find_opened(OpenedPair& wanted);
  Outcome<crypto::WipedBytes> open(const Chosen& chosen);
  Outcome<crypto::WipedBytes> value_of(std::size_t secret);

  const ContextPtr store_;
  const std::shared_ptr<OpenedKeys> opened_keys_;
  const crypto::Uuid tenant_;
  const Choice& choice_;
  std::array<OpenedPair, 2> pairs_{};  ///< the tenant's key pair, and the previous one
  std::vector<OpenedValue> opened_;    ///< of each secret
  std::vector<crypto::Digest> row_digests_;
  std::vector<std::vector<ReleasedValue>> values_;
  std::size_t tool_ = 0;
};

}  // namespace tacit::store
