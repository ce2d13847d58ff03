// Each tenant's share of the memory for buffers.
#include "http/chain/tenant_buffers.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

using namespace tacit;
using namespace tacit::http;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t limit = 16 * mebibyte;
constexpr std::size_t share = 2 * mebibyte;

crypto::Uuid tenant_of(std::uint8_t number) {
  crypto::Uuid tenant;
  tenant.bytes.fill(number);
  return tenant;
}

/// A tenant with another place than that of `other`.
crypto::Uuid tenant_apart_from(TenantBuffers& buffers, const crypto::Uuid& other) {
  TenantCharge charge(buffers);
  charge.set(other, share);
  std::uint8_t number = 100;
  while (buffers.lacks(tenant_of(number), 1, limit)) ++number;
  return tenant_of(number);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tenant_buffers)

BOOST_AUTO_TEST_CASE(connections_of_a_tenant_share_a_limit) {
  const auto buffers = std::make_unique<TenantBuffers>();
  const crypto::Uuid tenant = tenant_of(1);
  const crypto::Uuid other = tenant_apart_from(*buffers, tenant);
  BOOST_TEST(!buffers->lacks(tenant, share, limit));
  BOOST_TEST(buffers->lacks(tenant, share + 1, limit));
  std::vector<std::unique_ptr<TenantCharge>> charges;
  for (int i = 0; i < 4; ++i) {
    charges.push_back(std::make_unique<TenantCharge>(*buffers));
    charges.back()->set(tenant, share / 8);
    charges.back()->set(tenant, share / 4);
  }
  BOOST_TEST(buffers->lacks(tenant, 1, limit));
  BOOST_TEST(!buffers->lacks(other, share, limit));
  charges.front()->release();
  charges.front()->set(other, share / 2);
  BOOST_TEST(!buffers->lacks(tenant, share / 4, limit));
  BOOST_TEST(buffers->lacks(other, share / 2 + 1, limit));
  charges.clear();
  BOOST_TEST(!buffers->lacks(tenant, share, limit));
  BOOST_TEST(!buffers->lacks(other, share, limit));
}

BOOST_AUTO_TEST_CASE(small_messages_do_not_count) {
  const auto buffers = std::make_unique<TenantBuffers>();
  TenantCharge charge(*buffers);
  charge.set(tenant_of(1), TenantBuffers::uncounted);
  BOOST_TEST(!buffers->lacks(tenant_of(1), share, limit));
  charge.set(tenant_of(1), TenantBuffers::uncounted + 1);
  BOOST_TEST(buffers->lacks(tenant_of(1), share, limit));
  charge.set(tenant_of(1), TenantBuffers::uncounted);
  BOOST_TEST(!buffers->lacks(tenant_of(1), share, limit));
}

BOOST_AUTO_TEST_CASE(a_small_limit_leaves_room_for_some_requests) {
  BOOST_TEST(TenantBuffers::share_of(mebibyte) == mebibyte);
  BOOST_TEST(TenantBuffers::share_of(256 * mebibyte) == 32 * mebibyte);
}

BOOST_AUTO_TEST_SUITE_END()
