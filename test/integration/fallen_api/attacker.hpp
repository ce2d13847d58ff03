// A fallen API process in the hands of its attacker: the keyrings that the API plane reads, as they were then, and
// write access to the database. Not root-private, root-signing, audit-tools or audit-operator.
//
// The database is opened for each change alone, through the store's own engine, beside the servers that have it open.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/model/store_keys.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "test/integration/fallen_api/kept_keys.hpp"
#include "test/integration/support/deployment.hpp"

namespace tacit::test {

using SigningEntry = crypto::SigningKeyring::Entry;

class Attacker {
 public:
  /// Reads root-public, metadata and audit-api of the deployment.
  explicit Attacker(const Deployment& deployment);

  const store::StoreKeys& keys() const { return keys_; }
  const SigningEntry& audit_key() const { return keys_.audit_api->entries().front(); }
  /// A signing key that the attacker made and no ring names.
  const SigningEntry& own_signer() const { return own_signer_; }

  using Body = std::function<void(store::Transaction&)>;
  /// Runs `body` in a write transaction, whose tasks never wait. Throws unless it is committed.
  void change(const Body& body) const;
  /// Runs `body` on a snapshot.
  void look(const Body& body) const;

  /// Copies of the rows whose keys begin with `prefix`.
  std::vector<StoredRow> rows(store::Table table, crypto::ByteView prefix = {}) const;
  /// All rows of a tenant.
  std::vector<StoredRow> rows_of(const std::string& tenant) const;
  /// Throws if there is none.
  StoredRow row(store::Table table, crypto::ByteView key) const;
  void put(const std::vector<StoredRow>& rows) const;
  void erase(const std::vector<StoredRow>& rows) const;
  /// Puts a tenant's rows back and removes those that it did not have.
  void put_back(const std::string& tenant, const std::vector<StoredRow>& rows) const;

  /// A key pair of the attacker's, properly sealed to the root key, without a certificate.
  crypto::TenantKey own_key(const std::string& tenant);
  /// The same with a certificate by that key.
  crypto::TenantKey own_certified_key(const SigningEntry& signer);
  /// A prekey of the pool, which stays there.
  crypto::TenantKey some_prekey() const;
  /// Makes it the tenant's key pair. The tenant may be new.
  void plant_key(const std::string& tenant, const crypto::TenantKey& key) const;

  store::TenantRecord record_of(const std::string& tenant) const;
  StoredRow record_row_of(const std::string& tenant) const;
  void change_record(const std::string& tenant, const std::function<void(store::TenantRecord&)>& edit) const;
  StoredRow secret_row_of(const std::string& tenant, const std::string& secret) const;

  /// What changes with a secret's binding, beside its metadata; std::nullopt: nothing.
  struct Rebinding {
    std::string tool_name;
    std::optional<bool> strict{};              ///< the row's flag
    std::optional<crypto::Bytes> value_box{};  ///< from another copy of the store
    std::optional<std::uint32_t> version{};    ///< of the value in that box
  };
  /// Binds a secret to another tool, with its index entries, without an audit entry. Its times stay.
  void rebind(const std::string& tenant, const std::string& secret, const Rebinding& to) const;
  /// Seals a value to the tenant's present key pair and puts it in the secret's row, likewise.
  void put_own_value(const std::string& tenant, const std::string& secret, const std::string& value) const;

  /// Remembers what the store shows now, to open later copies of it.
  void learn();
  /// Tries every box of the store, as it is now, with every kept key.
  OpenedBoxes opened() const;

 private:
  store::Tenant tenant_in(store::Transaction& transaction, const std::string& id) const;
  std::vector<StoredRow> sealed_rows() const;

  std::filesystem::path store_;
  store::StoreKeys keys_;
  SigningEntry own_signer_;
  KeptKeys kept_;
};

crypto::Uuid uuid_of(const std::string& text);
/// A new signing key, as of that role.
SigningEntry new_signer(crypto::SigningRole role);
/// Signs a key pair's certificate for that store, whatever it says.
void certify(crypto::TenantKey& key, const SigningEntry& signer, const crypto::Uuid& store);

}  // namespace tacit::test
