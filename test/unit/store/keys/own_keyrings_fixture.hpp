// Keyrings of one test, which changes them like an operator.
#pragma once

#include <boost/test/unit_test.hpp>

#include <memory>

#include "crypto/keyrings/keyring_edit.hpp"
#include "store/model/key_kind.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

class OwnKeyrings {
 public:
  OwnKeyrings() {
    BOOST_REQUIRE(crypto::create_root_keyrings(file("private"), file("public")));
    BOOST_REQUIRE(crypto::create_metadata_keyring(file("metadata")));
  }

  StoreKeys load() const {
    return {.root_public = load<crypto::RootPublicKeyring>("public"),
            .metadata = load<crypto::MetadataKeyring>("metadata"),
            .root_private = load<crypto::RootPrivateKeyring>("private")};
  }
  crypto::KeyId primary(KeyKind kind) const {
    const StoreKeys keys = load();
    return kind == KeyKind::root ? keys.root_public->primary().id : keys.metadata->primary().id;
  }
  crypto::KeyId add(KeyKind kind) {
    auto ring = edit(kind);
    const auto id = ring.add();
    BOOST_REQUIRE(id);
    BOOST_REQUIRE(ring.apply());
    return *id;
  }
  void promote(KeyKind kind, const crypto::KeyId& id) {
    auto ring = edit(kind);
    BOOST_REQUIRE(ring.promote(id));
    BOOST_REQUIRE(ring.apply());
  }
  void retire(KeyKind kind, const crypto::KeyId& id) {
    auto ring = edit(kind);
    BOOST_REQUIRE(ring.retire(id));
    BOOST_REQUIRE(ring.apply());
  }

 private:
  std::filesystem::path file(const char* name) const { return folder_.path() / name; }
  template <class Ring>
  std::shared_ptr<const Ring> load(const char* name) const {
    auto ring = Ring::load(file(name));
    BOOST_REQUIRE_MESSAGE(ring, ring.error().message);
    return std::make_shared<const Ring>(std::move(*ring));
  }
  crypto::KeyringEdit edit(KeyKind kind) {
    auto ring = kind == KeyKind::root ? crypto::KeyringEdit::open_root(file("private"), file("public"))
                                      : crypto::KeyringEdit::open_metadata(file("metadata"));
    BOOST_REQUIRE_MESSAGE(ring, ring.error().message);
    return std::move(*ring);
  }

  TemporaryFolder folder_ = TemporaryFolder::in_memory();
};

}  // namespace tacit::store::testing
