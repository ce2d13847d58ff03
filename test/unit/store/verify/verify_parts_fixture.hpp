// The parts of verify without a store: rows go in, findings come out.
#pragma once

#include <boost/test/unit_test.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keyrings/signing_edit.hpp"
#include "store/engine/context.hpp"
#include "store/rows/store_meta.hpp"
#include "store/verify/verify_keys.hpp"
#include "store/verify/verify_log.hpp"
#include "store/verify/verify_meta.hpp"
#include "store/verify/verify_tenant.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

namespace tacit::store::testing {

using Texts = std::vector<std::string>;

inline std::string row_text(ByteView bytes) { return std::string(crypto::as_text(bytes)); }
inline Row row_of(const std::pair<const std::string, std::string>& row) {
  return {.key = crypto::as_bytes(row.first), .value = crypto::as_bytes(row.second)};
}

inline void expect(const Texts& found, const Texts& expected) {
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

inline StoreContext context_of(StoreKeys keys) {
  StoreContext context;
  context.keys = std::move(keys);
  return context;
}

/// All parts, for one run.
struct VerifyParts {
  explicit VerifyParts(StoreKeys given = keys_of_phase(crypto::SigningPhase::required))
      : store(context_of(std::move(given))) {}

  StoreContext store;  // complete before the parts, which keep references to what its keys have
  VerifyReport report;
  AuditReplay replay{report, 1};
  ApiKeyIndexCheck api_keys{report};
  KeyCheck pairs{store.keys, report};
  LogCheck log{store.keys.signers(), replay, report};
  UsesCheck uses{*store.keys.metadata, report};
  MetaCheck meta{store.keys, pairs, log, uses, report};
  const TenantCheck::Parts tenants{
      .store = store, .replay = replay, .api_key_index = api_keys, .pairs = pairs, .uses = uses, .report = report};
};

/// Calls `judge` for each value that differs in one byte, is cut off or is longer.
inline void for_each_damage(const std::string& whole, const std::function<void(const std::string& value)>& judge) {
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    BOOST_TEST_CONTEXT("byte " << i) { judge(flipped); }
    BOOST_TEST_CONTEXT("cut to " << i) { judge(whole.substr(0, i)); }
  }
  for (const char added : {'\0', 'x'}) {
    BOOST_TEST_CONTEXT("longer") { judge(whole + added); }
  }
}

/// The keys of one deployment before and after its root signing key was replaced and retired.
struct RetiredSigner {
  StoreKeys before;
  StoreKeys after;
  crypto::KeyId old{};

  RetiredSigner() {
    const TemporaryFolder folder = TemporaryFolder::in_memory();
    const crypto::SigningFiles files{.root_public = folder.path() / "root-public",
                                     .root_signing = folder.path() / "root-signing",
                                     .audit_api = folder.path() / "audit-api",
                                     .audit_tools = folder.path() / "audit-tools",
                                     .audit_operator = folder.path() / "audit-operator"};
    crypto::create_keyrings(files, folder.path() / "root-private", folder.path() / "metadata").value();
    before = load(files, folder.path());
    old = before.root_signer()->id;
    crypto::KeyId fresh{};
    change(files, [&](crypto::SigningEdit& edit) { fresh = edit.add(crypto::SigningRole::root).value(); });
    change(files, [&](crypto::SigningEdit& edit) { edit.promote(fresh).value(); });
    change(files, [&](crypto::SigningEdit& edit) { edit.retire(old, 0).value(); });
    after = load(files, folder.path());
  }

 private:
  template <class Ring>
  static std::shared_ptr<const Ring> shared(crypto::KeyringResult<Ring> ring) {
    return std::make_shared<const Ring>(std::move(ring).value());
  }
  static StoreKeys load(const crypto::SigningFiles& files, const std::filesystem::path& folder) {
    StoreKeys keys;
    keys.root_public = shared(crypto::RootPublicKeyring::load(files.root_public));
    keys.metadata = shared(crypto::MetadataKeyring::load(folder / "metadata"));
    keys.root_private = shared(crypto::RootPrivateKeyring::load(folder / "root-private"));
    keys.root_signing = shared(crypto::SigningKeyring::load(files.root_signing, crypto::SigningRole::root));
    return keys;
  }
  template <class Change>
  static void change(const crypto::SigningFiles& files, Change how) {
    crypto::SigningEdit edit = crypto::SigningEdit::open(files).value();
    how(edit);
    edit.apply().value();
  }
};

inline std::string not_accepted(const crypto::KeyId& id) {
  return "is signed by the key " + crypto::to_hex(id) + ", which root-public-keyring does not accept";
}

}  // namespace tacit::store::testing
