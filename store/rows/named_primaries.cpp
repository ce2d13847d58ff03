#include "store/rows/named_primaries.hpp"

#include <algorithm>
#include <string>

#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {

Outcome<std::vector<UnnamedKey>> unnamed_primaries(ByteView row, const StoreKeys& keys) {
  const auto named = read_named_keys(row, keys);
  if (!named) return named.error();
  std::vector<UnnamedKey> unnamed;
  for (const KeyKind kind : {KeyKind::root, KeyKind::signing}) {
    if (kind == KeyKind::signing && keys.phase() == crypto::SigningPhase::none) break;
    const crypto::KeyId& primary = primary_of(keys, kind);
    const std::vector<crypto::KeyId>& ids = named->of(kind);
    if (std::ranges::find(ids, primary) == ids.end()) unnamed.push_back({.kind = kind, .id = primary});
  }
  return unnamed;
}

Task<Outcome<std::vector<UnnamedKey>>> unnamed_primaries(Transaction& transaction, const StoreKeys& keys) {
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return failed(Errc::integrity, "its keys are not recorded");
  co_return unnamed_primaries(*row, keys);
}

std::string about_unnamed(KeyKind kind, const crypto::KeyId& id) {
  const std::string ring = kind == KeyKind::metadata ? "metadata" : "root public";
  const std::string what = kind == KeyKind::signing ? " as the primary root signing key" : " as primary";
  const std::string has = "the " + ring + " keyring has the key " + crypto::to_hex(id) + what +
                          ", which the store does not name: the keyring was edited, or the store was restored from a "
                          "time before that key was promoted; ";
  if (kind == KeyKind::metadata) return has + "if the key is your own, run: tacit key rewrap metadata";
  const std::string half = kind == KeyKind::signing ? "root-signing-keyring" : "root-private-keyring";
  return has +
         "first check that the key is your own: your copy of the keyrings has it, and tacit key list finds its "
         "private half in " +
         half + "; if not, put your copy of root-public-keyring back; if it is, run: tacit key rewrap root, which " +
         "needs the private half and asks for confirmation";
}

}  // namespace tacit::store
