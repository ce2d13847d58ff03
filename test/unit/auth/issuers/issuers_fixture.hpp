// Issuers that use a test's server, and threads that query them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "auth/issuers/issuer_settings.hpp"
#include "auth/issuers/issuer_terms.hpp"
#include "test/unit/auth/awaitable_fixture.hpp"
#include "test/unit/auth/https/issuer_server_fixture.hpp"

namespace tacit::test {

/// Records the events.
class Events final : public auth::IssuerEvents {
 public:
  void keys_changed(std::string_view issuer, std::size_t keys) override {
    add("changed " + std::string(issuer) + " " + std::to_string(keys));
  }
  void keys_skipped(std::string_view issuer, const auth::SkippedKeys& skipped) override {
    for (const std::string& text : skipped.texts()) add("skipped " + std::string(issuer) + " " + text);
  }
  void keys_failed(std::string_view issuer, std::string_view why) override {
    add("keys " + std::string(issuer) + " " + std::string(why));
  }
  void introspection_failed(std::string_view issuer, std::string_view why) override {
    add("introspection " + std::string(issuer) + " " + std::string(why));
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// The number of events that contain `part`.
  int count(std::string_view part) const {
    int found = 0;
    for (const std::string& event : all()) found += event.find(part) != std::string::npos;
    return found;
  }

 private:
  void add(std::string event) {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(event));
  }
  mutable std::mutex mutex_;
  std::vector<std::string> told_;
};

struct IssuersFixture {
  IssuersFixture() {
    config.issuer = server.url();
    config.ca = test_certificates().authority.certificate();
    config.algorithms = {crypto::SignatureAlgorithm::eddsa, crypto::SignatureAlgorithm::hs256};
    config.audiences = {"https://tacit.example.org"};
    config.scope_names = {{"read", store::Scope::secrets_read}};
    // Retries come soon after a failure; nothing else comes early.
    terms.retry_first = std::chrono::milliseconds(5);
    terms.retry_most = std::chrono::milliseconds(20);
    serve_metadata("/.well-known/openid-configuration");
  }

  void serve_metadata(const std::string& path) {
    IssuerReply metadata;
    metadata.body = R"({"issuer":")" + server.url() + R"(","jwks_uri":")" + server.url("/keys") +
                    R"(","introspection_endpoint":")" + server.url("/introspect") + "\"}";
    server.serve(path, metadata);
  }
  void serve_keys(const std::vector<std::string>& kids, const std::string& fields = "") {
    IssuerReply reply;
    reply.body = jwks_of(kids);
    reply.fields = fields;
    server.serve("/keys", reply);
  }

  std::unique_ptr<auth::Issuers> start() {
    std::vector<auth::IssuerConfig> configs(1, config);
    auto started = auth::start_issuers(std::move(configs), events, terms);
    if (started.has_error()) BOOST_FAIL(started.error().message);
    return std::move(*started);
  }
  /// Started, with their first keys fetched.
  std::unique_ptr<auth::Issuers> start_with_keys() {
    auto issuers = start();
    BOOST_TEST_REQUIRE(eventually([&] { return keys_of(*issuers) != nullptr; }));
    return issuers;
  }
  static std::shared_ptr<const auth::KeySet> keys_of(const auth::Issuers& issuers) {
    return issuers.all().front()->keys().get();
  }
  static auth::Issuer& first(const auth::Issuers& issuers) { return *issuers.all().front(); }

  IssuerServer server;
  Events events;
  auth::IssuerConfig config = auth::default_issuer_config();
  auth::IssuerTerms terms;
};

/// Runs `count` coroutines on each of `threads` threads with a context of its own, and waits for them all. `body` is
/// called on the threads, and must outlive them. `waiting` counts the threads whose coroutines all wait for something.
template <class Body>
void ask_on_threads(int threads, int count, const Body& body, std::atomic<int>* waiting = nullptr) {
  std::vector<std::thread> askers;
  for (int i = 0; i < threads; ++i) {
    askers.emplace_back([&body, count, waiting] {
      boost::asio::io_context context(1);
      for (int j = 0; j < count; ++j) {
        boost::asio::co_spawn(context, body(), [](const std::exception_ptr& thrown) {
          if (thrown) std::terminate();
        });
      }
      // After the coroutines' own first steps.
      if (waiting != nullptr) boost::asio::post(context, [waiting] { ++*waiting; });
      context.run();
    });
  }
  for (std::thread& asker : askers) asker.join();
}

}  // namespace tacit::test
