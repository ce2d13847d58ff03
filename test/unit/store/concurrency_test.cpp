// Threads and coroutines that use one store at once lose no write and see no partial one.
#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>

#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// A client that creates, changes, reads, resolves and deletes at random, concurrently with others.
class Client {
 public:
  Client(Store& store, unsigned seed) : store_(store), random_(seed) {}

  void run(int steps) {
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, work(steps), [this](std::exception_ptr error) { threw_ = error != nullptr; });
    context.run();
  }
  bool ok() const { return !threw_ && unexpected_ == 0; }

 private:
  boost::asio::awaitable<void> work(int steps) {
    for (int i = 0; i < steps; ++i) {
      const unsigned kind = random_() % 8;
      if (ids_.empty() || kind < 3) {
        co_await create();
      } else if (kind < 5) {
        co_await update();
      } else if (kind == 5) {
        co_await remove();
      } else if (kind == 6) {
        co_await read();
      } else {
        co_await resolve();
      }
    }
  }
  boost::asio::awaitable<void> create() {
    // Names and bindings collide across the clients.
    NewSecret secret = new_secret("name " + std::to_string(random_() % 60), "value value value");
    if (random_() % 2 == 0) {
      secret.tool_name = "tool" + std::to_string(random_() % 4) + (random_() % 2 == 0 ? "__*" : "");
      secret.tool_arg = "key";
      secret.is_default_for_tool = random_() % 2 == 0;
    }
    const auto tenant = tenant_id(static_cast<std::uint8_t>(1 + random_() % 3));
    const auto made = co_await store_.secrets().create(tenant, std::move(secret), who());
    if (made) ids_.emplace_back(tenant, made->secret.id);
    note(made);
  }
  boost::asio::awaitable<void> update() {
    const auto [tenant, id] = pick();
    SecretUpdate update;
    if (random_() % 2 == 0) update.value.emplace().append("another value " + std::to_string(random_()));
    if (random_() % 2 == 0) update.name = "name " + std::to_string(random_() % 60);
    if (random_() % 3 == 0) update.tool_name.kind = FieldChange::Kind::clear;
    note(co_await store_.secrets().update(tenant, id, std::move(update), who()));
  }
  boost::asio::awaitable<void> remove() {
    const auto [tenant, id] = pick();
    note(co_await store_.secrets().remove(tenant, id, who()));
  }
  boost::asio::awaitable<void> read() {
    const auto [tenant, id] = pick();
    note(co_await store_.secrets().get(tenant, id, who()));
    ListQuery query;
    query.limit = 5;
    note(co_await store_.secrets().list(tenant, std::move(query), who()));
  }
  boost::asio::awaitable<void> resolve() {
    ResolveQuery query;
    query.tenant = pick().first;
    query.tool_name = "tool" + std::to_string(random_() % 4) + "__x";
    note(co_await resolve_values(store_, std::move(query), who()));
  }
  std::pair<tacit::crypto::Uuid, tacit::crypto::Uuid> pick() { return ids_[random_() % ids_.size()]; }

  template <class T>
  void note(const Outcome<T>& outcome) {
    if (outcome) return;
    switch (outcome.error().code) {
      case Errc::not_found:
      case Errc::name_taken:
      case Errc::default_taken:
      case Errc::default_unbound:
      case Errc::conflict:
        return;
      default:
        ++unexpected_;
    }
  }

  Store& store_;
  std::mt19937 random_;
  std::vector<std::pair<tacit::crypto::Uuid, tacit::crypto::Uuid>> ids_;
  bool threw_ = false;
  int unexpected_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(concurrency)

BOOST_AUTO_TEST_CASE(eight_threads_leave_a_whole_store) {
  StoreFixture fixture;
  std::vector<Client> clients;
  for (unsigned i = 0; i < 8; ++i) clients.emplace_back(fixture.store(), i + 1);
  std::vector<std::thread> threads;
  for (Client& client : clients) threads.emplace_back([&client] { client.run(150); });
  // A live store is verified while it changes.
  for (int i = 0; i < 3; ++i) BOOST_TEST(fixture.verify().problem_count == 0U);
  for (std::thread& thread : threads) thread.join();
  for (const Client& client : clients) BOOST_TEST(client.ok());
  const VerifyReport report = fixture.verify();
  for (const std::string& problem : report.problems) BOOST_TEST_MESSAGE(problem);
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.secrets > 10U);
  BOOST_TEST(report.values_opened == report.secrets);
}

BOOST_AUTO_TEST_CASE(many_coroutines_of_one_thread) {
  StoreFixture fixture;
  boost::asio::io_context context(1);
  int made = 0;
  for (int i = 0; i < 500; ++i) {
    boost::asio::co_spawn(
        context, fixture.store().secrets().create(tenant_id(1), new_secret(std::to_string(i)), who()),
        [&](std::exception_ptr error, const Outcome<ChangedSecret>& outcome) { made += !error && outcome ? 1 : 0; });
  }
  context.run();
  BOOST_TEST(made == 500);
  BOOST_TEST(fixture.wait(fixture.store().tenants().quota(tenant_id(1), who()))->count == 500U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(concurrent_updates_all_succeed_and_the_last_stays) {
  StoreFixture fixture;
  const auto made =
      fixture.wait(fixture.store().secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
  BOOST_REQUIRE(made);
  boost::asio::io_context context(1);
  std::int64_t newest = 0;
  std::string mask_of_newest;
  int changed = 0;
  for (int i = 0; i < 40; ++i) {
    SecretUpdate update;
    update.value.emplace().append(std::to_string(1000 + i) + " value " + std::to_string(1000 + i));
    boost::asio::co_spawn(context, fixture.store().secrets().update(tenant_id(1), made->id, std::move(update), who()),
                          [&](std::exception_ptr error, const Outcome<ChangedSecret>& outcome) {
                            if (error || !outcome) return;
                            ++changed;
                            if (outcome->secret.updated_at < newest) return;
                            newest = outcome->secret.updated_at;
                            mask_of_newest = *outcome->secret.display;
                          });
  }
  context.run();
  BOOST_TEST(changed == 40);
  const auto stored = fixture.wait(fixture.store().secrets().get(tenant_id(1), made->id, who()));
  BOOST_REQUIRE(stored);
  BOOST_TEST(stored->updated_at == newest);
  BOOST_TEST(*stored->display == mask_of_newest);
  BOOST_TEST(fixture.audit().size() == 41U);
  const VerifyReport report = fixture.verify();
  BOOST_TEST(report.problem_count == 0U);
  BOOST_TEST(report.values_opened == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
