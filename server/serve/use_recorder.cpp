#include "server/serve/use_recorder.hpp"

#include <pthread.h>

#include "http/log/log.hpp"
#include "server/serve/background_step.hpp"
#include "server/wiring/open_store.hpp"
#include "store/health.hpp"
#include "store/secrets/releases.hpp"

namespace tacit::server {
namespace {

constexpr std::chrono::seconds between_looks{1};

}  // namespace

UseRecorder::UseRecorder(store::Store& store) : store_(store), thread_([this] { run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "uses");
}

UseRecorder::~UseRecorder() { end(); }

void UseRecorder::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
  store_uses();
}

void UseRecorder::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, between_looks, [this] { return ending_; })) {
    lock.unlock();
    take_step("uses", [this] {
      store_.releases().wipe_old_keys();
      if (store_.releases().uses_due(std::chrono::steady_clock::now())) store_uses();
    });
    lock.lock();
  }
}

/// What cannot be stored stays noted for the next batch.
void UseRecorder::store_uses() {
  if (store_.releases().use_figures().pending == 0 || store_.health().unwilling()) return;
  const auto stored = server::run(store_.releases().store_uses());
  if (stored || !complaints_.admit(std::chrono::steady_clock::now())) return;
  http::LogLine line(http::LogLevel::warn, "uses_not_stored");
  http::log(line.field("reason", sentence(stored.error())));
}

}  // namespace tacit::server
