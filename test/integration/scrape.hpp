// Reads /metrics like Prometheus, with code that it does not share with the server.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "test/integration/deployment.hpp"

namespace tacit::test {

class Scrape {
 public:
  using Labels = std::map<std::string, std::string>;
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
  };

  /// Asks the admin listener. Throws unless it answers with metrics.
  explicit Scrape(std::uint16_t admin_port);

  /// The sum of the samples of that name that have these labels, and perhaps others. Throws if there is none.
  double sum(const std::string& name, const Labels& labels = {}) const;
  std::vector<Sample> all(const std::string& name) const;
  std::set<std::string> names() const;
  const std::vector<Sample>& samples() const { return samples_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<Sample> samples_;
};

/// A scrape once every request that was answered is counted: that happens after the client has its answer.
Scrape settled_scrape(std::uint16_t admin_port);

/// A request of the admin listener's, which has no TLS; the whole answer.
std::string ask_admin(std::uint16_t port, const std::string& target);

}  // namespace tacit::test
