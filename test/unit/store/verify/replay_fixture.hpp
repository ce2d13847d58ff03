// The replay of the audit log without a store: bodies and rows go in, findings come out.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ids/key_id.hpp"
#include "crypto/text/base64.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/verify/audit_replay.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

namespace tacit::store::testing::replay {

using Texts = std::vector<std::string>;

constexpr std::int64_t now = 1'700'000'000'000'000;
constexpr std::uint8_t all_planes = by_api | by_tools | by_operators;
inline const crypto::Uuid tenant = tenant_id(1);
inline const crypto::Uuid secret = tenant_id(9);
inline const std::string its_secret = "tenant " + tenant.str() + ": secret " + secret.str() + ": ";
inline const std::string the_secret = "secret " + secret.str() + " of tenant " + tenant.str();
inline const std::string changed_row =
    "its row is not the one of its last entry in the audit log: it was changed or put back without an entry";

inline crypto::Digest digest(std::uint8_t n) {
  crypto::Digest made{};
  made.fill(n);
  return made;
}

inline std::string base64(crypto::ByteView bytes) { return std::string(crypto::base64url_encode(bytes).text()); }
inline std::string quoted(const std::string& text) { return '"' + text + '"'; }
inline std::string row(std::uint8_t n) { return ",\"rows\":[" + quoted(base64(digest(n))) + "]"; }
inline std::string version(int n) { return ",\"versions\":[" + std::to_string(n) + "]"; }

inline std::string body(const std::string& plane, const std::string& action, const std::string& members,
                        const std::string& outcome = "ok") {
  return R"({"time":")" + rfc3339(now) + R"(","plane":")" + plane + R"(","actor":"x","action":")" + action +
         R"(","outcome":")" + outcome + '"' + members + '}';
}

inline std::string of_tenant() { return ",\"tenant\":" + quoted(tenant.str()); }
inline std::string of_secret() { return of_tenant() + ",\"secrets\":[" + quoted(secret.str()) + "]"; }
inline std::string reason(const std::string& text) { return ",\"reason\":" + quoted(text); }

inline std::string created(std::uint8_t n) { return body("api", "secret.create", of_secret() + row(n) + version(1)); }
inline std::string released(std::uint8_t n, int value) {
  return body("tools", "secret.release", of_secret() + row(n) + version(value));
}
inline std::string moved(std::uint8_t before, std::uint8_t after, const std::string& plane = "operator") {
  const std::string text =
      base64(tenant.view()) + base64(secret.view()) + base64(digest(before)) + base64(digest(after));
  return body(plane, "key.rewrap", reason("metadata 00: moved") + ",\"moved\":[" + quoted(text) + "]");
}

struct Replay {
  explicit Replay(std::optional<std::uint64_t> cut_off = 1) : replay(findings, cut_off) {}

  Replay& add(const std::string& entry, std::uint8_t signed_planes = all_planes) {
    replay.commit({.bodies = {entry}, .first = ++sequence, .signed_planes = signed_planes});
    return *this;
  }
  /// The findings after the secret's row was seen.
  Texts with_row(std::uint8_t n, std::int64_t updated_at = now) {
    replay.secret({tenant, secret, updated_at, digest(n)});
    replay.finish();
    return findings.problems;
  }
  Texts with_api_key(const ApiKey& key) {
    replay.api_key(key.id, &key);
    replay.finish();
    return findings.problems;
  }
  Texts with_record(const std::optional<crypto::TenantKey>& key, const TenantLimits& limits = {},
                    std::uint32_t format = 3, const std::optional<std::uint64_t>& quota = {}) {
    replay.tenant(tenant, key, limits, quota, format);
    return findings.problems;
  }
  Texts with_key_list(std::uint8_t n) {
    replay.key_list(digest(n));
    return findings.problems;
  }

  Findings findings;
  AuditReplay replay;
  std::uint64_t sequence = 0;
};

inline void expect(const Texts& found, const Texts& expected) {
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

inline ApiKey some_key() {
  ApiKey key;
  key.id = "AAAAAAAAAAA";
  key.tenant = tenant;
  key.name = "name";
  key.created_at = key.changed_at = now;
  return key;
}

inline std::string key_entry(const std::string& action, const crypto::Digest& content) {
  return body("api", action, of_tenant() + reason(some_key().id) + ",\"rows\":[" + quoted(base64(content)) + "]");
}

inline std::string number_of(const crypto::TenantKey& key) {
  return ",\"tenant_key\":" + quoted(crypto::to_hex(key.certificate->number));
}

inline const std::string old_pair =
    "tenant " + tenant.str() + ": its key is not the one of its last entry in the audit log: an old one was put back";
inline const std::string other_binding =
    "tenant " + tenant.str() + ": its strict binding differs from the last limits.set in the audit log";
inline const std::string old_key_list =
    "the store as a whole: its record of its keys is not the one of the last change in the audit log: an old one was "
    "put back";

}  // namespace tacit::store::testing::replay
