#include "test/integration/histories/histories.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>

#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/shrinking.hpp"
#include "test/integration/histories/steps.hpp"
#include "test/integration/support/parallel.hpp"

namespace tacit::test::model {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds usual_time{25};
constexpr std::size_t clients = 4;
constexpr std::size_t steps_of_a_round = 40;

struct Recorded {
  explicit Recorded(const Installation& installation) : session(installation) {}
  Session session;
  History history{};
  std::string difference{};
  std::mutex mutex{};  ///< of the one that all clients share
};

class Histories {
 public:
  Histories(Installation& installation, std::uint64_t seed) : installation_(installation), random_(seed) {
    for (std::size_t i = 0; i < clients + 1; ++i) all_.push_back(std::make_unique<Recorded>(installation));
  }

  /// Throws if an event fails.
  void round() {
    const auto event = static_cast<Event>(random_.below(installation_.number_of_events()));
    const bool kills_at_work = event == Event::kill && random_.chance(60);
    const bool at_work = event == Event::rewrap || event == Event::rekey || event == Event::verify ||
                         event == Event::break_engine || kills_at_work;
    installation_.begins(event);
    std::cout << "  " << name_of(event) << (at_work ? ", at work" : "") << std::endl;
    work([&] {
      if (kills_at_work) {
        std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(300)));
        installation_.kill_servers();
      } else if (at_work) {
        installation_.happens(event);
      }
    });
    if (!at_work) installation_.happens(event);
    if (kills_at_work) installation_.start_servers();
    installation_.ends();
    for (auto& each : all_) each->history.push_back({true, static_cast<std::uint64_t>(event)});
    each_compares([](Session& session) {
      session.settle();
      compare_everything(session, session.model);
    });
  }

  void end() {
    each_compares(compare_uses);
    auto entries = installation_.audit_entries();
    each_compares([&](Session& session) { compare_audit(session, entries.at(session.tenant())); });
  }

  Recorded* failed() {
    for (auto& each : all_) {
      if (!each->difference.empty()) return each.get();
    }
    return nullptr;
  }

  std::size_t steps() const { return steps_; }

 private:
  /// Each client takes steps for its own tenant, and now and then one for the tenant that all share.
  template <class Meanwhile>
  void work(Meanwhile meanwhile) {
    std::vector<std::uint64_t> seeds(clients);
    for (std::uint64_t& seed : seeds) seed = random_.next();
    std::exception_ptr thrown;
    std::thread others([&] {
      in_parallel(clients, [&](std::size_t client) {
        Random random(seeds[client]);
        for (std::size_t i = 0; i < steps_of_a_round; ++i) {
          Recorded& chosen = *all_[random.chance(20) ? clients : client];
          const std::uint64_t seed = random.next();
          const std::scoped_lock lock(chosen.mutex);
          take(chosen, seed);
        }
      });
    });
    try {
      meanwhile();
    } catch (...) {
      thrown = std::current_exception();
    }
    others.join();
    if (thrown) std::rethrow_exception(thrown);
  }

  void take(Recorded& chosen, std::uint64_t seed) {
    if (!chosen.difference.empty() || chosen.session.is_uncertain()) return;
    chosen.history.push_back({false, seed});
    ++steps_;
    guarded(chosen, [&] { take_step(chosen.session, seed); });
  }

  template <class Doing>
  static void guarded(Recorded& chosen, Doing doing) {
    try {
      doing();
    } catch (const Lost&) {
      // A lost change is settled when the servers are back.
    } catch (const std::exception& error) {
      chosen.difference = error.what();
    }
  }

  template <class Comparing>
  void each_compares(Comparing comparing) {
    in_parallel(all_.size(), [&](std::size_t i) {
      if (!all_[i]->difference.empty()) return;
      guarded(*all_[i], [&] {
        all_[i]->session.follow_installation();
        try {
          comparing(all_[i]->session);
        } catch (const Lost& lost) {
          all_[i]->session.fail(std::string("no answer while nothing happens: ") + lost.what());
        }
      });
    });
  }

  Installation& installation_;
  Random random_;
  std::vector<std::unique_ptr<Recorded>> all_;
  std::atomic<std::size_t> steps_{0};
};

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

std::uint64_t chosen_seed() {
  const auto time = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  return number_of("TACIT_MODEL_SEED", Random(time).next() % 1'000'000'000);
}

/// Empty: none differs. Otherwise what differs, and the shortened history.
std::string run_histories(Installation& installation, std::uint64_t seed) {
  const auto end = Clock::now() + usual_time;
  const std::uint64_t steps = number_of("TACIT_MODEL_STEPS", 0);
  Histories histories(installation, seed);
  const auto goes_on = [&] { return steps > 0 ? histories.steps() < steps : Clock::now() < end; };
  while (goes_on() && histories.failed() == nullptr) histories.round();
  if (histories.failed() == nullptr) histories.end();
  std::cout << histories.steps() << " steps" << std::endl;
  const Recorded* const failed = histories.failed();
  if (failed == nullptr) return {};
  return "seed " + std::to_string(seed) + ": " + failed->difference + "\n" +
         shrunk(installation, failed->history, failed->session.transcript());
}

}  // namespace

void check_histories(const EngineUnderTest& engine) {
  const std::uint64_t seed = chosen_seed();
  std::cout << "TACIT_MODEL_SEED=" << seed << std::endl;
  Installation installation(engine, Random(seed).below(4));
  const std::string difference = run_histories(installation, seed);
  BOOST_TEST(difference.empty(), difference);
  installation.stop();
  installation.command({"verify"});
}

}  // namespace tacit::test::model
