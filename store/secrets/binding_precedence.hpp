// Which of several secrets fills an argument: the most specific binding wins. Pure.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/rows/secret_row.hpp"

namespace tacit::store {

/// Whether `a` takes precedence over `b`, both matching the same tool: an exact name, then more literal characters,
/// then the newer `updated_at`, then the larger id, so the order is total.
bool more_specific(const StoredSecret& a, const StoredSecret& b);

/// A secret that was read, for all arguments and tools that it may fill.
struct ReadSecret {
  explicit ReadSecret(StoredSecret read) : secret(std::move(read)) {}

  /// Copies the row. Call before the end of the transaction that the secret came from.
  void keep_row();

  StoredSecret secret;
  Bytes row{};  ///< the copy, once there is one; then the views of `secret` refer to it
};
using SharedSecret = std::shared_ptr<ReadSecret>;

/// Chooses one default for each argument among the defaults that match a tool. They arrive one by one, possibly from
/// successive snapshots; only the present winners are kept.
class DefaultChoice {
 public:
  using Arguments = std::set<std::string, std::less<>>;

  /// Excludes the listed arguments.
  explicit DefaultChoice(Arguments without) : without_(std::move(without)) {}

  void offer(const SharedSecret& secret);
  /// The number of arguments with a default so far.
  std::size_t arguments() const { return winners_.size(); }
  bool excludes(std::string_view argument) const { return without_.contains(argument); }
  /// The present winner; null if there is none.
  const ReadSecret* winner(std::string_view argument) const;
  /// Call before the end of the transaction that the offered secrets came from.
  void keep_rows();
  /// In the order of the arguments. All rows must be kept.
  std::vector<SharedSecret> take();
  void clear() { winners_.clear(); }

 private:
  Arguments without_;
  std::map<std::string, SharedSecret, std::less<>> winners_;
};

}  // namespace tacit::store
