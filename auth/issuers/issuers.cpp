// Implements issuer.hpp: runs, replaces and stops the trusted issuers on one thread.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "auth/issuers/introspection.hpp"
#include "auth/issuers/issuer.hpp"
#include "auth/issuers/issuer_report.hpp"
#include "auth/issuers/issuer_terms.hpp"
#include "auth/issuers/key_refresh.hpp"
#include "auth/issuers/load_issuers.hpp"
#include "crypto/primitives/digest.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
using boost::system::result;

RefreshTerms refresh_terms(const IssuerConfig& config, const IssuerTerms& terms) {
  RefreshTerms refresh;
  refresh.least = config.refresh_least.count() * terms.second;
  refresh.most = config.refresh_most.count() * terms.second;
  refresh.keep = config.keep_stale.count() * terms.second;
  refresh.retry_first = terms.retry_first;
  refresh.retry_most = terms.retry_most;
  refresh.ask_every = terms.ask_every;
  return refresh;
}

class RunningIssuer final : public Issuer {
 public:
  RunningIssuer(asio::any_io_executor executor, IssuerConfig config, std::shared_ptr<const TlsTrust> trust,
                const crypto::Digest& authorities, IssuerEvents& events, const IssuerTerms& terms)
      : authorities_(authorities),
        config_(std::make_shared<const IssuerConfig>(std::move(config))),
        report_(std::make_shared<IssuerReport>(events, config_, terms.event_every)),
        keys_(std::make_shared<KeyRefresh>(executor, config_, trust, report_, refresh_terms(*config_, terms))) {
    if (config_->introspection == IssuerConfig::Introspection::none) return;
    introspection_ = std::make_shared<Introspection>(executor, config_, std::move(trust), report_, keys_);
  }

  const IssuerConfig& config() const override { return *config_; }
  const crypto::Published<KeySet>& keys() const override { return *keys_->published(); }
  KeyStatus key_status() const override { return keys_->status(); }
  asio::awaitable<KeySetPtr> refreshed() override;
  bool keys_are_current() const override { return keys_->current(); }
  asio::awaitable<IntrospectionAnswer> introspect(std::string_view token) override;

  KeyRefresh& refresh() { return *keys_; }
  void start(asio::io_context& context);
  void close();
  /// The same for an issuer that is no longer trusted. On the issuers' thread.
  void retire();
  /// The digest of the authorities' file when this issuer was started.
  const crypto::Digest& authorities() const { return authorities_; }

 private:
  const crypto::Digest authorities_;
  std::shared_ptr<const IssuerConfig> config_;
  std::shared_ptr<IssuerReport> report_;
  std::shared_ptr<KeyRefresh> keys_;
  std::shared_ptr<Introspection> introspection_;  ///< null: opaque tokens are refused
};

asio::awaitable<KeySetPtr> RunningIssuer::refreshed() {
  // `this` must not be accessed after the wait: it may have been destroyed.
  const std::shared_ptr<crypto::Published<KeySet>> published = keys_->published();
  const std::chrono::milliseconds deadline = config_->fetch_timeout + answer_grace;
  auto enlist = [keys = keys_.get()](const std::shared_ptr<store::Waiter<KeySetPtr>>& waiter) { keys->ask(waiter); };
  const std::optional<KeySetPtr> keys = co_await store::wait_for<KeySetPtr>(enlist, deadline);
  if (keys) co_return *keys;
  co_return published->get();
}

asio::awaitable<IntrospectionAnswer> RunningIssuer::introspect(std::string_view token) {
  if (!introspection_) co_return Refusal::malformed;
  const IntrospectionAnswer answer = co_await introspection_->ask(token);
  co_return answer;
}

void RunningIssuer::start(asio::io_context& context) {
  asio::co_spawn(context, KeyRefresh::run(keys_), [report = report_](const std::exception_ptr& thrown) {
    if (thrown) report->keys_failed("internal error: its keys are not fetched again until the next start");
  });
}

void RunningIssuer::close() {
  keys_->close();
  if (introspection_) introspection_->close();
}

void RunningIssuer::retire() {
  keys_->retire();
  if (introspection_) introspection_->close();
}

/// The digest of the file's contents; that of empty text if the file is missing or cannot be read.
crypto::Digest digest_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  return crypto::sha256(crypto::as_bytes(content));
}

class RunningIssuers final : public Issuers {
 public:
  RunningIssuers(IssuerEvents& events, const IssuerTerms& terms) : events_(events), terms_(terms) {
    list_.publish(std::make_shared<const IssuerList>());
  }
  ~RunningIssuers() override { RunningIssuers::stop(); }
  void stop() override;
  const crypto::Published<IssuerList>& list() const override { return list_; }
  result<void, IssuerConfigError> reconfigure(std::vector<IssuerConfig> configs) override;
  void refresh() override;
  void start();

 private:
  using Running = std::shared_ptr<RunningIssuer>;

