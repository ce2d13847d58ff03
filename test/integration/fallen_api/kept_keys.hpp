// Keys that an attacker keeps, and a search for stored boxes that open with one of them. Written by the formats'
// descriptions (crypto/envelope/envelope.hpp), so that it does not share the store's checks.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "crypto/envelope/envelope.hpp"
#include "store/engine/engine.hpp"

namespace tacit::test {

/// A copy of a stored row.
struct StoredRow {
  store::Table table{};
  crypto::Bytes key;
  crypto::Bytes value;
};

/// What opened: ids of secrets, tenants, or prekeys.
struct OpenedBoxes {
  std::vector<std::string> values;
  std::vector<std::string> metadata;
  std::vector<std::string> prefixes;
  std::vector<std::string> key_pairs;

  bool empty() const { return values.empty() && metadata.empty() && prefixes.empty() && key_pairs.empty(); }
};
std::ostream& operator<<(std::ostream& out, const OpenedBoxes& opened);

class KeptKeys {
 public:
  KeptKeys(std::shared_ptr<const crypto::MetadataKeyring> metadata, const crypto::Uuid& store)
      : metadata_(std::move(metadata)), store_(store) {}

  /// Makes a key pair, keeps it, and returns its number in this object.
  std::size_t make_pair();
  const crypto::KeyPair& pair(std::size_t number) const { return pairs_.at(number); }
  /// Remembers the bindings of all secrets whose metadata opens, to try strict values with them.
  void learn(const std::vector<StoredRow>& rows);
  /// Tries every box in the rows with every kept key.
  OpenedBoxes open(const std::vector<StoredRow>& rows) const;

 private:
  void open_tenant_row(const StoredRow& row, OpenedBoxes& opened) const;
  void open_record(const crypto::Uuid& tenant, crypto::ByteView row, OpenedBoxes& opened) const;
  bool opens_value(const crypto::ValueAddress& address, crypto::ByteView box) const;
  bool opens_key_pair(const crypto::TenantKey& key, const crypto::Uuid& tenant) const;

  std::shared_ptr<const crypto::MetadataKeyring> metadata_;
  crypto::Uuid store_;
  std::vector<crypto::KeyPair> pairs_;
  std::vector<crypto::Bytes> bindings_{{}};
};

}  // namespace tacit::test
