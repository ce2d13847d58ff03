// The store's defaults. The defaults of the settings refer to these.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tacit::store::defaults {

inline constexpr std::uint64_t map_size = std::uint64_t{16} << 30;  ///< bytes of address space, of a new store
inline constexpr std::uint64_t quota = std::uint64_t{1} << 20;      ///< bytes that a tenant may store
inline constexpr std::uint32_t api_keys = 100;                      ///< per tenant
inline constexpr std::uint32_t secrets = 10'000;                    ///< likewise
inline constexpr std::uint32_t versions_kept = 1;                   ///< previous values of a secret
inline constexpr std::size_t queue_items = 4096;                    ///< changes that may wait for the writer
inline constexpr std::size_t queue_bytes = std::size_t{64} << 20;   ///< their total size
inline constexpr unsigned max_readers = 1024;                       ///< LMDB reader slots, over all processes
inline constexpr std::chrono::seconds write_deadline{10};           ///< for a change to be durable
inline constexpr std::chrono::seconds scrub_within{60};             ///< for freed pages to be overwritten

}  // namespace tacit::store::defaults
