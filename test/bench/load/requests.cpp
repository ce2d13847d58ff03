#include "test/bench/load/requests.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace tacit::bench {
namespace {

std::array<std::string, 4> fields(const std::string& line) {
  std::array<std::string, 4> found;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < found.size() && begin <= line.size(); ++i) {
    const std::size_t end = i + 1 == found.size() ? line.size() : std::min(line.find('\t', begin), line.size());
    found[i] = line.substr(begin, end - begin);
    begin = end + 1;
  }
  return found;
}

bool varies(std::string_view text) {
  return text.find("{n}") != std::string_view::npos || text.find("{r}") != std::string_view::npos;
}

std::string with_body(const std::string& head, const std::string& body) {
  if (body.empty()) return head + "\r\n";
  return head + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// xorshift64* of Marsaglia and Vigna.
std::uint64_t next_random(std::uint64_t& state) {
  state ^= state >> 12U;
  state ^= state << 25U;
  state ^= state >> 27U;
  return state * 2685821657736338717U;
}

}  // namespace

Requests::Requests(const std::string& file, std::string_view host, Order order, unsigned thread, unsigned threads)
    : order_(order), number_(thread), step_(threads) {
  std::ifstream lines(file);
  std::string line;
  for (std::size_t i = 0; std::getline(lines, line); ++i) {
    if (line.empty()) continue;
    auto [method, path, header, body] = fields(line);
    Template& made = templates_.emplace_back();
    made.before = method + ' ' + path + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n";
    if (!header.empty()) made.before += header + "\r\n";
    made.body = body;
    if (!varies(path) && !varies(body)) made.bytes = with_body(made.before, body);
  }
  if (templates_.empty()) throw std::runtime_error("no requests in " + file);
  if (order_ == Order::once || templates_.size() >= threads) {
    std::vector<Template> own;
    for (std::size_t i = thread; i < templates_.size(); i += threads) own.push_back(std::move(templates_[i]));
    templates_ = std::move(own);
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  random_ = static_cast<std::uint64_t>(now) * 2654435761U + static_cast<std::uint64_t>(::getpid()) * 97 + thread + 1;
}

std::string Requests::filled(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t at = text.find('{');
    const std::string_view mark = at == std::string_view::npos ? std::string_view() : text.substr(at, 3);
    result += text.substr(0, at);
    if (at == std::string_view::npos) return result;
    if (mark == "{n}") {
      result += std::to_string(number_);
    } else if (mark == "{r}") {
      std::array<char, 17> digits{};
      std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(next_random(random_)));
      result += digits.data();
    } else {
      result += '{';
      text.remove_prefix(at + 1);
      continue;
    }
    text.remove_prefix(at + 3);
  }
}

std::string_view Requests::next() {
  if (order_ == Order::once && place_ == templates_.size()) return {};
  if (order_ == Order::random) place_ = next_random(random_) % templates_.size();
  if (place_ >= templates_.size()) place_ = 0;
  const Template& chosen = templates_[place_++];
  if (!chosen.bytes.empty()) return chosen.bytes;
  built_ = with_body(filled(chosen.before), filled(chosen.body));
  number_ += step_;
  return built_;
}

}  // namespace tacit::bench
