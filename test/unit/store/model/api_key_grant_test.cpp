// An API key gets no right and no lifetime beyond those of its creator.
#include <boost/test/unit_test.hpp>

#include "store/model/api_key_grant.hpp"

using namespace tacit::store;

namespace {

constexpr Scope see = Scope::secrets_read;
constexpr Scope change = Scope::secrets_write;
constexpr Scope manage = Scope::api_keys_manage;
using Expiry = std::optional<std::int64_t>;
constexpr Expiry never{};

ApiKey api_key(Scope scopes, Expiry expires_at = never) {
  ApiKey made;
  made.scopes = scopes;
  made.expires_at = expires_at;
  return made;
}

/// The refusal to make `after`, or to turn `before` into it.
std::optional<Errc> refused(const Authority& authority, const ApiKey& after) {
  const auto refusal = grant_refusal(authority, nullptr, after);
  if (!refusal) return std::nullopt;
  return refusal->code;
}
std::optional<Errc> refused(const Authority& authority, const ApiKey& before, const ApiKey& after) {
  const auto refusal = grant_refusal(authority, &before, after);
  if (!refusal) return std::nullopt;
  return refusal->code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_key_grant)

BOOST_AUTO_TEST_CASE(a_new_key_has_no_scope_that_its_creator_lacks) {
  BOOST_TEST(!refused({manage | see}, api_key(see)));
  BOOST_TEST(!refused({manage | see}, api_key(manage | see)));
  const auto refusal = grant_refusal({manage | see}, nullptr, api_key(see | change));
  BOOST_REQUIRE(refusal);
  BOOST_CHECK(refusal->code == Errc::scope_lacking);
  BOOST_CHECK(refusal->lacking == change);
  BOOST_CHECK(grant_refusal({manage}, nullptr, api_key(see | change))->lacking == (see | change));
}

BOOST_AUTO_TEST_CASE(a_credential_that_manages_keys_grants_the_use_of_tools_without_having_it) {
  BOOST_TEST(!refused({manage}, api_key(Scope::tools_use)));
  BOOST_TEST(!refused({manage}, api_key(Scope::tools_use), api_key(Scope::tools_use, 5)));
  BOOST_TEST(!refused({manage | see}, api_key(see), api_key(Scope::tools_use)));
  BOOST_CHECK(refused({manage}, api_key(see), api_key(Scope::tools_use)) == Errc::scope_lacking);
  BOOST_CHECK(refused({see | change}, api_key(Scope::tools_use)) == Errc::scope_lacking);
}

BOOST_AUTO_TEST_CASE(the_use_of_tools_stands_alone) {
  BOOST_TEST(can_combine(Scope::tools_use));
  BOOST_TEST(can_combine(api_scopes));
  BOOST_TEST(can_combine(Scope::none));
  for (const Scope other : {see, change, manage, api_scopes}) BOOST_TEST(!can_combine(Scope::tools_use | other));
}

BOOST_AUTO_TEST_CASE(a_new_key_does_not_outlive_its_creator) {
  const Authority ends{manage | see, 1000};
  BOOST_TEST(!refused(ends, api_key(see, 999)));
  BOOST_TEST(!refused(ends, api_key(see, 1000)));
  BOOST_CHECK(refused(ends, api_key(see, 1001)) == Errc::outlives);
  BOOST_CHECK(refused(ends, api_key(see)) == Errc::outlives);
  BOOST_TEST(!refused({manage | see}, api_key(see)));
}

BOOST_AUTO_TEST_CASE(greater_rights_of_a_key_stay) {
  const Authority authority{manage | see};
  BOOST_CHECK(refused(authority, api_key(see | change), api_key(see)) == Errc::scope_lacking);
  BOOST_CHECK(refused(authority, api_key(see | change), api_key(see | change, 5)) == Errc::scope_lacking);
  BOOST_TEST(!refused(authority, api_key(see | manage), api_key(see)));
  ApiKey renamed = api_key(see | change);
  renamed.name = "another";
  BOOST_TEST(!refused(authority, api_key(see | change), renamed));
}

BOOST_AUTO_TEST_CASE(gained_rights_do_not_outlive_their_giver) {
  const Authority ends{manage | see | change, 1000};
  // A longer time.
  BOOST_TEST(!refused(ends, api_key(see, 500), api_key(see, 1000)));
  BOOST_CHECK(refused(ends, api_key(see, 500), api_key(see, 1001)) == Errc::outlives);
  BOOST_CHECK(refused(ends, api_key(see, 500), api_key(see)) == Errc::outlives);
  // A scope, for longer than the credential has it.
  BOOST_CHECK(refused(ends, api_key(see), api_key(see | change)) == Errc::outlives);
  BOOST_CHECK(refused(ends, api_key(see, 2000), api_key(see | change, 2000)) == Errc::outlives);
  BOOST_TEST(!refused(ends, api_key(see, 2000), api_key(see | change, 1000)));
  // Permissions can always be removed.
  BOOST_TEST(!refused(ends, api_key(see | change), api_key(see)));
  BOOST_TEST(!refused(ends, api_key(see), api_key(see, 2000)));
  BOOST_TEST(!refused(ends, api_key(see, 3000), api_key(see, 2000)));
}

BOOST_AUTO_TEST_SUITE_END()
