// A store whose keys are signed, of format 3, with keyrings of its own that the test changes like an operator.
#pragma once

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include "crypto/keyrings/keyring_edit.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// Of a new deployment: signatures are required.
class OwnSignedKeyrings {
 public:
  OwnSignedKeyrings() { BOOST_REQUIRE(crypto::create_keyrings(files(), file("root-private"), file("metadata"))); }

  StoreKeys load() const {
    StoreKeys keys;
    keys.root_public = value_of(crypto::RootPublicKeyring::load(file("root-public")));
    keys.metadata = value_of(crypto::MetadataKeyring::load(file("metadata")));
    keys.root_private = value_of(crypto::RootPrivateKeyring::load(file("root-private")));
    keys.root_signing = half("root-signing", crypto::SigningRole::root);
    keys.audit_api = half("audit-api", crypto::SigningRole::api);
    keys.audit_tools = half("audit-tools", crypto::SigningRole::tools);
    keys.audit_operator = half("audit-operator", crypto::SigningRole::operators);
    return keys;
  }
  crypto::SigningEdit edit_signing() const { return taken(crypto::SigningEdit::open(files())); }
  crypto::KeyringEdit edit(KeyKind kind) const {
    return kind == KeyKind::root ? taken(crypto::KeyringEdit::open_root(file("root-private"), file("root-public")))
                                 : taken(crypto::KeyringEdit::open_metadata(file("metadata")));
  }

 private:
  std::filesystem::path file(const char* name) const { return folder_.path() / name; }
  crypto::SigningFiles files() const {
    return {.root_public = file("root-public"),
            .root_signing = file("root-signing"),
            .audit_api = file("audit-api"),
            .audit_tools = file("audit-tools"),
            .audit_operator = file("audit-operator")};
  }
  template <class T>
  static T taken(crypto::KeyringResult<T> result) {
    BOOST_REQUIRE_MESSAGE(result, result.error().message);
    return std::move(*result);
  }
  template <class Ring>
  static std::shared_ptr<const Ring> value_of(crypto::KeyringResult<Ring> ring) {
    return std::make_shared<const Ring>(taken(std::move(ring)));
  }
  std::shared_ptr<const crypto::SigningKeyring> half(const char* name, crypto::SigningRole role) const {
    return value_of(crypto::SigningKeyring::load(file(name), role));
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
};

inline AuditContext an_operator() {
  return {.plane = "operator", .actor = "operator:test", .peer = {}, .request_id = {}};
}

struct SignedRotation {
  OwnSignedKeyrings rings;
  StoreFixture fixture{options()};

  StoreFixtureOptions options() const {
    StoreFixtureOptions made;
    made.keys = rings.load();
    made.new_format = store_format;
    return made;
  }
  Keys& keys() { return fixture.store().keys(); }
  StoreKeys ring() const { return rings.load(); }
  void reopen(bool accept_retired = false) {
    StoreKeys keys = rings.load();
    keys.accept_retired = accept_retired;
    fixture.reopen_with(std::move(keys));
  }

  /// Adds a root signing key and makes it the primary one, in the store and in the ring.
  crypto::KeyId rotate_signing() {
    const crypto::KeyId fresh = add_signing();
    const auto promoted = fixture.wait(keys().promote_signing(fresh, an_operator()));
    BOOST_REQUIRE_MESSAGE(promoted, promoted.error().subject);
    auto edit = rings.edit_signing();
    BOOST_REQUIRE(edit.promote(fresh));
    BOOST_REQUIRE(edit.apply());
    reopen();
    return fresh;
  }
  crypto::KeyId add_signing() {
    crypto::KeyId fresh{};
    {
      auto edit = rings.edit_signing();
      const auto id = edit.add(crypto::SigningRole::root);
      BOOST_REQUIRE(id);
      BOOST_REQUIRE(edit.apply());
      fresh = *id;
    }
    reopen();
    return fresh;
  }
  /// The same for the other kinds.
  crypto::KeyId rotate(KeyKind kind) {
    crypto::KeyId fresh{};
    {
      auto edit = rings.edit(kind);
      fresh = edit.add().value();
      BOOST_REQUIRE(edit.apply());
    }
    reopen();
    BOOST_REQUIRE(fixture.wait(keys().change(KeyChange::promote, kind, fresh, an_operator())));
    {
      auto edit = rings.edit(kind);
      BOOST_REQUIRE(edit.promote(fresh));
      BOOST_REQUIRE(edit.apply());
    }
    reopen();
    return fresh;
  }

  crypto::TenantKey certified(std::int64_t made = 1) const {
    const StoreKeys now = ring();
    return crypto::make_certified_key(*now.root_public, *now.root_signer(), now.store(), made);
  }
  /// A tenant with these key pairs and nothing else.
  void put_tenant(const crypto::Uuid& id, crypto::TenantKey key, std::optional<crypto::TenantKey> previous = {}) {
    Tenant tenant = new_tenant(*ring().metadata, id);
    tenant.record.format = 3;
    tenant.record.changes = 0;
    tenant.record.key = std::move(key);
    tenant.record.previous_key = std::move(previous);
    put_record(tenant);
  }
  void put_record(const Tenant& tenant) {
    fixture.put(Table::tenants, std::string(crypto::as_text(record_row_key(tenant.id).view())),
                std::string(crypto::as_text(encode_tenant_record(tenant.record, tenant.id, *tenant.keys))));
  }
  TenantRecord record(const crypto::Uuid& id) {
    const Rows rows = fixture.rows(Table::tenants);
    const auto row = rows.find(std::string(crypto::as_text(record_row_key(id).view())));
    BOOST_REQUIRE(row != rows.end());
    auto record = peek_tenant_record(crypto::as_bytes(row->second));
    BOOST_REQUIRE(record);
    return std::move(*record);
  }

  RewrapStep rewrap(KeyKind kind, std::size_t most = 128) {
    const auto begun = fixture.wait(keys().begin_rewrap(kind, an_operator()));
    BOOST_REQUIRE_MESSAGE(begun, begun.error().subject);
    RewrapStep all;
    RewrapPosition at;
    for (;;) {
      auto done = fixture.wait(keys().rewrap_step(kind, at, most, an_operator()));
      BOOST_REQUIRE_MESSAGE(done, done.error().subject);
      at = done->next;
      all.tenants += done->tenants;
      all.secrets += done->secrets;
      all.prekeys += done->prekeys;
      all.problems.insert(all.problems.end(), done->problems.begin(), done->problems.end());
      if (done->finished) return all;
    }
  }
  KeyUse uses(KeyKind kind, const crypto::KeyId& id) {
    const auto census = keys().census(kind, {});
    BOOST_REQUIRE(census);
    BOOST_TEST(census->unreadable == 0U);
    return census->of(id);
  }
};

}  // namespace tacit::store::testing
