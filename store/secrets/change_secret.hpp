// A change of a stored secret by its owner: its value, its name, its bindings, its expiry, with its index entries and
// its previous values, in one write.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/engine/async.hpp"
#include "store/model/change_terms.hpp"
#include "store/secrets/sealed_value.hpp"

namespace tacit::store {

struct UpdatePlan {
  ChangePlace place;
  SecretUpdate update;
  ChangeTerms terms;
  /// The change is of the secret of that name: it fails with `conflict` if the secret has another by then.
  std::optional<std::string> found_by_name{};
  /// The value, sealed before the transaction for the stored state of that time, so that the writer thread has less
  /// work. Without it the transaction seals: then a concurrent change cannot interfere.
  std::optional<SealedValue> sealed{};
};

/// Seals the value, if there is one, and makes the change.
Async<SecretInfo> change_secret(std::shared_ptr<UpdatePlan> plan);

}  // namespace tacit::store
