// A request's log line, and its rate limit fields.
#pragma once

#include <boost/json/parse.hpp>

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

/// The log line of that request; null if there is none.
inline boost::json::value logged(const Deployment& deployment, const std::string& event,
                                 const std::string& request_id) {
  std::istringstream lines(deployment.printed());
  for (std::string line; std::getline(lines, line);) {
    const boost::json::value entry = boost::json::parse(line);
    const boost::json::value* const id = entry.as_object().if_contains("request_id");
    if (id != nullptr && id->as_string() == request_id && entry.at("event").as_string() == event) return entry;
  }
  return nullptr;
}

inline boost::json::value wait_for_line(const Deployment& deployment, const std::string& event,
                                        const std::string& request_id) {
  for (int i = 0; i < 500; ++i) {
    boost::json::value line = logged(deployment, event, request_id);
    if (!line.is_null()) return line;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("no line " + event + " of " + request_id);
}

/// The number of requests that the client's tenant may still make at once. The call itself costs one.
inline int remaining(Client& client) {
  const std::string fields = client.get("/api/v1/quota").header("RateLimit");
  return std::stoi(fields.substr(fields.find(";r=") + 3));
}

}  // namespace tacit::test
