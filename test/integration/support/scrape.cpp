#include "test/integration/support/scrape.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace tacit::test {
namespace {

Scrape::Sample parse_line(const std::string& line) {
  static const std::regex form(R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+))re");
  static const std::regex pair(R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$))re");
  std::smatch parts;
  if (!std::regex_match(line, parts, form)) throw std::runtime_error("no sample: " + line);
  Scrape::Sample sample{parts[1], {}, std::strtod(parts[3].str().c_str(), nullptr)};
  const std::string labels = parts[2];
  for (std::sregex_iterator at(labels.begin(), labels.end(), pair), end; at != end; ++at) {
    if (!sample.labels.emplace((*at)[1], (*at)[2]).second) throw std::runtime_error("a label twice: " + line);
  }
  return sample;
}

bool has(const Scrape::Labels& labels, const Scrape::Labels& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& each) {
    const auto found = labels.find(each.first);
    return found != labels.end() && found->second == each.second;
  });
}

}  // namespace

Scrape::Scrape(std::uint16_t admin_port) {
  const std::string answer = ask_admin(admin_port, "/metrics");
  const bool good = answer.starts_with("HTTP/1.1 200 ") &&
                    answer.find("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n") != std::string::npos;
  if (!good) throw std::runtime_error("no metrics: " + answer);
  text_ = answer.substr(answer.find("\r\n\r\n") + 4);
  std::istringstream lines(text_);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !line.starts_with('#')) samples_.push_back(parse_line(line));
  }
}

std::vector<Scrape::Sample> Scrape::all(const std::string& name) const {
  std::vector<Sample> found;
  std::ranges::copy_if(samples_, std::back_inserter(found), [&](const Sample& each) { return each.name == name; });
  return found;
}

double Scrape::sum(const std::string& name, const Labels& labels) const {
  double sum = 0;
  bool found = false;
  for (const Sample& sample : samples_) {
    if (sample.name != name || !has(sample.labels, labels)) continue;
    sum += sample.value;
    found = true;
  }
  if (!found) throw std::runtime_error("no sample of " + name + " with these labels");
  return sum;
}

std::set<std::string> Scrape::names() const {
  std::set<std::string> names;
  for (const Sample& sample : samples_) names.insert(sample.name);
  return names;
}

Scrape settled_scrape(std::uint16_t admin_port) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    Scrape scrape(admin_port);
    // The server also writes on its own, and may count a commit while it is asked.
    const bool counted =
        scrape.sum("tacit_store_batch_writes_count") == scrape.sum("tacit_store_batch_duration_seconds_count");
    // The request for the metrics is itself in flight.
    if (counted && scrape.sum("tacit_http_requests_in_flight") <= 1) return scrape;
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("requests are in flight: " + scrape.text());
  }
}

std::string ask_admin(std::uint16_t port, const std::string& target) {
  const int socket = connect_tcp(port, std::chrono::seconds(10));
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: monitor\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char piece[16384];
    for (ssize_t got = 0; (got = ::recv(socket, piece, sizeof piece, 0)) > 0;) answer.append(piece, piece + got);
  }
  ::close(socket);
  return answer;
}

}  // namespace tacit::test
