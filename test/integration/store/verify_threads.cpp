// `verify` uses all CPUs that it may use, and says the same as on one.
#include <sched.h>

#include <boost/json/array.hpp>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

/// Processes that this thread starts meanwhile may use its first CPU only.
class OneCpu {
 public:
  OneCpu() {
    BOOST_REQUIRE(::sched_getaffinity(0, sizeof before_, &before_) == 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &before_)) CPU_SET(cpu, &one);
    }
    BOOST_REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  }
  ~OneCpu() { ::sched_setaffinity(0, sizeof before_, &before_); }
  OneCpu(const OneCpu&) = delete;
  OneCpu& operator=(const OneCpu&) = delete;

 private:
  cpu_set_t before_{};
};

/// Two tenants with 64 secrets each.
void fill(const Deployment& deployment) {
  Server server(deployment);
  for (int t = 0; t < 2; ++t) {
    Tenant tenant(deployment, server);
    json::array secrets;
    for (int i = 0; i < 64; ++i) {
      const std::string n = std::to_string(i);
      secrets.push_back(json::object{{"secret_name", n}, {"secret_value", "value of " + n}, {"tool_name", "t" + n}});
    }
    REQUIRE_STATUS(tenant.api.post(secrets_path + "batch", {{"secrets", std::move(secrets)}}), 200);
  }
  BOOST_REQUIRE(server.stop() == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_threads)

BOOST_AUTO_TEST_CASE(several_threads_find_the_same_in_the_same_order_as_one) {
  const Deployment deployment{Settings{{"prekey-pool", "2"}}};
  fill(deployment);
  std::size_t at = 0;
  for (const Row& row : read_rows(deployment.store())) {
    if (row.table != "tenants" || ++at % 11 != 0) continue;
    std::string damaged = row.value + "x";
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    write_row(deployment.store(), row.table, row.key, at % 2 == 0 ? std::optional(damaged) : std::nullopt);
  }
  const Finished several = deployment.command({"verify"});
  BOOST_TEST(several.status == 1);
  BOOST_TEST(several.out.find("secrets        1") != std::string::npos);
  const OneCpu one_cpu;
  const Finished one = deployment.command({"verify"});
  BOOST_TEST(one.status == 1);
  BOOST_TEST(one.out == several.out);
}

BOOST_AUTO_TEST_SUITE_END()
