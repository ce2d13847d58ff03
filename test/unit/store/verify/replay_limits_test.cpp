// What the log's entries say of a tenant's quota and limits.
#include "store/verify/replay_limits.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit::store;

namespace {

using Texts = std::vector<std::string>;

void expect(const Texts& found, const Texts& expected) {
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

constexpr std::uint32_t format = 3;

TenantLimits all_own() {
  return {.requests_per_second = 1, .request_burst = 2, .api_keys = 3, .secrets = 4, .strict_binding = false};
}

Texts all_differ() {
  return {"limit of requests per second differs from the last limits.set in the audit log",
          "limit of a burst of requests differs from the last limits.set in the audit log",
          "limit of API keys differs from the last limits.set in the audit log",
          "limit of secrets differs from the last limits.set in the audit log",
          "strict binding differs from the last limits.set in the audit log"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_limits)

BOOST_AUTO_TEST_CASE(settings_that_the_log_does_not_say_are_not_judged) {
  expect(ReplayLimits().differences(all_own(), 5, format), {});
}

BOOST_AUTO_TEST_CASE(each_setting_is_compared) {
  ReplayLimits log;
  log.limits_set("requests_per_second=1 request_burst=2 api_keys=3 secrets=4 strict_binding=off");
  log.quota_set("5");
  expect(log.differences(all_own(), 5, format), {});
  expect(log.differences({}, 5, format), all_differ());
  expect(log.differences(all_own(), 6, format), {"quota differs from the last quota.set in the audit log"});
  expect(log.differences(all_own(), {}, format), {"quota differs from the last quota.set in the audit log"});
  TenantLimits other = all_own();
  other.secrets = 40;
  expect(log.differences(other, 5, format), {all_differ().at(3)});
}

BOOST_AUTO_TEST_CASE(a_default_is_no_setting_of_the_tenant) {
  ReplayLimits log;
  log.limits_set(
      "requests_per_second=default request_burst=default api_keys=default secrets=default "
      "strict_binding=default");
  log.quota_set("default");
  expect(log.differences({}, {}, format), {});
  expect(log.differences(all_own(), {}, format), all_differ());
  ReplayLimits erased;
  erased.quota_set("5");
  erased.set_defaults();
  expect(erased.differences({}, {}, format), {});
}

BOOST_AUTO_TEST_CASE(entries_of_older_builds_lack_later_settings) {
  ReplayLimits log;
  log.limits_set("requests_per_second=1 request_burst=2 api_keys=3");
  TenantLimits first = all_own();
  first.secrets.reset();
  first.strict_binding.reset();
  expect(log.differences(first, 5, format), {});
  // Records of older formats have no place for strict binding.
  log.limits_set("requests_per_second=1 request_burst=2 api_keys=3 strict_binding=on");
  expect(log.differences(first, 5, format - 1), {});
}

BOOST_AUTO_TEST_CASE(a_figure_that_cannot_be_read_is_not_judged) {
  ReplayLimits log;
  log.limits_set(
      "requests_per_second=many request_burst=2x api_keys=-3 secrets=99999999999999999999 "
      "strict_binding=default");
  log.quota_set("5M");
  TenantLimits own = all_own();
  own.strict_binding.reset();
  expect(log.differences(own, 5, format), {});
}

BOOST_AUTO_TEST_SUITE_END()
