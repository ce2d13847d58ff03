// The record of the cut-off that the root public keyring had (crypto/keyrings/signers.hpp): one row of Table::meta.
//
//   "cut-off" → a signed number (store/rows/signed_number.hpp), an audit sequence, for the context
//   "tacit signed cut-off 1"
//
// The keyring alone decides from where signatures are required. The record shows that its line was lost or replaced by
// a later one: by an editor, or by an old copy of the file. The tool plane, while it keeps prekeys, writes the record,
// and writes it again if it was removed and the keyring has the line.
//
// Write access to the database suffices to remove the record or to put an older one back, but not to make one. So a
// missing record shows nothing: it is missing before the first such process has run, and if an attacker with that
// access removed it after the line was lost. Nor does a record of a restored backup show what came after the backup.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/signers.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

ByteView cut_off_row_key();
Bytes cut_off_value(std::uint64_t sequence, const crypto::SigningKeyring::Entry& signer, const crypto::Uuid& store);
/// The sequence; std::nullopt if the row was altered, or its signer is not accepted.
std::optional<std::uint64_t> cut_off_of(ByteView row, const StoreKeys& keys);

/// What is wrong with the cut-off of a keyring, and what to do, in words; std::nullopt: nothing. `recorded`: by the
/// store; `newest`: the sequence of the newest audit entry, std::nullopt if another check judges it.
std::optional<std::string> fault_of_cut_off(const crypto::Signers& signers, std::optional<std::uint64_t> recorded,
                                            std::optional<std::uint64_t> newest);

}  // namespace tacit::store
