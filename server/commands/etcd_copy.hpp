// A store in etcd without its keys: for its figures, its backup, and a restore into it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "server/config/config.hpp"
#include "store/backup/backup.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::server {

enum class EngineUse : std::uint8_t { reading, writing };

/// Opens the engine with the operators' identity, as whose owner the process goes on (become_etcd_user). Throws
/// UsageError with the reason if it cannot.
std::unique_ptr<store::Engine> open_keyless_engine(const Config& config, EngineUse use);

/// Writes a backup of one snapshot: the same file as of a store in a folder. It is put together in a folder of TMPDIR,
/// by default /var/tmp, which needs room for the whole store. `read` receives the number of rows so far.
store::Outcome<std::uint64_t> back_up_engine(store::Engine& engine, const store::ByteSink& sink,
                                             const std::function<void(std::uint64_t)>& read);
/// The store's present format; 0 if it cannot be read.
std::uint32_t format_of(store::Engine& engine);

/// Loads a backup into an empty place in etcd, in a child process. Returns the number of bytes read. `read` receives
/// that number so far. Throws CommandFailed with the reason, also if there is a store of that name.
std::uint64_t restore_to_etcd(const Config& config, const store::StoreKeys& keys, const store::ByteSource& source,
                              const std::function<void(std::uint64_t)>& read);

}  // namespace tacit::server
