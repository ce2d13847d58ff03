// An issuer's web server for tests, on 127.0.0.1: correct, or with faults that a test requests.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "test/integration/support/certificates.hpp"
#include "test/temporary_folder.hpp"

namespace tacit::test {

struct IssuerRequest {
  std::string method;
  std::string target;
  std::string authorization;
  std::string content_type;
  std::string body;
};

struct IssuerReply {
  unsigned status = 200;
  std::string body{};
  std::string content_type = "application/json";  ///< empty: the field is omitted
  std::string fields{};                           ///< further lines, each ended by CRLF
  std::chrono::milliseconds delay{0};             ///< before the first byte
  bool close = false;                             ///< closes the connection after this response without announcing it
  std::size_t break_off = std::string::npos;      ///< close after that many bytes of the response
  std::string raw{};                              ///< if not empty, sent instead of the response
  bool stay = false;                              ///< does not close after `raw`
};

/// Certificates for 127.0.0.1 and localhost, valid and faulty.
struct TestCertificates {
  TemporaryFolder folder;
  TestCa authority{folder.path(), "authority"};
  TestCa stranger{folder.path(), "stranger"};

  CertificateFiles make(const TestCa& by, const char* stem, std::vector<std::string> names, long valid_to) const;
  CertificateFiles good = make(authority, "good", {"DNS:localhost", "IP:127.0.0.1"}, 86400);
  CertificateFiles expired = make(authority, "expired", {"DNS:localhost", "IP:127.0.0.1"}, -60);
  CertificateFiles other_host = make(authority, "other", {"DNS:elsewhere.example.org", "IP:127.0.0.2"}, 86400);
  CertificateFiles unknown_authority = make(stranger, "unknown", {"DNS:localhost", "IP:127.0.0.1"}, 86400);
};
/// Created once for all tests.
const TestCertificates& test_certificates();

class IssuerServer {
 public:
  using Respond = std::function<IssuerReply(const IssuerRequest&)>;

  explicit IssuerServer(const CertificateFiles& certificate = test_certificates().good, int most_tls_version = 0);
  ~IssuerServer();
  IssuerServer(const IssuerServer&) = delete;
  IssuerServer& operator=(const IssuerServer&) = delete;

  /// Sets the response of a path; a function is called on the server's thread. Other paths answer 404.
  void serve(const std::string& path, Respond respond);
  void serve(const std::string& path, IssuerReply reply);
  /// While it is down, connections are closed as soon as they are accepted.
  void set_down(bool down) { down_ = down; }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "") const { return "https://127.0.0.1:" + std::to_string(port_) + path; }
  int requests(const std::string& path) const;
  int connections() const { return connections_; }
  int most_at_once() const { return most_at_once_; }

 private:
  struct Network;
  IssuerReply reply_to(const IssuerRequest& request);

  std::unique_ptr<Network> network_;
  std::uint16_t port_ = 0;
  std::atomic<bool> down_{false};
  std::atomic<int> connections_{0};
  std::atomic<int> at_once_{0};
  std::atomic<int> most_at_once_{0};
  mutable std::mutex mutex_;
  std::map<std::string, Respond> paths_;
  std::map<std::string, int> requests_;
  std::thread thread_;
};

/// A key set with one key for each kid.
std::string jwks_of(const std::vector<std::string>& kids);

/// Polls until the condition holds; false if it does not within ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace tacit::test
