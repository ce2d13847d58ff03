#include "auth/issuers/key_refresh.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <string>

#include "auth/issuers/issuer_files.hpp"
#include "crypto/signatures/signature_limits.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using std::chrono::steady_clock;

constexpr std::chrono::seconds pause_after_error{1};

}  // namespace

KeyRefresh::KeyRefresh(asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
                       std::shared_ptr<const TlsTrust> trust, std::shared_ptr<IssuerReport> report,
                       const RefreshTerms& terms)
    : config_(std::move(config)),
      report_(std::move(report)),
      executor_(executor),
      fetch_(executor, config_, std::move(trust)),
      woken_(executor),
      spread_(std::random_device()()),
      schedule_(terms, fetch_.asks_network() ? steady_clock::now() : Time::max()) {
  status_.fetched = config_->fetches_keys();
}

result<void, std::string> KeyRefresh::load() {
  if (config_->keys == IssuerConfig::Keys::file) {
    auto keys = load_keys(*config_);
    if (keys.has_error()) return keys.error();
    last_ = std::move(*keys);
  } else if (config_->keys == IssuerConfig::Keys::shared_secret) {
    auto keys = config_->shared_secret ? KeySet::of_secret(config_->shared_secret->view()) : std::nullopt;
    if (!keys) {
      return "the shared secret is shorter than " + std::to_string(crypto::least_hmac_secret) + " bytes";
    }
    last_ = std::move(*keys);
  } else {
    return {};
  }
  published_->publish(std::make_shared<const KeySet>(last_));
  const std::lock_guard lock(mutex_);
  status_.renewed = steady_clock::now();
  return {};
}

void KeyRefresh::ask(const std::shared_ptr<store::Waiter<KeySetPtr>>& waiter) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_ && fetch_.asks_network() && schedule_.ask(steady_clock::now())) {
      waiters_.push_back(waiter);
      // Only the first waiter wakes the thread; a fetch in progress needs no wake-up.
      if (waiters_.size() == 1) wake();
      return;
    }
  }
  waiter->answer(published_->get());
}

KeyStatus KeyRefresh::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void KeyRefresh::force() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  schedule_.force();
  wake();
}

/// Call with the mutex held, so that the post cannot follow close().
void KeyRefresh::wake() {
  asio::post(executor_, [self = shared_from_this()] { self->woken_.notify_all(); });
}

void KeyRefresh::close() {
  std::vector<std::shared_ptr<store::Waiter<KeySetPtr>>> waiters;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiters.swap(waiters_);
  }
  for (const auto& waiter : waiters) waiter->answer(published_->get());
  fetch_.close();
}

void KeyRefresh::retire() {
  close();
  published_->publish(nullptr);
  last_ = KeySet();
  woken_.notify_all();
}

bool KeyRefresh::is_closed() {
  const std::lock_guard lock(mutex_);
  return closed_;
}

asio::awaitable<void> KeyRefresh::run(std::shared_ptr<KeyRefresh> self) {
  // Report keys that load() read before the thread started.
  if (!self->last_.keys().empty()) self->report_->keys_changed(self->last_.keys().size());
  if (self->last_.skipped().count > 0) self->report_->keys_skipped(self->last_.skipped());
  while (!self->is_closed()) {
    bool failed = false;
    try {
      co_await self->prepare_keys();
      if (self->is_closed()) break;
      co_await self->step();
    } catch (const std::exception&) {
      failed = true;
    }
    if (!failed) continue;
    self->report_->keys_failed("internal error, such as lack of memory");
    co_await self->woken_.wait(steady_clock::now() + pause_after_error);
  }
}

/// Prepares one key at a time, because each takes a while: other work of this thread waits for at most one. The keys
/// are in use meanwhile.
asio::awaitable<void> KeyRefresh::prepare_keys() {
  if (!config_->allows(crypto::SignatureAlgorithm::es256)) co_return;
  const std::vector<KeySet::Key> keys = last_.to_prepare();
  for (const KeySet::Key& key : keys) {
    if (is_closed()) co_return;
    key->key.prepare();
    co_await asio::post(executor_, asio::use_awaitable);
  }
}

/// Waits for the next event of the schedule and handles it.
asio::awaitable<void> KeyRefresh::step() {
  Time wakes_at = Time::max();
  bool due = false;
  bool stale = false;
  {
    const std::lock_guard lock(mutex_);
    const Time now = steady_clock::now();
    stale = schedule_.gives_up(now) && config_->fetches_keys();
    due = schedule_.due(now);
    if (due) {
      schedule_.started(now);
      current_.store(!config_->fetches_keys(), std::memory_order_release);
    }
    if (!due && fetch_.asks_network()) wakes_at = schedule_.wakes_at();
  }
  if (stale) give_up();
  if (!due) {
    co_await woken_.wait(wakes_at);
    co_return;
  }
  FetchedKeys fetched = co_await fetch_.fetch();
  if (is_closed()) co_return;
  finish(std::move(fetched));
}

void KeyRefresh::finish(FetchedKeys fetched) {
  const bool brought_keys = fetched.keys.has_value();
  // Before the schedule ends the fetch: a call that no longer has to wait gets the new keys.
  if (fetched.keys) use(std::move(*fetched.keys));
  if (brought_keys) current_.store(true, std::memory_order_release);
  std::vector<std::shared_ptr<store::Waiter<KeySetPtr>>> waiters;
  {
    const std::lock_guard lock(mutex_);
    const Time now = steady_clock::now();
    const double spread = static_cast<double>(spread_() - spread_.min()) / static_cast<double>(spread_.max());
    if (brought_keys) {
      schedule_.renewed();
      status_.renewed = now;
    }
    if (fetched.failure.empty()) {
      schedule_.succeeded(now, fetched.fresh_for, spread);
    } else {
      schedule_.failed(now, spread);
      ++status_.failures;
    }
    waiters.swap(waiters_);
  }
  if (!fetched.failure.empty()) report_->keys_failed(fetched.failure);
  for (const auto& waiter : waiters) waiter->answer(published_->get());
}

void KeyRefresh::use(KeySet keys) {
  KeySet next = keys.succeed(last_);
  const bool changed = next.keys() != last_.keys();
  const bool skips_others = next.skipped() != last_.skipped();
  last_ = std::move(next);
  if (skips_others && last_.skipped().count > 0) report_->keys_skipped(last_.skipped());
  // A set without keys is published too: every token of the issuer is then invalid.
  if (!changed && published_->get() != nullptr) return;
  published_->publish(std::make_shared<const KeySet>(last_));
  report_->keys_changed(last_.keys().size());
}

/// Drops the expired last good set, and with it the tokens that it verified.
void KeyRefresh::give_up() {
  if (published_->get() == nullptr) return;
  published_->publish(nullptr);
  last_ = KeySet().succeed(last_);
  report_->keys_failed("its keys could not be fetched within keep-keys; the last known keys are no longer used");
}

}  // namespace tacit::auth
