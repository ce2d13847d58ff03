// Parts of the walk over a store's rows, whose costly checks run on any thread (store/verify/ordered_work.hpp).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/keyrings/signers.hpp"
#include "store/engine/engine.hpp"
#include "store/verify/tenant_opening.hpp"

namespace tacit::store {

/// Copies of rows: those of a transaction do not last.
class KeptRows {
 public:
  /// Makes room for the copies of these.
  explicit KeptRows(const std::vector<Row>& rows);
  /// A copy, which lasts as long as this object. Only of rows for which there is room.
  Row keep(const Row& row);

 private:
  Bytes bytes_;
};

/// Rows of the table of tenants.
struct TenantRows {
  struct Each {
    Row row;
    ParsedKey key;
    std::shared_ptr<TenantOpening> tenant;  ///< null: the row belongs to none
    std::optional<CheckedSecret> checked{};
  };

  explicit TenantRows(const std::vector<Row>& read) : kept(read), count(read.size()) { rows.reserve(count); }
  void check();

  KeptRows kept;
  std::size_t count;  ///< of the rows that were read, with those that are skipped
  std::vector<Each> rows{};
};

/// Rows of the audit log.
struct LogRows {
  struct Each {
    Row row;
    std::vector<bool> right{};  ///< for each of its signatures: whether it is right
  };

  explicit LogRows(const std::vector<Row>& read);
  void check(const crypto::Signers& signers);

  KeptRows kept;
  std::vector<Each> rows{};
};

}  // namespace tacit::store
