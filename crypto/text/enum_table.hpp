// Tables with a row for each enumerator of an enumeration that counts from 0.
#pragma once

#include <array>
#include <cstddef>

namespace tacit::crypto {

/// Whether every row is at the index of its enumerator, the last of which is `last`: assert this beside a table.
template <class Row, std::size_t Size, class Enum>
constexpr bool has_row_for_each(const std::array<Row, Size>& rows, Enum Row::*enumerator, Enum last) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (static_cast<std::size_t>(rows.at(i).*enumerator) != i) return false;
  }
  return Size == static_cast<std::size_t>(last) + 1;
}

/// The row of an enumerator.
template <class Row, std::size_t Size, class Enum>
constexpr const Row& row_at(const std::array<Row, Size>& rows, Enum enumerator) {
  return rows.at(static_cast<std::size_t>(enumerator));
}

}  // namespace tacit::crypto
