// Where a file and LMDB's code are mapped in this process, for the handlers of faults on them.
#pragma once

#include <cstdint>

namespace tacit::store {

struct AddressRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool has(std::uintptr_t address) const { return address >= begin && address < end; }
};

/// Where this process has the file mapped, which LMDB does not report: shared, read-only, and of that size. The inode
/// decides between several mappings, but some file systems show another inode there than fstat does. Empty without
/// /proc.
AddressRange range_of_map(int file, std::uint64_t bytes);

/// LMDB's code. Empty if LMDB is linked statically, because its code cannot be told apart from the program's then.
AddressRange range_of_lmdb_code();

}  // namespace tacit::store
