#include "test/integration/histories/shrinking.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/steps.hpp"

namespace tacit::test::model {
namespace {

using Clock = std::chrono::steady_clock;

struct Failure {
  std::string transcript;
  std::size_t length = 0;  ///< the moments until it failed
};

std::optional<Failure> replay(Installation& installation, const History& history) {
  Session session(installation);
  std::size_t taken = 0;
  try {
    for (const Moment& moment : history) {
      ++taken;
      if (!moment.is_event) {
        take_step(session, moment.number);
        continue;
      }
      const auto event = static_cast<Event>(moment.number);
      session.remark("# the installation: " + name_of(event));
      installation.happens(event);
      session.follow_installation();
      compare_everything(session, session.model);
    }
    compare_everything(session, session.model);
    compare_audit(session, installation.audit_entries().at(session.tenant()));
  } catch (const std::exception& error) {
    return Failure{session.transcript() + "  # difference: " + error.what() + "\n", taken};
  }
  return std::nullopt;
}

/// Without the moments from `begin` on.
History without(const History& history, std::size_t begin, std::size_t count) {
  History rest = history;
  const auto first = rest.begin() + static_cast<std::ptrdiff_t>(begin);
  rest.erase(first, first + static_cast<std::ptrdiff_t>(std::min(count, history.size() - begin)));
  return rest;
}

}  // namespace

std::string shrunk(Installation& installation, const History& history, const std::string& transcript) {
  const auto end = Clock::now() + std::chrono::minutes(2);
  std::optional<Failure> best = replay(installation, history);
  if (!best) return "It does not fail alone. The whole history:\n" + transcript;
  History shortest(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(best->length));
  for (std::size_t size = std::max<std::size_t>(shortest.size() / 2, 1); Clock::now() < end;) {
    bool shorter = false;
    for (std::size_t begin = 0; begin < shortest.size() && Clock::now() < end;) {
      const History candidate = without(shortest, begin, size);
      std::optional<Failure> failure = replay(installation, candidate);
      if (!failure) {
        begin += size;
        continue;
      }
      shortest.assign(candidate.begin(), candidate.begin() + static_cast<std::ptrdiff_t>(failure->length));
      best = std::move(failure);
      shorter = true;
    }
    if (!shorter && size == 1) break;
    size = std::max<std::size_t>(size / 2, 1);
  }
  return "The shortest history that fails, of " + std::to_string(shortest.size()) + " steps:\n" + best->transcript;
}

}  // namespace tacit::test::model
