// A store moves from LMDB to etcd and back, by backups: rows, audit chains and anchors stay valid at each step.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/backup/restore.hpp"
#include "store/backup/restore_rows.hpp"
#include "store/backup/shared_backup.hpp"
#include "store/engine/context.hpp"
#include "store/etcd/open/etcd_loader.hpp"
#include "store/keys/prekeys.hpp"
#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
namespace etcd = tacit::store::etcd;
namespace fs = std::filesystem;

namespace {

StoreKeys required_keys() { return keys_of_phase(crypto::SigningPhase::required); }

AuditContext of_plane(std::string plane) {
  AuditContext context = who();
  context.plane = std::move(plane);
  return context;
}

ByteSource source_of(const Bytes& bytes) {
  auto at = std::make_shared<std::size_t>(0);
  return [&bytes, at](std::span<std::uint8_t> out) -> std::ptrdiff_t {
    const std::size_t size = std::min(out.size(), bytes.size() - *at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(*at), size, out.begin());
    *at += size;
    return static_cast<std::ptrdiff_t>(size);
  };
}

/// Embedded at first. It is used, and checked, wherever it is.
struct MovingStore : StoreFixture {
  MovingStore() : StoreFixture(signed_store()) {
    BOOST_REQUIRE(wait(store().prekeys().add(8)));
    fs::create_directory(scratch());
  }
  fs::path scratch() const { return folder() / "scratch"; }

  static std::string value_of(const std::string& name) { return "the value of " + name; }

  /// Changes secrets and API keys of two tenants.
  void use(Store& host, const std::string& step) {
    for (std::uint8_t tenant = 1; tenant <= 2; ++tenant) {
      const std::string name = step + " " + std::to_string(tenant);
      const std::string tool = "tool " + name;
      BOOST_REQUIRE(wait(host.secrets().create(tenant_id(tenant), new_default(name, tool, "key", "first"), who())));
      const auto gone = wait(host.secrets().create(tenant_id(tenant), new_secret(name + " gone"), who()));
      BOOST_REQUIRE(gone);
      BOOST_REQUIRE(wait(host.secrets().remove(tenant_id(tenant), gone->id, who())));
      const auto all = wait(host.secrets().list(tenant_id(tenant), {}, who()));
      BOOST_REQUIRE(all);
      const auto made = std::ranges::find(all->secrets, name, &SecretInfo::name);
      BOOST_REQUIRE((made != all->secrets.end()));
      SecretUpdate update;
      update.value.emplace().append(value_of(name));
      BOOST_REQUIRE(wait(host.secrets().update(tenant_id(tenant), made->id, std::move(update), who())));
      names.emplace_back(tenant, name);
      ResolveQuery query;
      query.tenant = tenant_id(tenant);
      query.tool_name = tool;
      BOOST_REQUIRE(wait(resolve_values(host, std::move(query), of_plane("tools"))));
      BOOST_REQUIRE(wait(host.releases().store_uses()));
      ChangeTerms terms;
      terms.idempotency.emplace().key.append(name);
      NewSecret once = new_secret(name + " once");
      BOOST_REQUIRE(wait(host.secrets().create(tenant_id(tenant), std::move(once), who(), std::move(terms))));
    }
    const std::string key = numbered(static_cast<int>(names.size()));
    BOOST_REQUIRE(wait(host.api_keys().add(some_api_key(key), who())));
    api_keys.push_back(key);
  }

