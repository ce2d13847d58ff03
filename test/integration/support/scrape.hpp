// Reads /metrics like Prometheus, with code that it does not share with the server.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

class Scrape {
 public:
  using Labels = std::map<std::string, std::string>;
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
  };

  /// Asks the admin listener. Throws unless the response contains metrics.
  explicit Scrape(std::uint16_t admin_port);

  /// The sum of the samples of that name with at least these labels. Throws if there is none.
  double sum(const std::string& name, const Labels& labels = {}) const;
  std::vector<Sample> all(const std::string& name) const;
  std::set<std::string> names() const;
  const std::vector<Sample>& samples() const { return samples_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<Sample> samples_;
};

/// A scrape after every answered request and every commit is counted: the server counts a request after the client has
/// its answer.
Scrape settled_scrape(std::uint16_t admin_port);

/// Sends a request to the admin listener, which has no TLS. Returns the whole response.
std::string ask_admin(std::uint16_t port, const std::string& target);

}  // namespace tacit::test
