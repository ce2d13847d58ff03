// Checks the previous values of one tenant's secrets (store/rows/version_row.hpp). A part of TenantCheck.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "store/engine/context.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/version_row.hpp"

namespace tacit::store {

/// Receives the secrets that could be opened, then all rows of previous values, then finish().
class VersionsCheck {
 public:
  using Problem = std::function<void(const std::string& what)>;

  /// `opener`, whose keys may be null, must outlive this object; so must what `problem` needs.
  explicit VersionsCheck(Problem problem) : problem_(std::move(problem)) {}

  void secret(const StoredSecret& secret);
  /// `rest`: what follows the kind in the row's key. `all_secrets`: the secrets that were given are all. The verified
  /// row, whose value is to be checked; std::nullopt after a problem.
  struct Opened {
    Uuid secret;
    StoredVersion version;
  };
  std::optional<Opened> row(const MetadataOpener& opener, ByteView rest, ByteView row, bool all_secrets);
  void finish();

 private:
  struct Counted {
    std::uint32_t present = 0;   ///< number of the present value
    std::uint32_t expected = 0;  ///< previous values that its row counts
    std::uint32_t found = 0;
  };

  Problem problem_;
  std::map<Uuid, Counted> secrets_;  ///< those with previous values, and with rows of them
};

}  // namespace tacit::store
