#include "test/integration/reload/reloading.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <csignal>
#include <sstream>
#include <thread>

namespace tacit::test {

namespace json = boost::json;
using namespace std::chrono_literals;

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string reload_log(Server& server, const Deployment& deployment) {
  const std::size_t before = deployment.printed().size();
  server.process().signal(SIGHUP);
  std::string added;
  for (int i = 0; i < 500; ++i) {
    added = deployment.printed().substr(before);
    if (added.find(R"("event":"reloaded)") != std::string::npos) break;
    std::this_thread::sleep_for(20ms);
  }
  BOOST_REQUIRE_MESSAGE(added.find(R"("event":"reloaded)") != std::string::npos, added);
  std::this_thread::sleep_for(50ms);  // each io thread applies it at its own time
  return added;
}

bool is_good(const std::string& log) { return log.find(R"("event":"reloaded"})") != std::string::npos; }

std::string value_in(const std::string& log, const std::string& event, const std::string& field) {
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const json::object entry = json::parse(line).as_object();
    if (entry.at("event").as_string() != json::string(event)) continue;
    const json::value* found = entry.if_contains(field);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
  }
  return "no such event";
}

}  // namespace tacit::test
