// The answer of a release: values of the tool plane as JSON.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <vector>

#include "crypto/memory/wiped.hpp"
#include "store/model/release.hpp"

namespace tacit::http {

/// Appends the answer. 256 values of 4 KiB with escapes have several MiB: between two slices of writing it yields to
/// other work of the thread (store/slices/turns.hpp). Both arguments must outlive it.
boost::asio::awaitable<void> write_arguments(crypto::WipedBytes& out,
                                             const std::vector<store::ReleasedValue>& arguments);

}  // namespace tacit::http
