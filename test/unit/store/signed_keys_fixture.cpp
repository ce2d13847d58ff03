#include "test/unit/store/signed_keys_fixture.hpp"

#include <sys/stat.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "store/rows/signed_memory.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store::testing {
namespace {

/// The files of a new deployment.
struct Files {
  TemporaryFolder folder = TemporaryFolder::in_memory();
  crypto::SigningFiles signing{.root_public = folder.path() / "root-public",
                               .root_signing = folder.path() / "root-signing",
                               .audit_api = folder.path() / "audit-api",
                               .audit_tools = folder.path() / "audit-tools",
                               .audit_operator = folder.path() / "audit-operator"};

  Files() { crypto::create_keyrings(signing, folder.path() / "root-private", folder.path() / "metadata").value(); }

  StoreKeys load() const {
    StoreKeys keys;
    keys.root_public = shared(crypto::RootPublicKeyring::load(signing.root_public));
    keys.metadata = shared(crypto::MetadataKeyring::load(folder.path() / "metadata"));
    keys.root_private = shared(crypto::RootPrivateKeyring::load(folder.path() / "root-private"));
    const auto half = [&](crypto::SigningRole role) {
      return shared(crypto::SigningKeyring::load(signing.of(role), role));
    };
    keys.root_signing = half(crypto::SigningRole::root);
    keys.audit_api = half(crypto::SigningRole::api);
    keys.audit_tools = half(crypto::SigningRole::tools);
    keys.audit_operator = half(crypto::SigningRole::operators);
    return keys;
  }

  /// Takes the lines of a later phase out of the public ring.
  void go_back_to(crypto::SigningPhase phase) const {
    std::ostringstream text;
    std::ifstream ring(signing.root_public);
    for (std::string line; std::getline(ring, line);) {
      if (line.starts_with("cut-off ") && phase != crypto::SigningPhase::required) continue;
      const std::size_t state = line.find(" primary ");
      if (line.starts_with("sign root ") && phase == crypto::SigningPhase::none) line.replace(state, 9, " active ");
      text << line << '\n';
    }
    ring.close();
    std::filesystem::remove(signing.root_public);
    std::ofstream(signing.root_public) << text.str();
    if (::chmod(signing.root_public.c_str(), 0444) != 0) throw std::runtime_error("cannot change a mode");
  }

 private:
  template <class Ring>
  static std::shared_ptr<const Ring> shared(crypto::KeyringResult<Ring> ring) {
    return std::make_shared<const Ring>(std::move(ring).value());
  }
};

std::map<crypto::SigningPhase, StoreKeys> make_phases() {
  using enum crypto::SigningPhase;
  const Files files;
  std::map<crypto::SigningPhase, StoreKeys> phases;
  for (const crypto::SigningPhase phase : {required, signing, none}) {
    files.go_back_to(phase);
    phases.emplace(phase, files.load());
  }
  return phases;
}

}  // namespace

StoreKeys keys_of_phase(crypto::SigningPhase phase) {
  static const std::map<crypto::SigningPhase, StoreKeys> phases = make_phases();
  return phases.at(phase);
}

StoreKeys keys_of_another_deployment() {
  static const StoreKeys keys = Files().load();
  return keys;
}

StoreKeys with_memory(StoreKeys keys) {
  keys.memory = std::make_shared<SignedMemory>();
  return keys;
}

crypto::TenantKey certified_key(std::int64_t made) {
  const StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
  return crypto::make_certified_key(*keys.root_public, *keys.root_signer(), keys.store(), made);
}

StoreFixtureOptions signed_store() {
  StoreFixtureOptions options;
  options.keys = keys_of_phase(crypto::SigningPhase::required);
  options.new_format = store_format;
  return options;
}

}  // namespace tacit::store::testing
