// Puts the rows of a whole store into a new one, on an engine that does not take a copy of a file.
#pragma once

#include "store/engine/engine.hpp"

namespace tacit::store {

/// Rows come in the order of Table, and each table's in the order of its keys. The new store is one that can be opened
/// only after `finish`: until then the loader holds back the row "format" of Table::meta. For one thread.
class StoreLoader {
 public:
  StoreLoader() = default;
  StoreLoader(const StoreLoader&) = delete;
  StoreLoader& operator=(const StoreLoader&) = delete;
  virtual ~StoreLoader() = default;

  /// Fails with `conflict` if there is a store already. After a failure, what was put stays, and the loader is of no
  /// more use.
  virtual Outcome<void> put(Table table, ByteView key, ByteView value) = 0;
  /// All rows were put.
  virtual Outcome<void> finish() = 0;
};

}  // namespace tacit::store
