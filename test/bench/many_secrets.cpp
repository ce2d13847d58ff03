// Fills a store with the secrets of many tenants, by the store's own operations and with all cores: values are sealed,
// changes are audited and synced as in a server. For growth.sh:
//   many-secrets fill CONFIGURATION TENANTS EACH      continues a fill that was interrupted; progress on standard error
//   many-secrets sample CONFIGURATION TENANTS NUMBER  prints tenant, API key and id of a secret of so many tenants
// A tenant's secrets are stored at once. The first is the default of a tool.
#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "auth/api_keys/api_key_format.hpp"
#include "server/config/config_sources.hpp"
#include "server/wiring/open_store.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/model/timestamp.hpp"
#include "store/secrets/secrets.hpp"
#include "store/store.hpp"
#include "store/tenants/tenants.hpp"

namespace {

using namespace tacit;
using Clock = std::chrono::steady_clock;

/// Batches of tenants that a thread has in progress: enough for the writer to commit them in groups.
constexpr std::size_t in_progress = 16;

crypto::Uuid tenant_of(std::size_t number) {
  return crypto::make_uuid_v5(crypto::uuid_namespace_url, "tenant " + std::to_string(number));
}

store::AuditContext fill_context() { return {.plane = "api", .actor = "api-key:bench", .peer{}, .request_id{}}; }

class Fill {
 public:
  Fill(store::Store& store, std::size_t tenants, std::size_t each) : store_(store), tenants_(tenants), each_(each) {}

  void run() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back([this] { run_thread(); });
    }
    while (done_ < tenants_ && !failed_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      report();
    }
    for (std::thread& thread : threads) thread.join();
    std::fputc('\n', stderr);
    if (failed_) throw std::runtime_error("a tenant's secrets could not be stored");
  }

 private:
  void run_thread() {
    boost::asio::io_context context(1);
    for (std::size_t i = 0; i < in_progress; ++i) {
      boost::asio::co_spawn(context, some(), [this](const std::exception_ptr& error) {
        if (error) failed_ = true;
      });
    }
    context.run();
  }

  boost::asio::awaitable<void> some() {
    while (!failed_) {
      const std::size_t number = next_++;
      if (number >= tenants_) co_return;
      const crypto::Uuid tenant = tenant_of(number);
      const auto used = co_await store_.tenants().quota(tenant, fill_context());
      const bool there = used.has_value() && used->used > 0;
      if (!there) {
        const bool stored = co_await store_all(tenant);
        if (!stored) failed_ = true;
        stored_ += each_;
      }
      ++done_;
    }
  }

  boost::asio::awaitable<bool> store_all(crypto::Uuid tenant) {
    std::vector<store::NewSecret> secrets;
    for (std::size_t i = 0; i < each_; ++i) secrets.push_back(make_secret(i));
    const auto created = co_await store_.secrets().create_batch(tenant, std::move(secrets), fill_context());
    if (!created) std::cerr << '\n' << server::sentence(created.error()) << '\n';
    co_return created.has_value();
  }

  static store::NewSecret make_secret(std::size_t number) {
    store::NewSecret secret;
    secret.name = "secret " + std::to_string(number);
    secret.value.append("a value of the usual length 0123456789");
    if (number != 0) return secret;
    secret.tool_name = "agno__linear__tool";
    secret.tool_arg = "api_key";
    secret.is_default_for_tool = true;
    return secret;
  }

  void report() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double rate = static_cast<double>(stored_) / seconds;
    const std::size_t left = (tenants_ - std::min<std::size_t>(done_, tenants_)) * each_;
    std::fprintf(stderr, "\r%zu of %zu secrets; %.0f a second, %.0f s left   ", done_ * each_, tenants_ * each_, rate,
                 rate > 0 ? static_cast<double>(left) / rate : 0);
  }

  store::Store& store_;
  const std::size_t tenants_;
  const std::size_t each_;
  const Clock::time_point begin_ = Clock::now();
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> done_{0};
  std::atomic<std::size_t> stored_{0};
  std::atomic<bool> failed_{false};
};

void sample(store::Store& store, std::size_t tenants, std::size_t number) {
  for (std::size_t i = 0; i < number; ++i) {
    const crypto::Uuid tenant = tenant_of(i * tenants / number);
    store::ListQuery query;
    query.limit = 1 + i % 50;
    const auto list = server::value_or_fail(server::run(store.secrets().list(tenant, query, fill_context())), "list");
    if (list.secrets.empty()) throw std::runtime_error("a tenant has no secrets: fill the store first");
    auth::GeneratedApiKey generated = auth::generate_api_key();
    store::ApiKey api_key;
    api_key.tenant = tenant;
    api_key.name = "bench";
    api_key.scopes = store::Scope::secrets_read | store::Scope::secrets_write;
    api_key.created_at = store::now_microseconds();
    api_key.id = generated.id;
    api_key.secret_hash = generated.secret_hash;
    server::value_or_fail(server::run(store.api_keys().add(api_key, fill_context())), "cannot store the API key");
    const auto text = generated.text.view();
    std::cout << tenant.str() << '\t' << std::string(text.begin(), text.end()) << '\t' << list.secrets.back().id.str()
              << '\n';
  }
}

/// The store as the server of both planes has it open.
std::unique_ptr<store::Store> open(const char* file) {
  server::ConfigSources sources;
  sources.file = file;
  const server::LoadedConfig loaded = server::load_config(sources);
  if (!loaded.problems.empty()) throw std::runtime_error(loaded.problems.front());
  auto opened =
      store::Store::open(server::serving_store_options(loaded.config), server::load_serving_keys(loaded.config));
  return server::value_or_fail(std::move(opened), "the store cannot be opened");
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string mode = argc == 5 ? argv[1] : "";
  if (mode != "fill" && mode != "sample") {
    std::cerr << "usage: many-secrets fill|sample CONFIGURATION TENANTS NUMBER\n";
    return 2;
  }
  const auto store = open(argv[2]);
  const std::size_t tenants = std::strtoull(argv[3], nullptr, 10);
  const std::size_t number = std::strtoull(argv[4], nullptr, 10);
  if (mode == "fill") {
    Fill(*store, tenants, number).run();
  } else {
    sample(*store, tenants, number);
  }
} catch (const std::exception& failure) {
  std::cerr << "many-secrets: " << failure.what() << '\n';
  return 1;
}
