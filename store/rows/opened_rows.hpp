// What a thread opened of rows a moment ago: a list of 20 secrets would otherwise derive 20 keys and decrypt 20 boxes
// each time it is read. Opening is a function of the keyring, the row's place and its bytes, so what is kept for
// exactly the same bytes is right: a row that was changed or altered since is opened and verified as if it had never
// been seen. Every read still takes the row from its own transaction, and compares all of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/envelope/envelope.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::store {

/// Metadata in the clear, never a value, and keys derived from the metadata key. Bounded; overwritten when it is
/// replaced, when it was not used for a while, when the keyring changes, and when the thread ends.
class OpenedRows {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t most_secrets = 2048;
  static constexpr std::size_t most_tenants = 128;
  /// Longer rows are not kept: with its metadata a row takes less than twice as much.
  static constexpr std::size_t longest_row = 1024;
  /// What was not used for that long is dropped, within twice the time.
  static constexpr std::chrono::seconds kept_unused{30};

  /// The calling thread's, for the context of that serial (store/engine/context.hpp): empty if the last caller had
  /// another one, which may have had another keyring. Do not keep it over a wait, after which another thread may go on.
  static OpenedRows& of_thread(std::uint64_t context);
  /// The calling thread's, whatever its context.
  static OpenedRows& of_thread();

  OpenedRows();

  /// The plaintext of the metadata box of exactly that row, in that place. Valid until the next call.
  std::optional<crypto::ByteView> metadata(const crypto::Uuid& tenant, const crypto::Uuid& id, crypto::ByteView row);
  /// Keeps what was opened and verified.
  void keep_metadata(const crypto::Uuid& tenant, const crypto::Uuid& id, crypto::ByteView row,
                     crypto::ByteView plaintext);

  /// The tenant's keys, perhaps those of an earlier metadata key; null if they are not known.
  std::shared_ptr<const crypto::TenantKeys> keys(const crypto::Uuid& tenant);
  /// Whether exactly that record of the tenant was verified with the keys of that metadata key.
  bool is_verified(const crypto::Uuid& tenant, const crypto::KeyId& metadata_key, crypto::ByteView record);
  /// Keeps the keys of a tenant, and the record that was verified with them.
  void keep_tenant(const crypto::Uuid& tenant, const std::shared_ptr<const crypto::TenantKeys>& keys,
                   crypto::ByteView record);

  /// Drops what was not used for a while. Call it now and then.
  void forget_unused(Clock::time_point now);
  void forget_all();

 private:
  struct Secret {
    crypto::Uuid tenant;
    crypto::Uuid id;
    std::size_t row_size = 0;  ///< 0: nothing is kept
    bool used = false;         ///< since the last forget_unused()
    crypto::WipedBytes bytes;  ///< the row as stored, then the plaintext
  };
  struct Tenant {
    crypto::Uuid id;
    bool used = false;
    std::shared_ptr<const crypto::TenantKeys> keys;  ///< null: nothing is kept
    crypto::Bytes record;                            ///< as stored, where it is not secret either
  };

  Secret& place_of(const crypto::Uuid& tenant, const crypto::Uuid& id);
  Tenant& place_of(const crypto::Uuid& tenant);

  std::uint64_t context_ = 0;
  std::vector<Secret> secrets_;
  std::vector<Tenant> tenants_;
  Clock::time_point forgotten_at_;
  std::uint32_t look_ups_ = 0;
};

}  // namespace tacit::store
