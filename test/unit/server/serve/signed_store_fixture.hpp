// A signed store of format 3 without prekeys, open as on the tool plane.
#pragma once

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "crypto/keyrings/signing_edit.hpp"
#include "store/rows/store_meta.hpp"
#include "store/store.hpp"
#include "test/temporary_folder.hpp"

namespace tacit::test {

struct SignedStore {
  SignedStore() {
    const crypto::SigningFiles files{.root_public = file("root-public"),
                                     .root_signing = file("root-signing"),
                                     .audit_api = file("audit-api"),
                                     .audit_tools = file("audit-tools"),
                                     .audit_operator = file("audit-operator")};
    crypto::create_keyrings(files, file("root-private"), file("metadata")).value();
    store::StoreKeys keys;
    keys.root_public = shared(crypto::RootPublicKeyring::load(files.root_public));
    keys.metadata = shared(crypto::MetadataKeyring::load(file("metadata")));
    keys.root_signing = shared(crypto::SigningKeyring::load(files.root_signing, crypto::SigningRole::root));
    keys.audit_tools = shared(crypto::SigningKeyring::load(files.audit_tools, crypto::SigningRole::tools));
    store::StoreOptions options;
    options.directory = file("store");
    options.map_size = std::uint64_t{16} << 20;
    options.new_format = store::store_format;
    BOOST_REQUIRE(store::Store::create(options, keys));
    auto opened = store::Store::open(options, keys);
    BOOST_REQUIRE(opened);
    store = std::move(*opened);
  }
  std::filesystem::path file(const char* name) const { return folder.path() / name; }
  template <class Ring>
  static std::shared_ptr<const Ring> shared(crypto::KeyringResult<Ring> ring) {
    return std::make_shared<const Ring>(std::move(ring).value());
  }

  TemporaryFolder folder;
  std::unique_ptr<store::Store> store;
};

/// Waits up to half a minute.
inline bool comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace tacit::test
