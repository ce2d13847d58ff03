// Rules under concurrency: clients of all hosts at once lose nothing that was acknowledged, and no rule is broken, also
// if the engine fails in their midst.
#include <boost/test/unit_test.hpp>

#include <random>
#include <set>
#include <thread>

#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"
#include "test/unit/store/contract/fake_engine_fixture.hpp"

namespace tacit::store::testing {
namespace {

/// Creates, changes, reads, releases and deletes at random. Secrets of a name of its own are its alone, so that it
/// knows what must be there; others collide with those of other clients.
class ContractClient {
 public:
  ContractClient(Store& store, unsigned number) : store_(store), number_(number), random_(number) {}

  void run(int steps) {
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, work(steps), [this](std::exception_ptr error) { threw_ = error != nullptr; });
    context.run();
  }
  bool threw() const { return threw_; }
  int unexpected() const { return unexpected_; }
  /// Acknowledged, and not deleted since, as far as it knows.
  const std::set<crypto::Uuid>& kept() const { return kept_; }

 private:
  boost::asio::awaitable<void> work(int steps) {
    for (int i = 0; i < steps; ++i) {
      const unsigned kind = static_cast<unsigned>(random_() % 8);
      if (kind < 3 || kept_.empty()) {
        co_await create(i);
      } else if (kind < 5) {
        co_await update();
      } else if (kind == 5) {
        co_await remove();
      } else if (kind == 6) {
        co_await resolve();
      } else {
        co_await read();
      }
    }
  }
  boost::asio::awaitable<void> create(int step) {
    const bool own = random_() % 2 == 0;
    const std::string own_name = std::to_string(number_) + "." + std::to_string(step);
    NewSecret secret = new_secret(own ? own_name : "common " + std::to_string(random_() % 8), "value value");
    if (random_() % 2 == 0) {
      secret.tool_name = "tool" + std::to_string(random_() % 3);
      secret.tool_arg = "key";
      secret.is_default_for_tool = random_() % 2 == 0;
    }
    const auto made = co_await store_.secrets().create(tenant_id(1), std::move(secret), who());
    note(made);
    if (made) kept_.insert(made->secret.id);
  }
  boost::asio::awaitable<void> update() {
    const crypto::Uuid id = pick();
    SecretUpdate update;
    if (random_() % 2 == 0) update.value.emplace().append("another value " + std::to_string(random_()));
    if (random_() % 2 == 0) update.name = "common " + std::to_string(random_() % 8);
    const auto changed = co_await store_.secrets().update(tenant_id(1), id, std::move(update), who());
    note(changed);
  }
  boost::asio::awaitable<void> remove() {
    const crypto::Uuid id = pick();
    kept_.erase(id);  // if this fails, it is not known whether it is there
    const auto removed = co_await store_.secrets().remove(tenant_id(1), id, who());
    note(removed);
  }
  boost::asio::awaitable<void> read() {
    const crypto::Uuid id = pick();
    const auto found = co_await store_.secrets().get(tenant_id(1), id, who());
    note(found);
    if (!found && found.error().code == Errc::not_found) ++unexpected_;  // it was acknowledged
    ListQuery query;
    query.limit = 5;
    const auto listed = co_await store_.secrets().list(tenant_id(1), std::move(query), who());
    note(listed);
  }
  boost::asio::awaitable<void> resolve() {
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = "tool" + std::to_string(random_() % 3);
    const auto values = co_await resolve_values(store_, std::move(query), tool_context());
    note(values);
    if (values && values->size() > 1) ++unexpected_;  // one default for the argument
  }
  crypto::Uuid pick() {
    auto at = kept_.begin();
    std::advance(at, random_() % kept_.size());
    return *at;
  }

  template <class T>
  void note(const Outcome<T>& outcome) {
    if (outcome) return;
    switch (outcome.error().code) {
      case Errc::not_found:
      case Errc::name_taken:
      case Errc::default_taken:
      case Errc::conflict:
      case Errc::unavailable:
        return;
      default:
        ++unexpected_;
    }
  }

  Store& store_;
  const unsigned number_;
  std::mt19937 random_;
  std::set<crypto::Uuid> kept_;
  bool threw_ = false;
  int unexpected_ = 0;
};

void run_clients(ContractStore& it, int steps) {
  std::vector<ContractClient> clients;
  for (unsigned i = 0; i < 6; ++i) clients.emplace_back(i % 2 == 0 ? it.store() : it.other(), i + 1);
  std::vector<std::thread> threads;
  for (ContractClient& client : clients) threads.emplace_back([&client, steps] { client.run(steps); });
  for (std::thread& thread : threads) thread.join();
  if (FakeDatabase* const fake = it.fake()) fake->set_faults({});
  std::set<std::string> names;
  std::set<crypto::Uuid> present;
  const auto all = it.wait(it.other().secrets().list(tenant_id(1), {}, who()));
  BOOST_REQUIRE(all);
  for (const SecretInfo& secret : all->secrets) {
    present.insert(secret.id);
    BOOST_TEST(names.insert(secret.name).second);
  }
  for (const ContractClient& client : clients) {
    BOOST_TEST(!client.threw());
    BOOST_TEST(client.unexpected() == 0);
    for (const crypto::Uuid& id : client.kept()) BOOST_TEST(present.contains(id), id.str() << " was acknowledged");
  }
  const auto quota = it.wait(it.store().tenants().quota(tenant_id(1), who()));
  BOOST_REQUIRE(quota);
  BOOST_TEST(quota->count == all->secrets.size());
  it.check();  // also compares the quota with the sum
}

void clients_of_all_hosts_lose_nothing(ContractStore& it) { run_clients(it, 40); }

void an_engine_that_fails_breaks_no_rule(ContractStore& it) {
  FakeDatabase* const fake = it.fake();
  if (fake == nullptr) return;
  FakeFaults faults;
  faults.failed_reads = 1;
  faults.lost_commits = 5;
  faults.doubtful_commits = 5;
  fake->set_faults(faults);
  run_clients(it, 40);
}

void one_of_many_gets_a_name(ContractStore& it) {
  std::atomic<int> made{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    Store& host = i % 2 == 0 ? it.store() : it.other();
    threads.emplace_back([&] {
      const auto outcome = it.wait(host.secrets().create(tenant_id(1), new_default("a", "tool", "key"), who()));
      ++(outcome ? made : refused);
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(made.load() == 1);
  BOOST_TEST(refused.load() == 5);
  it.check();
}

}  // namespace

std::vector<ContractRule> concurrency_rules() {
  return {
      {"clients_of_all_hosts_lose_nothing", clients_of_all_hosts_lose_nothing},
      {"an_engine_that_fails_breaks_no_rule", an_engine_that_fails_breaks_no_rule},
      {"one_of_many_gets_a_name", one_of_many_gets_a_name},
  };
}

}  // namespace tacit::store::testing
