// Secrets to be stored, and the request bodies that contain them.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/memory/wiped.hpp"

namespace tacit::server {

struct NewSecret {
  std::string name;
  crypto::WipedBytes value;  ///< UTF-8
  std::optional<std::string> tool_name{};
  std::optional<std::string> tool_arg{};
  bool is_default_for_tool = false;
  std::string expires_at{};  ///< RFC 3339; empty: never
};

/// The secrets of a file, in its order, or what is wrong with it.
using ParsedSecrets = boost::system::result<std::vector<NewSecret>, std::string>;

/// What an update changes: only what is set.
struct SecretChange {
  std::optional<std::string> name{};
  std::optional<crypto::WipedBytes> value{};
  std::optional<std::optional<std::string>> tool_name{};  ///< an empty inner one clears
  std::optional<std::optional<std::string>> tool_arg{};
  std::optional<bool> is_default_for_tool{};
  std::optional<std::string> expires_at{};  ///< empty: never
  bool discard_previous = false;
};

/// Secrets of one batch, and its bytes (conf/API.md).
inline constexpr std::size_t batch_secrets = 64;
inline constexpr std::size_t batch_bytes = 1024 * 1024;

crypto::WipedBytes body_of(const NewSecret& secret);
crypto::WipedBytes body_of(const SecretChange& change);
/// {"secrets": […]}
crypto::WipedBytes batch_body(std::span<const NewSecret> secrets);

/// The number of secrets at the beginning of the list that fit into one batch: 0 only for an empty list, and if the
/// first one alone is too large.
std::size_t fitting_batch(std::span<const NewSecret> secrets);

}  // namespace tacit::server
