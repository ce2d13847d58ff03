// Which of several secrets fills an argument: the most specific binding wins. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/rows/secret_row.hpp"

namespace tacit::store {

/// Whether `a` takes precedence over `b`, both matching the same tool: an exact name, then more literal characters,
/// then the newer `updated_at`, then the larger id, so the order is total.
bool more_specific(const StoredSecret& a, const StoredSecret& b);

/// Chooses one default for each argument among the defaults that match a tool. They arrive one by one, possibly from
/// successive snapshots; only the present winners are kept.
class DefaultChoice {
 public:
  /// The present winner.
  struct Winner {
    StoredSecret secret;
    Bytes row;  ///< the secret's row, once keep_rows() has copied it; then its views refer to this copy
  };

  /// Excludes the listed arguments.
  explicit DefaultChoice(std::set<std::string, std::less<>> without) : without_(std::move(without)) {}

  void offer(StoredSecret secret);
  /// The number of arguments with a default so far.
  std::size_t arguments() const { return winners_.size(); }
  /// Call before the end of the transaction that the offered secrets came from.
  void keep_rows();
  /// In the order of the arguments. All rows must be kept.
  std::vector<Winner> take();

 private:
  std::set<std::string, std::less<>> without_;
  std::map<std::string, Winner, std::less<>> winners_;
};

}  // namespace tacit::store