  /// The error is a sentence.
  result<Running, std::string> make(IssuerConfig config);
  Running find_same(const IssuerConfig& config) const;
  result<std::shared_ptr<const TlsTrust>, std::string> trust(const IssuerConfig& config);
  void use(std::vector<Running> next);
  void run();

  IssuerEvents& events_;
  const IssuerTerms terms_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::map<std::filesystem::path, std::shared_ptr<const TlsTrust>> trusts_;  ///< by path; loading is slow
  std::vector<Running> running_;
  std::vector<Running> retired_;        ///< other threads may still use them
  crypto::Published<IssuerList> list_;  ///< the objects of running_
  std::thread thread_;
  std::mutex stopping_;
  bool stopped_ = false;
};

void RunningIssuers::stop() {
  const std::lock_guard lock(stopping_);
  if (std::exchange(stopped_, true)) return;
  context_.stop();
  if (thread_.joinable()) thread_.join();
  // Waiters on other threads are answered; coroutines of this thread are destroyed with the context, after the issuers.
  for (const Running& issuer : running_) issuer->close();
  for (const Running& issuer : retired_) issuer->close();
}

void RunningIssuers::refresh() {
  for (const Running& issuer : running_) issuer->refresh().force();
}

result<std::shared_ptr<const TlsTrust>, std::string> RunningIssuers::trust(const IssuerConfig& config) {
  const bool asks = config.keys == IssuerConfig::Keys::discovery || config.keys == IssuerConfig::Keys::url ||
                    config.introspection != IssuerConfig::Introspection::none;
  if (!asks) return std::shared_ptr<const TlsTrust>();
  const auto known = trusts_.find(config.ca);
  if (known != trusts_.end()) return known->second;
  auto loaded = TlsTrust::load(config.ca);
  if (loaded.has_value()) trusts_.emplace(config.ca, *loaded);
  return loaded;
}

result<RunningIssuers::Running, std::string> RunningIssuers::make(IssuerConfig config) {
  auto trusted = trust(config);
  if (trusted.has_error()) return trusted.error();
  const crypto::Digest authorities = digest_of(config.ca);
  auto issuer = std::make_shared<RunningIssuer>(context_.get_executor(), std::move(config), std::move(*trusted),
                                                authorities, events_, terms_);
  auto loaded = issuer->refresh().load();
  if (loaded.has_error()) return loaded.error();
  return issuer;
}

RunningIssuers::Running RunningIssuers::find_same(const IssuerConfig& config) const {
  const auto found = std::ranges::find_if(running_, [&](const Running& issuer) {
    return issuer->config() == config && issuer->authorities() == digest_of(config.ca);
  });
  return found == running_.end() ? nullptr : *found;
}

result<void, IssuerConfigError> RunningIssuers::reconfigure(std::vector<IssuerConfig> configs) {
  std::erase_if(trusts_, [](const auto& known) { return !known.first.empty(); });
  std::vector<Running> next;
  for (IssuerConfig& config : configs) {
    Running issuer = find_same(config);
    if (issuer == nullptr) {
      const std::string name = config.issuer;
      auto made = make(std::move(config));
      if (made.has_error()) return IssuerConfigError{"issuer " + name + ": " + made.error()};
      issuer = std::move(*made);
    }
    next.push_back(std::move(issuer));
  }
  use(std::move(next));
  return {};
}

/// Starts the new issuers and retires those that are not in `next`.
void RunningIssuers::use(std::vector<Running> next) {
  const std::lock_guard lock(stopping_);
  const std::vector<Running> before = std::exchange(running_, std::move(next));
  IssuerList list;
  for (const Running& issuer : running_) {
    list.push_back(issuer.get());
    if (thread_.joinable() && std::ranges::find(before, issuer) == before.end()) issuer->start(context_);
  }
  list_.publish(std::make_shared<const IssuerList>(std::move(list)));
  for (const Running& issuer : before) {
    if (std::ranges::find(running_, issuer) != running_.end()) continue;
    retired_.push_back(issuer);
    asio::post(context_, [issuer] { issuer->retire(); });
  }
}

void RunningIssuers::start() {
  for (const Running& issuer : running_) issuer->start(context_);
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "issuers");
}

void RunningIssuers::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception&) {
      // Out of memory when starting a call: its waiters end at their deadlines. The thread continues.
    }
  }
}

}  // namespace

result<std::unique_ptr<Issuers>, IssuerConfigError> start_issuers(std::vector<IssuerConfig> configs,
                                                                  IssuerEvents& events, const IssuerTerms& terms) {
  auto issuers = std::make_unique<RunningIssuers>(events, terms);
  const auto configured = issuers->reconfigure(std::move(configs));
  if (configured.has_error()) return configured.error();
  issuers->start();
  return std::unique_ptr<Issuers>(std::move(issuers));
}

result<std::unique_ptr<Issuers>, IssuerConfigError> Issuers::start(std::vector<IssuerConfig> configs,
                                                                   IssuerEvents& events) {
  return start_issuers(std::move(configs), events, IssuerTerms());
}

}  // namespace tacit::auth