  /// Everything that was ever stored is there, and nothing is wrong with it or with the log.
  void check(Store& host) {
    for (const auto& [tenant, name] : names) {
      ResolveQuery query;
      query.tenant = tenant_id(tenant);
      query.tool_name = "tool " + name;
      const auto values = wait(resolve_values(host, std::move(query), of_plane("tools")));
      BOOST_REQUIRE(values);
      BOOST_REQUIRE(values->size() == 1U);
      BOOST_TEST(text_of(values->front().value) == value_of(name));
    }
    for (const std::string& key : api_keys) BOOST_TEST(wait(host.api_keys().find(key)).has_value());
    for (const auto& [tenant, name] : names) check_beside(host, tenant, name);
    check_rows(host);
  }
  /// What is stored beside a secret: its previous value, which comes back and goes again, its uses, and the key of a
  /// request.
  void check_beside(Store& host, std::uint8_t tenant, const std::string& name) {
    const auto all = wait(host.secrets().list(tenant_id(tenant), {}, who()));
    BOOST_REQUIRE(all);
    const auto made = std::ranges::find(all->secrets, name, &SecretInfo::name);
    BOOST_REQUIRE((made != all->secrets.end()));
    for (int i = 0; i < 2; ++i) {
      const auto versions = wait(host.secrets().versions(tenant_id(tenant), made->id, who()));
      BOOST_REQUIRE(versions);
      BOOST_REQUIRE(versions->size() == 2U);
      const auto back = wait(host.secrets().rollback(tenant_id(tenant), made->id, versions->back().number, who()));
      BOOST_REQUIRE_MESSAGE(back, back.error().subject);
    }
    const auto uses = wait(host.releases().uses(tenant_id(tenant), made->id, {}, who()));
    BOOST_REQUIRE_MESSAGE(uses, uses.error().subject);
    BOOST_TEST(!uses->uses.empty());
    ChangeTerms terms;
    terms.idempotency.emplace().key.append(name);
    const auto again = wait<ChangedSecret>(
        host.secrets().create(tenant_id(tenant), new_secret(name + " once"), who(), std::move(terms)));
    BOOST_REQUIRE_MESSAGE(again, again.error().subject);
    BOOST_TEST(again->replayed);
  }
  void check_rows(Store& host) {
    const auto report = verify_store(host, {});
    BOOST_REQUIRE(report);
    for (const std::string& problem : report->problems) BOOST_TEST_ERROR("verify: " << problem);
    for (const AuditAnchor& anchor : anchors) {
      const auto log = host.audit().verify(anchor, {});
      BOOST_REQUIRE(log);
      for (const std::string& problem : log->problems) BOOST_TEST_ERROR("audit verify: " << problem);
    }
  }
  /// Later logs must continue this one.
  void note_anchor(Store& host) {
    auto heads = host.audit().heads();
    BOOST_REQUIRE(heads);
    anchors.emplace_back().marks = std::move(*heads);
  }

  Bytes back_up(Engine& from) {
    Bytes bytes;
    const auto size = write_shared_backup(from, scratch(),
                                          [&bytes](ByteView part) {
                                            bytes.insert(bytes.end(), part.begin(), part.end());
                                            return true;
                                          },
                                          {});
    BOOST_REQUIRE_MESSAGE(size, size.error().subject);
    return bytes;
  }
  void restore_to(etcd::FakeCluster& cluster, const Bytes& backup) {
    EtcdOptions options;
    options.write_deadline = std::chrono::seconds(10);
    const auto loader = etcd::EtcdLoader::open(cluster.client(), options);
    BOOST_REQUIRE_MESSAGE(loader, loader.error().subject);
    const auto restored = restore_to_engine(scratch(), **loader, required_keys(), source_of(backup), {}, {});
    BOOST_REQUIRE_MESSAGE(restored, restored.error().subject);
  }
  std::unique_ptr<Store> open_on(etcd::FakeCluster& cluster, std::uint16_t slot) {
    auto store = Store::open(store_options(), required_keys(), etcd::testing::engine_on(cluster, {.slot = slot}));
    BOOST_REQUIRE_MESSAGE(store, store.error().subject);
    return std::move(*store);
  }
  std::unique_ptr<Store> restore_to_folder(const std::string& name, const Bytes& backup) {
    StoreOptions options = store_options();
    options.directory = folder() / name;
    const auto restored = restore(options.directory, required_keys(), source_of(backup), {});
    BOOST_REQUIRE_MESSAGE(restored, restored.error().subject);
    auto store = Store::open(options, required_keys());
    BOOST_REQUIRE_MESSAGE(store, store.error().subject);
    return std::move(*store);
  }

  std::vector<std::pair<std::uint8_t, std::string>> names;
  std::vector<std::string> api_keys;
  std::vector<AuditAnchor> anchors;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(moved_store)

BOOST_FIXTURE_TEST_CASE(from_lmdb_to_etcd_and_back_and_to_etcd_again, MovingStore) {
  use(store(), "embedded");
  check(store());
  note_anchor(store());
  const Bytes embedded = back_up(engine());
  close();

  etcd::FakeCluster cluster;
  restore_to(cluster, embedded);
  Bytes shared;
  {
    const auto one = open_on(cluster, 1);
    const auto two = open_on(cluster, 2);
    check(*one);
    use(*one, "first host");
    use(*two, "second host");
    check(*two);
    note_anchor(*one);
    shared = back_up(*two->context()->engine);
  }

  Bytes embedded_again;
  {
    const auto back = restore_to_folder("back", shared);
    check(*back);
    use(*back, "embedded again");
    check(*back);
    const auto heads = back->audit().heads();
    BOOST_REQUIRE(heads);
    BOOST_TEST(heads->size() == 3U);  // its own, and those of the hosts
    note_anchor(*back);
    embedded_again = back_up(*back->context()->engine);
  }

  etcd::FakeCluster other(2);
  restore_to(other, embedded_again);
  const auto last = open_on(other, 1);
  check(*last);
  use(*last, "last");
  check(*last);
}

BOOST_AUTO_TEST_SUITE_END()
