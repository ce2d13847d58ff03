// A disk that does not answer reads of the store's file: every command ends and reports it.
#include <memory>

#include "test/integration/support/deployment.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

/// A command that is started and waited for later.
struct Started {
  std::vector<std::string> words;
  std::filesystem::path err;
  std::unique_ptr<Process> process;
};

std::vector<std::vector<std::string>> commands_on(const Deployment& deployment) {
  const std::string tenant = new_uuid();
  return {{"stats"},
          {"scrub"},
          {"backup", (deployment.folder() / "backup").string()},
          {"check-config"},
          {"export", "--tenant", tenant},
          {"erase", "--tenant", tenant, "--yes"},
          {"audit", "verify"},
          {"audit", "export"},
          {"audit", "tail", "--follow"},
          {"audit", "prune", "--before", "2h", "--yes"},
          {"audit", "feed", "--to", "-"},
          {"api-key", "create", "--tenant", tenant, "--name", "test"},
          {"api-key", "list"},
          {"api-key", "revoke", "00000000000", "--yes"},
          {"quota", "get", "--tenant", tenant},
          {"limits", "get", "--tenant", tenant},
          {"key", "list", "--uses"},
          {"key", "rewrap"}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unresponsive_disk)

// All at once, because each takes as long as the deadline for progress: 60 s and up to store-timeout more.
BOOST_AUTO_TEST_CASE(every_command_ends_with_a_message) {
  const Deployment deployment{Settings{{"store-timeout", "1"}}};
  const auto fault = deployment.folder() / "fault";
  const Environment environment{
      {"LD_PRELOAD", TACIT_FAULTY_CALLS}, {"FAULTY_DISK", fault.string()}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  write_file(fault, "reads 0\n");
  std::vector<Started> all;
  for (const auto& words : commands_on(deployment)) {
    const std::string number = std::to_string(all.size());
    std::vector<std::string> call = {TACIT_BINARY};
    call.insert(call.end(), words.begin(), words.end());
    call.insert(call.end(), {"--config", deployment.config().string()});
    Started one{words, deployment.folder() / ("err" + number), nullptr};
    one.process = std::make_unique<Process>(call, deployment.folder() / ("out" + number), one.err, environment);
    all.push_back(std::move(one));
  }
  for (const Started& one : all) {
    const auto status = one.process->wait(5min);
    const std::string name = one.words[0] + " " + one.words[1 % one.words.size()];
    BOOST_TEST((status == 1), name << " ended with " << status.value_or(-1));
    const std::string words = read_file(one.err);
    BOOST_TEST(words.find("data.mdb: the process that has the store open was opening the store and made no progress") !=
                   std::string::npos,
               name << ": " << words);
  }
}

BOOST_AUTO_TEST_SUITE_END()
