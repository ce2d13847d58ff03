// The result of a store operation: a value or a failure.
#pragma once

#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "crypto/ids/uuid.hpp"
#include "crypto/text/enum_table.hpp"
#include "store/model/api_key.hpp"

namespace tacit::store {

enum class Errc : std::uint8_t {
  not_found,           ///< no such secret, key or tenant; also if it belongs to another tenant
  name_taken,          ///< the tenant already has a secret of that name
  default_taken,       ///< the tenant already has a default for that (tool_name, tool_arg)
  default_unbound,     ///< a default needs tool_name and tool_arg; a change would leave it without
  quota_exceeded,      ///< `quota` says by how many bytes
  not_allowed,         ///< the secret is not bound to that tool or argument; `subject` names it
  integrity,           ///< a stored row was altered or a key is missing; `secret` says where. Never retried.
  conflict,            ///< the input of the change was changed too often meanwhile; the caller may try again
  overloaded,          ///< the write queue is full; try again later
  full,                ///< the map or the disk is full
  unavailable,         ///< the store accepts no changes (a failed sync, a stuck writer, shutdown), or did not answer in
                       ///< time: then it is not known whether the change was made
  too_many_arguments,  ///< one resolve would release more values than the limit
  too_many_secrets,    ///< the tenant has its maximum of secrets; `quota` has counts instead of bytes
  too_many_api_keys,   ///< the tenant has its maximum of API keys
  scope_lacking,       ///< the caller lacks scopes that it gives to a key, or that the key has; `lacking`
  outlives,            ///< a key would expire later than the key that makes or changes it
  no_prekeys,          ///< no key pair is ready for a new tenant; try again later
  value_needed,        ///< the value is sealed with its tool and argument, so changing them needs the value
  precondition_failed,  ///< the secret is not in a state that the change asks for
  key_reused,           ///< the idempotency key came with another body before
  version_rebound,      ///< the version's tool or argument is not the secret's any more
  version_current,      ///< the version is the secret's present value
  too_soon,             ///< a runtime has reported the secret less than a minute ago
  too_many_bytes,       ///< one answer would have more bytes of values than the limit
  too_large,            ///< one transaction of the engine cannot hold the change: its limits (etcd-max-txn-ops,
                        ///< etcd-max-request-bytes) are too small. Another attempt fails too.
};

enum class Scope : std::uint8_t;  // store/model/api_key.hpp

struct QuotaDetail {
  std::uint64_t limit = 0;
  std::uint64_t used = 0;
  std::uint64_t requested = 0;  ///< use if the change were made
};

struct Failure {
  Errc code = Errc::unavailable;
  QuotaDetail quota{};
  std::optional<crypto::Uuid> secret{};  ///< integrity: the row concerned
  std::string subject{};              ///< the fault, in words; not_allowed: the secrets concerned, each with the reason
  Scope lacking{};                    ///< scope_lacking: the scopes that the caller lacks
  std::optional<std::size_t> item{};  ///< of a batch: the secret concerned, from 0
};

struct ErrcRow {
  Errc code;
  const char* name;  ///< one word, for logs and the audit
};

/// In the order of their values.
inline constexpr std::array<ErrcRow, 25> errcs{{
    {Errc::not_found, "not_found"},
    {Errc::name_taken, "name_taken"},
    {Errc::default_taken, "default_taken"},
    {Errc::default_unbound, "default_unbound"},
    {Errc::quota_exceeded, "quota_exceeded"},
    {Errc::not_allowed, "not_allowed"},
    {Errc::integrity, "integrity"},
    {Errc::conflict, "conflict"},
    {Errc::overloaded, "overloaded"},
    {Errc::full, "full"},
    {Errc::unavailable, "unavailable"},
    {Errc::too_many_arguments, "too_many_arguments"},
    {Errc::too_many_secrets, "too_many_secrets"},
    {Errc::too_many_api_keys, "too_many_keys"},
    {Errc::scope_lacking, "scope_lacking"},
    {Errc::outlives, "outlives"},
    {Errc::no_prekeys, "no_prekeys"},
    {Errc::value_needed, "value_needed"},
    {Errc::precondition_failed, "precondition_failed"},
    {Errc::key_reused, "key_reused"},
    {Errc::version_rebound, "version_rebound"},
    {Errc::version_current, "version_current"},
    {Errc::too_soon, "too_soon"},
    {Errc::too_many_bytes, "too_many_bytes"},
    {Errc::too_large, "too_large"},
}};
static_assert(crypto::has_row_for_each(errcs, &ErrcRow::code, Errc::too_large));

/// The reason of a failure, in one word.
constexpr const char* to_string(Errc code) { return crypto::row_at(errcs, code).name; }

template <class T>
using Outcome = boost::system::result<T, Failure>;

}  // namespace tacit::store
