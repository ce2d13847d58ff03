// A store that reads a few rows per slice, and operations on it that run step by step, so that a test can make changes
// between two slices.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <thread>

#include "store/secrets/secrets.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// An operation in progress.
template <class T>
class Stepwise {
 public:
  explicit Stepwise(boost::asio::awaitable<Outcome<T>> operation) {
    boost::asio::co_spawn(context_, keep(std::move(operation), outcome_), boost::asio::detached);
  }
  /// Runs what is ready, once; true while the operation is in progress.
  bool step() {
    if (context_.poll_one() == 0 && !outcome_) std::this_thread::yield();  // it waits for the writer
    return !outcome_;
  }
  Outcome<T> finish() {
    context_.run();
    return std::move(outcome_).value();
  }

 private:
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<Outcome<T>> operation,
                                           std::optional<Outcome<T>>& outcome) {
    Outcome<T> answered = co_await std::move(operation);
    outcome.emplace(std::move(answered));
  }

  boost::asio::io_context context_{1};
  std::optional<Outcome<T>> outcome_;
};

class SlicedFixture : public StoreFixture {
 public:
  SlicedFixture() : StoreFixture(options()) {}

  SecretInfo create(NewSecret secret) {
    auto made = wait(store().secrets().create(tenant_id(1), std::move(secret), who()));
    BOOST_REQUIRE(made);
    return std::move(*made);
  }
  /// A secret with a binding that is not a default.
  SecretInfo bound(std::string name, std::string tool) {
    NewSecret secret = new_secret(std::move(name));
    secret.tool_name = std::move(tool);
    return create(std::move(secret));
  }
  void bind(const crypto::Uuid& id, std::string tool) {
    SecretUpdate update;
    update.tool_name = {FieldChange::Kind::set, std::move(tool)};
    BOOST_REQUIRE(wait(store().secrets().update(tenant_id(1), id, std::move(update), who())));
  }
  void remove(const crypto::Uuid& id) { BOOST_REQUIRE(wait(store().secrets().remove(tenant_id(1), id, who()))); }
  boost::asio::awaitable<Outcome<SecretList>> listing(std::optional<std::string> tool) {
    ListQuery query;
    query.tool_name = std::move(tool);
    return store().secrets().list(tenant_id(1), std::move(query), who());
  }
  boost::asio::awaitable<Outcome<std::vector<ReleasedValue>>> resolving(std::string tool) {
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = std::move(tool);
    return resolve_values(store(), std::move(query), who());
  }

 private:
  static StoreFixtureOptions options() {
    StoreFixtureOptions options;
    options.slice = {};
    return options;
  }
};

}  // namespace tacit::store::testing
