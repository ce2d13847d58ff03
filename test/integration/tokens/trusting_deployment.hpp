// An identity provider, and a deployment that trusts it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "test/integration/support/deployment.hpp"
#include "test/integration/tokens/identity_provider.hpp"

namespace tacit::test {

inline const std::string public_url = "https://tacit.test";

/// Starts neither. Start the provider from the main thread.
struct TrustingDeployment {
  /// `issuer` adds to and overrides the provider's settings in the issuers' file; an empty value removes a setting.
  explicit TrustingDeployment(const Settings& issuer = {});

  /// Rewrites the issuers' file with these settings. A running server then needs SIGHUP.
  void configure_issuer(const Settings& issuer);

  /// The tenant id for a subject of the provider.
  std::string tenant_of(const std::string& subject) const;
  std::string actor_of(const std::string& subject) const { return "oauth:" + provider.issuer() + "#" + subject; }

  IdentityProvider provider;
  Deployment deployment;
};

/// A provider and a server for all tests of a run that change neither.
struct SharedTrust {
  SharedTrust();
  TrustingDeployment trusting;
  std::unique_ptr<Server> server;
};
SharedTrust& shared_trust();

/// A client that presents an access token as RFC 6750 specifies.
Client bearer(const Server& server, const std::string& token);
/// The status of a list of secrets with that token, over a connection of its own.
int status_with(const Server& server, const std::string& token);

/// The parameters of an answer's `WWW-Authenticate: Bearer …`. Throws unless there is exactly one such line and it is
/// well-formed (RFC 9110 section 11.6.1, quoted strings only), with no parameter twice.
std::map<std::string, std::string> challenge_of(const Answer& answer);

}  // namespace tacit::test
