// A client that makes changes and reads of every kind, checks each answer, and keeps its record.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <random>

#include "test/faults/client_record.hpp"

namespace tacit::test {

struct WorkTerms {
  std::size_t names = 8;               ///< of secrets
  bool survives_errors = false;        ///< continues after an answer of 500, and after a broken connection
  std::chrono::microseconds pause{0};  ///< from an answer to the next request
  /// Gets the duration of each answered request, and whether it was a change.
  std::function<void(std::chrono::nanoseconds, bool)> measured{};
};

class ClientWork {
 public:
  ClientWork(const Server& server, ClientRecord& record, std::uint64_t seed, WorkTerms terms = {});

  /// Works until `over`, or until the server is gone. An answer that no fault excuses becomes a finding.
  void run(const std::atomic<bool>& over);

 private:
  enum class Verdict { made, refused, open };

  void once();
  void change_secret();
  void create(const std::string& name);
  void put(const std::string& name);
  void create_batch();
  void update(const std::string& name, KnownSecret& known);
  void remove(const std::string& name, const KnownSecret& known);
  void roll_back(const std::string& name, KnownSecret& known);
  void remove_version(const std::string& name, KnownSecret& known);
  void change_api_key();
  void read_one();
  void read_list();
  void resolve_one();
  void resolve_many();
  void report();

  Answer ask(Client& client, std::string_view method, const std::string& target,
             const boost::json::value* body = nullptr, const Headers& headers = {});
  Verdict judge(const Answer& answer, int fine);
  /// A change of secrets: true if it was made.
  bool changed(SecretDoubt doubt, const std::function<Answer()>& request, Answer& answer, int fine = 200);
  bool changed(ApiKeyDoubt doubt, const std::function<Answer()>& request, Answer& answer);
  void learn(const std::string& name, const Content& content, const boost::json::value& secret);
  bool check_value(const std::string& name, const boost::json::value& argument);

  Content new_content() { return {new_number(), new_number()}; }
  std::uint64_t new_number() { return random_() % 50000000 * 64 + index_; }
  std::string some_name() { return record_.prefix + std::to_string(random_() % terms_.names); }
  /// A secret that is not in doubt; end() if the first choice is none.
  std::map<std::string, KnownSecret>::iterator some_secret();

  ClientRecord& record_;
  const WorkTerms terms_;
  const std::uint64_t index_;
  std::mt19937_64 random_;
  Client api_;
  Client tools_;
};

}  // namespace tacit::test
