// Which of several secrets fills an argument: the most specific binding wins (contract section 2, wildcards). Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/rows/secret_row.hpp"

namespace tacit::store {

/// Whether `a` goes before `b`, both covering the same tool: an exact name, then more literal characters, then the
/// newer `updated_at`, then the larger id, so that there is always one answer.
bool more_specific(const StoredSecret& a, const StoredSecret& b);

/// Of the defaults that cover one tool, the one for each argument. They come one after the other, and perhaps from one
/// snapshot after the other: no more is kept than what has won so far.
class DefaultChoice {
 public:
  /// The one that has won so far.
  struct Winner {
    StoredSecret secret;
    Bytes row;  ///< the secret's, once keep_rows() has copied it; its views are of it then
  };

  /// Leaves out the arguments listed.
  explicit DefaultChoice(std::set<std::string, std::less<>> without) : without_(std::move(without)) {}

  void offer(StoredSecret secret);
  /// Arguments that have a default so far.
  std::size_t arguments() const { return winners_.size(); }
  /// Before the transaction ends that the secrets offered came from.
  void keep_rows();
  /// In the order of the arguments. All rows have to be kept.
  std::vector<Winner> take();

 private:
  std::set<std::string, std::less<>> without_;
  std::map<std::string, Winner, std::less<>> winners_;
};

}  // namespace tacit::store
