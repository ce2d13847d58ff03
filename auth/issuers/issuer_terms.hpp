// Intervals of the issuers' thread that are not configurable. Tests use shorter ones.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <memory>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "auth/issuers/load_issuers.hpp"
#include "auth/issuers/refresh_schedule.hpp"

namespace tacit::auth {

struct IssuerTerms {
  std::chrono::milliseconds retry_first = RefreshTerms{}.retry_first;  ///< after a failed fetch of keys; doubles
  std::chrono::milliseconds retry_most = RefreshTerms{}.retry_most;
  std::chrono::milliseconds ask_every = RefreshTerms{}.ask_every;  ///< between fetches for tokens with an unknown kid
  std::chrono::milliseconds event_every{60'000};                   ///< between events of one kind and issuer
  /// The length of a second in refresh_least, refresh_most and keep_stale.
  std::chrono::milliseconds second{1'000};
};

/// Like Issuers::start, with other intervals.
boost::system::result<std::unique_ptr<Issuers>, IssuerConfigError> start_issuers(std::vector<IssuerConfig> configs,
                                                                                 IssuerEvents& events,
                                                                                 const IssuerTerms& terms);

}  // namespace tacit::auth
