#include "auth/issuers/key_refresh.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iterator>

#include "auth/https/http_caching.hpp"
#include "auth/issuers/issuer_files.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using std::chrono::steady_clock;

constexpr std::chrono::seconds pause_after_error{1};

bool fetches_keys(const IssuerConfig& config) {
  return config.keys == IssuerConfig::Keys::discovery || config.keys == IssuerConfig::Keys::url;
}

bool needs_metadata(const IssuerConfig& config) {
  return config.keys == IssuerConfig::Keys::discovery || config.introspection == IssuerConfig::Introspection::discovery;
}

bool asks_network(const IssuerConfig& config) { return fetches_keys(config) || needs_metadata(config); }

void add_failure(std::string& failures, const std::string& failure) {
  if (!failures.empty()) failures += "; ";
  failures += failure;
}

}  // namespace

KeyRefresh::KeyRefresh(asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
                       std::shared_ptr<const TlsTrust> trust, std::shared_ptr<IssuerReport> report,
                       const RefreshTerms& terms)
    : config_(std::move(config)),
      report_(std::move(report)),
      executor_(executor),
      woken_(executor),
      spread_(std::random_device()()),
      schedule_(terms, asks_network(*config_) ? steady_clock::now() : Time::max()) {
  status_.fetched = fetches_keys(*config_);
  if (asks_network(*config_)) {
    HttpsClient::Limits limits;
    limits.connections = 1;
    client_ = std::make_unique<HttpsClient>(executor, std::move(trust), limits);
  }
}

result<void, std::string> KeyRefresh::load() {
  if (config_->keys == IssuerConfig::Keys::file) {
    auto keys = load_keys(*config_);
    if (keys.has_error()) return keys.error();
    last_ = std::move(*keys);
  } else if (config_->keys == IssuerConfig::Keys::shared_secret) {
    auto keys = config_->shared_secret ? KeySet::of_secret(config_->shared_secret->view()) : std::nullopt;
    if (!keys) return std::string("the shared secret is shorter than 32 bytes");
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
    if (!closed_ && client_ && schedule_.ask(steady_clock::now())) {
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
  if (client_) client_->close();
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
    stale = schedule_.gives_up(now) && fetches_keys(*config_);
    due = schedule_.due(now);
    if (due) {
      schedule_.started(now);
      current_.store(!fetches_keys(*config_), std::memory_order_release);
    }
    if (!due && client_) wakes_at = schedule_.wakes_at();
  }
  if (stale) give_up();
  if (!due) {
    co_await woken_.wait(wakes_at);
    co_return;
  }
  Fetched fetched = co_await fetch_guarded();
  if (is_closed()) co_return;
  finish(std::move(fetched));
}

/// Turns exceptions, such as lack of memory, into a failed fetch.
asio::awaitable<KeyRefresh::Fetched> KeyRefresh::fetch_guarded() {
  Fetched failed;
  try {
    Fetched fetched = co_await fetch();
    co_return fetched;
  } catch (const std::exception&) {
    failed.failure = "internal error, such as lack of memory";
  }
  co_return failed;
}

asio::awaitable<KeyRefresh::Fetched> KeyRefresh::fetch() {
  Fetched fetched;
  std::optional<HttpsUrl> jwks;
  if (config_->keys == IssuerConfig::Keys::file) {
    auto keys = load_keys(*config_);
    if (keys.has_error()) {
      add_failure(fetched.failure, keys.error());
    } else {
      fetched.keys = std::move(*keys);
    }
  }
  if (needs_metadata(*config_)) {
    auto metadata = co_await discover(fetched);
    if (metadata.has_error()) {
      add_failure(fetched.failure, metadata.error());
    } else {
      jwks = std::move(metadata->jwks);
      introspection_ = std::move(metadata->introspection);
      if (!jwks && config_->keys == IssuerConfig::Keys::discovery) {
        add_failure(fetched.failure, "its metadata has no jwks_uri");
      }
    }
  }
  if (config_->keys == IssuerConfig::Keys::url) {
    auto url = parse_https_url(config_->jwks_url);
    if (url.has_error()) {
      add_failure(fetched.failure, "its key URL " + url.error());
    } else {
      jwks = std::move(*url);
    }
  }
  if (jwks && fetches_keys(*config_)) co_await fetch_keys(std::move(*jwks), fetched);
  co_return fetched;
}

/// Tries both metadata URLs; the second only if the host responded to the first.
asio::awaitable<result<IssuerMetadata, std::string>> KeyRefresh::discover(Fetched& fetched) {
  const auto urls = metadata_urls(config_->issuer);
  if (urls.has_error()) co_return urls.error();
  std::string failures;
  for (const HttpsUrl& url : *urls) {
    HttpsRequest request = make_get(url, largest_key_document);
    const Time deadline = steady_clock::now() + config_->fetch_timeout;
    const HttpsClient::Outcome answer = co_await client_->send(std::move(request), deadline);
    if (answer.has_value()) {
      fetched.fresh_for = freshness(answer->cache_control, answer->age);
      co_return parse_metadata(answer->body.text(), config_->issuer);
    }
    add_failure(failures, "asking for " + url.target + ": " + answer.error().message);
    if (answer.error().status == 0) break;
  }
  co_return failures;
}

asio::awaitable<void> KeyRefresh::fetch_keys(HttpsUrl url, Fetched& fetched) {
  HttpsRequest request = make_get(url, largest_key_document);
  const Time deadline = steady_clock::now() + config_->fetch_timeout;
  const HttpsClient::Outcome answer = co_await client_->send(std::move(request), deadline);
  if (answer.has_error()) {
    add_failure(fetched.failure, "asking for its keys: " + answer.error().message);
    co_return;
  }
  fetched.fresh_for = freshness(answer->cache_control, answer->age);
  auto keys = KeySet::parse(answer->body.text());
  if (keys.has_error()) {
    add_failure(fetched.failure, "its keys cannot be used: " + keys.error());
  } else {
    fetched.keys = std::move(*keys);
  }
}

void KeyRefresh::finish(Fetched fetched) {
  {
    const std::lock_guard lock(mutex_);
    const Time now = steady_clock::now();
    const double spread = static_cast<double>(spread_() - spread_.min()) / static_cast<double>(spread_.max());
    if (fetched.keys) {
      schedule_.renewed();
      status_.renewed = now;
    }
    if (fetched.failure.empty()) {
      schedule_.succeeded(now, fetched.fresh_for, spread);
    } else {
      schedule_.failed(now, spread);
      ++status_.failures;
    }
  }
  const bool brought_keys = fetched.keys.has_value();
  if (fetched.keys) use(std::move(*fetched.keys));
  if (brought_keys) current_.store(true, std::memory_order_release);
  if (!fetched.failure.empty()) report_->keys_failed(fetched.failure);
  std::vector<std::shared_ptr<store::Waiter<KeySetPtr>>> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters.swap(waiters_);
  }
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
