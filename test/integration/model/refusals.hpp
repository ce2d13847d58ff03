// Why the contract refuses a request. Where it does not say which of several reasons the answer gives, each is right.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tacit::test::model {

struct Fault {
  std::string type;  ///< empty: the contract fixes only the place
  boost::json::array place;
};

struct Excess {
  std::uint64_t limit = 0;
  std::uint64_t used = 0;
  std::uint64_t requested = 0;
};

struct Refusals {
  std::vector<Fault> faults{};    ///< 422
  bool unbound_default = false;   ///< 422: a default without a tool or an argument
  bool not_found = false;         ///< 404
  bool conflict = false;          ///< 409
  bool unmet = false;             ///< 412
  std::optional<Excess> bytes{};  ///< 413
  std::optional<Excess> count{};  ///< 413
  bool is_batch = false;          ///< a 413 may count the secrets before the one that it names

  std::set<int> statuses() const {
    std::set<int> all;
    if (!faults.empty() || unbound_default) all.insert(422);
    if (not_found) all.insert(404);
    if (conflict) all.insert(409);
    if (unmet) all.insert(412);
    if (bytes || count) all.insert(413);
    return all;
  }
  bool any() const { return !statuses().empty(); }
};

/// The faults of a NewSecret, or of a SecretUpdate, at that place.
std::vector<Fault> faults_of(const boost::json::object& body, bool is_new, const boost::json::array& place = {"body"});

}  // namespace tacit::test::model
