// The keyrings of one deployment as files, changed like by an operator, in each phase of signatures.
#pragma once

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "crypto/keyrings/keyring_edit.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "store/model/key_kind.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

class DeploymentKeys {
 public:
  /// In the phase `none` without any signing key, like an upgraded deployment.
  explicit DeploymentKeys(crypto::SigningPhase phase) {
    if (phase == crypto::SigningPhase::none) {
      crypto::create_root_keyrings(file("root-private"), file("root-public")).value();
      crypto::create_metadata_keyring(file("metadata")).value();
      return;
    }
    crypto::create_keyrings(files_, file("root-private"), file("metadata")).value();
    if (phase == crypto::SigningPhase::signing) remove_cut_off();
  }

  StoreKeys load() const {
    StoreKeys keys;
    keys.root_public = shared(crypto::RootPublicKeyring::load(file("root-public")));
    keys.metadata = shared(crypto::MetadataKeyring::load(file("metadata")));
    keys.root_private = shared(crypto::RootPrivateKeyring::load(file("root-private")));
    keys.root_signing = half(crypto::SigningRole::root);
    keys.audit_api = half(crypto::SigningRole::api);
    keys.audit_tools = half(crypto::SigningRole::tools);
    keys.audit_operator = half(crypto::SigningRole::operators);
    return keys;
  }

  crypto::KeyId add(KeyKind kind) {
    auto edit = open(kind);
    const crypto::KeyId id = edit.add().value();
    edit.apply().value();
    return id;
  }
  void promote(KeyKind kind, const crypto::KeyId& id) {
    auto edit = open(kind);
    edit.promote(id).value();
    edit.apply().value();
  }
  void retire(KeyKind kind, const crypto::KeyId& id) {
    auto edit = open(kind);
    edit.retire(id).value();
    edit.apply().value();
  }
  /// The first addition makes all signing keys.
  crypto::KeyId add_signing() {
    auto edit = crypto::SigningEdit::open(files_).value();
    const crypto::KeyId id = edit.add(crypto::SigningRole::root).value();
    edit.apply().value();
    return id;
  }
  void promote_signing(const crypto::KeyId& id) {
    auto edit = crypto::SigningEdit::open(files_).value();
    edit.promote(id).value();
    edit.apply().value();
  }
  void set_cut_off(std::uint64_t sequence) {
    auto edit = crypto::SigningEdit::open(files_).value();
    edit.set_cut_off(sequence).value();
    edit.apply().value();
  }

 private:
  std::filesystem::path file(const char* name) const { return folder_.path() / name; }
  template <class Ring>
  static std::shared_ptr<const Ring> shared(crypto::KeyringResult<Ring> ring) {
    return std::make_shared<const Ring>(std::move(ring).value());
  }
  /// Null if there is no such ring.
  std::shared_ptr<const crypto::SigningKeyring> half(crypto::SigningRole role) const {
    if (!std::filesystem::exists(files_.of(role))) return nullptr;
    return shared(crypto::SigningKeyring::load(files_.of(role), role));
  }
  crypto::KeyringEdit open(KeyKind kind) const {
    return kind == KeyKind::root ? crypto::KeyringEdit::open_root(file("root-private"), file("root-public")).value()
                                 : crypto::KeyringEdit::open_metadata(file("metadata")).value();
  }
  void remove_cut_off() const {
    std::ostringstream text;
    std::ifstream ring(files_.root_public);
    for (std::string line; std::getline(ring, line);) {
      if (!line.starts_with("cut-off ")) text << line << '\n';
    }
    ring.close();
    std::filesystem::remove(files_.root_public);
    std::ofstream(files_.root_public) << text.str();
    BOOST_REQUIRE(::chmod(files_.root_public.c_str(), 0444) == 0);
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  crypto::SigningFiles files_{.root_public = folder_.path() / "root-public",
                              .root_signing = folder_.path() / "root-signing",
                              .audit_api = folder_.path() / "audit-api",
                              .audit_tools = folder_.path() / "audit-tools",
                              .audit_operator = folder_.path() / "audit-operator"};
};

/// The actors of the three planes.
inline AuditContext by_plane(const char* plane) {
  AuditContext context = who();
  context.plane = plane;
  return context;
}
inline AuditContext by_api_plane() { return by_plane("api"); }
inline AuditContext by_tool_plane() { return by_plane("tools"); }
inline AuditContext by_operator() { return by_plane("operator"); }

}  // namespace tacit::store::testing
