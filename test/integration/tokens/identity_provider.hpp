// A certified OpenID Connect provider, npm's oidc-provider, which a test starts, stops and gets tokens from.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "test/integration/support/certificates.hpp"
#include "test/integration/support/process.hpp"

namespace tacit::test {

/// A TCP port of 127.0.0.1, reserved during this object's lifetime: it is bound but not listening, so that only a
/// server that shares addresses (SO_REUSEADDR) can use it. Connecting is refused while no server listens.
class ReservedPort {
 public:
  ReservedPort();
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;
  std::uint16_t number() const { return number_; }

 private:
  int socket_ = -1;
  std::uint16_t number_ = 0;
};

struct SigningKey {
  std::string id;  ///< the same id means the same key pair during the provider's lifetime
  std::string algorithm = "ES256";
};

/// The parameters of a request for tokens.
struct TokenRequest {
  std::string resource;  ///< empty: none, which gives a token that only the provider itself accepts
  std::string user{};    ///< the user that logs in and consents (authorization code, PKCE); empty: the client itself
  std::string scope = "secrets:read secrets:write";
};

struct Tokens {
  std::string access;
  std::string refresh{};  ///< only for a user, as below
  std::string id{};
};

/// Its issuer, keys, accounts and tokens stay the same across restarts. Only for the main thread.
class IdentityProvider {
 public:
  // Resources, each with its kind of access token.
  inline static const std::string jwt = "https://tacit.test/jwt";
  inline static const std::string opaque = "https://tacit.test/opaque";
  inline static const std::string brief_jwt = "https://tacit.test/jwt/brief";  ///< valid for brief_seconds
  inline static const std::string brief_opaque = "https://tacit.test/opaque/brief";
  inline static const std::string others_jwt = "https://others.test/jwt";  ///< for another service
  inline static const std::string others_opaque = "https://others.test/opaque";
  static constexpr int brief_seconds = 4;
  /// Its JWTs are signed by that algorithm, and a key of that algorithm has to exist; JWTs of `jwt` are signed by
  /// ES256.
  static std::string jwt_by(const std::string& algorithm) { return jwt + "/" + algorithm; }
  static const std::vector<std::string>& algorithms();

  // Users. The account of the first has a UUID.
  inline static const std::string ann = "ann";
  inline static const std::string ann_id = "6f1c9a4e-8f0e-4b9e-a6a4-0d6f1f4b9b11";
  inline static const std::string bob = "bob";
  inline static const std::string bob_id = "bob@example.test";

  // Clients: one that requests tokens for itself, and the resource server with the right to introspect.
  inline static const std::string robot = "robot";
  inline static const std::string introspector = "tacit";
  inline static const std::string introspector_secret = "100% of +, :, & and a space";

  /// Does not start the provider.
  IdentityProvider();

  const std::string& issuer() const { return issuer_; }
  /// The authority that signed its certificate.
  const std::filesystem::path& authority() const { return authority_.certificate(); }

  /// Returns when the provider listens.
  void start();
  void stop();
  /// Until `resume`, clients can connect but get no answer.
  void pause();
  void resume();
  /// Publishes these keys. From its return on, the provider signs with the first key of each algorithm.
  void use_keys(std::vector<SigningKey> keys);

  Tokens token(const TokenRequest& request) { return tokens({request}).front(); }
  std::vector<Tokens> tokens(const std::vector<TokenRequest>& requests);
  /// Revokes a token of the robot or of the application for users.
  void revoke(const std::string& token, bool of_robot);

 private:
  void write_configuration() const;
  void wait_for(const std::string& event, std::size_t before);
  std::string printed() const;
  boost::json::array ask(const boost::json::array& requests) const;

  TemporaryFolder folder_;
  TestCa authority_;
  CertificateFiles certificate_;
  ReservedPort port_;
  std::string issuer_;
  std::vector<SigningKey> keys_ = {{"first"}};
  std::unique_ptr<Process> process_;
};

}  // namespace tacit::test
