#include "store/rows/unsigned_rows.hpp"

#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {

Task<Outcome<void>> check_still_unsigned(Transaction& transaction, const StoreKeys& keys) {
  if (keys.phase() != crypto::SigningPhase::none) co_return Outcome<void>();
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row || !is_signed_key_list(*row)) co_return Outcome<void>();
  // The store is signed before the keyring is, so an interrupted promotion leaves such a store.
  co_return failed(Errc::not_allowed,
                   "the keyrings were changed; run the command again, after an interrupted tacit key promote");
}

}  // namespace tacit::store
