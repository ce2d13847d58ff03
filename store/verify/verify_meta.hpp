// Checks the rows about the whole store (store/rows/store_meta.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "crypto/primitives/digest.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"
#include "store/model/verify_report.hpp"
#include "store/rows/store_meta.hpp"
#include "store/verify/verify_keys.hpp"
#include "store/verify/verify_log.hpp"
#include "store/verify/verify_uses.hpp"

namespace tacit::store {

/// Receives all rows of Table::meta, then what it needs of tenants' rows, then finish(), after the log's end.
class MetaCheck {
 public:
  /// The arguments must outlive this object.
  MetaCheck(const StoreKeys& keys, KeyCheck& pairs, LogCheck& log, UsesCheck& uses, VerifyReport& report)
      : keys_(keys), pairs_(pairs), log_(log), uses_(uses), report_(report) {}

  void row(const Row& row);
  void finish();

  /// The newest format in which rows may be.
  std::uint32_t rows_format() const { return rows_format_; }
  /// To be called for each tenant's record: an erasure removes it when it puts its mark.
  void has_record(const crypto::Uuid& tenant);
  /// To be called for a row of a tenant that only stores of several hosts, and copies of them, have.
  void has_newest_secret() { has_newest_secrets_ = true; }
  /// Whether a genuine mark says so, and there is no record. The remaining rows of such a tenant are not checked.
  bool is_being_erased(const crypto::Uuid& tenant) const { return erasing_.contains(tenant); }
  /// SHA-256 of the record of keys; std::nullopt if there is none.
  const std::optional<crypto::Digest>& key_list() const { return key_list_; }

 private:
  void key_list_row(ByteView value);
  void store_row(ByteView value);
  void rekey_row(ByteView value);
  void cut_off_row(ByteView value);
  void erasure_row(const crypto::Uuid& tenant, const Row& row);
  void checkpoint_row(AuditSlot slot, ByteView value);
  void use_row(const Row& row);
  /// Reports rows that a store of an older format than that of slots cannot have: those that a restore gets with them
  /// come with the format.
  void judge_slots_format();

  const StoreKeys& keys_;
  KeyCheck& pairs_;
  LogCheck& log_;
  UsesCheck& uses_;
  VerifyReport& report_;
  std::optional<std::uint32_t> format_;
  std::uint32_t rows_format_ = first_store_format;
  std::optional<crypto::Digest> key_list_;
  bool has_store_ = false;
  std::optional<std::uint64_t> recorded_cut_off_;
  std::set<crypto::Uuid> erasing_;
  // Of rows that only the format of slots has.
  bool has_slot_checkpoints_ = false;
  bool has_uses_ = false;
  bool has_newest_secrets_ = false;
};

}  // namespace tacit::store
