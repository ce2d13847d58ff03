#include "test/faults/operator_work.hpp"

#include <signal.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ctime>

#include "test/integration/support/succeeding_command.hpp"

using namespace std::chrono_literals;

namespace tacit::test {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// The beginning of this second, so that entries of this round stay.
std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

}  // namespace

void OperatorWork::change_keys() {
  if (random_() % 8 != 0) return;
  const std::string keyring = random_() % 2 == 0 ? "root" : "metadata";
  std::string key = succeed(deployment_, {"key", "add", keyring});
  key.pop_back();
  succeed(deployment_, {"key", "promote", key});
  std::erase_if(old_keys_, [&](const std::string& old) {
    return deployment_.command({"key", "retire", old}).status == 0;
  });
  old_keys_.push_back(key);
}

std::vector<std::string> OperatorWork::choose() {
  switch (random_() % 10) {
    case 0:
    case 1:
      return {"tenant", "rekey", "--all", "--rate", "0"};
    case 2:
      return {"key", "rewrap", "root", "--rate", "0"};
    case 3:
      return {"key", "rewrap", "metadata", "--rate", "0"};
    case 4:
      return {"key", "rewrap", "--rate", "0"};
    case 5:
      return {"audit", "prune", "--before", now_text(), "--yes"};
    case 6:
      return {"backup", "--into", deployment_.folder().string(), "--keep", "2"};
    case 7:
      return {"scrub"};
    case 8:
      return {"verify"};
    default:
      return {};
  }
}

void OperatorWork::start() {
  std::vector<std::string> words = choose();
  name_ = words.empty() ? "no command" : joined(words);
  if (words.empty()) return;
  words.insert(words.begin(), TACIT_BINARY);
  words.insert(words.end(), {"--config", deployment_.config().string()});
  write_file(deployment_.folder() / "command.out", "");
  command_ =
      std::make_unique<Process>(words, deployment_.folder() / "command.out", deployment_.folder() / "command.out");
}

void OperatorWork::finish(bool kill) {
  if (command_ == nullptr) return;
  if (kill) {
    command_->signal(SIGKILL);
    ++killed_;
  } else {
    ++done_;
  }
  const auto status = command_->wait(60s);
  const std::string printed = read_file(deployment_.folder() / "command.out");
  BOOST_TEST(status.has_value(), name_ << " does not end: " << printed);
  if (!kill && status) BOOST_TEST(*status == 0, name_ << ": " << printed);
  command_.reset();
  // Until it is done, `tacit verify` asks for it.
  if (kill && name_.starts_with("tenant rekey")) succeed(deployment_, {"tenant", "rekey", "--all", "--rate", "0"});
}

}  // namespace tacit::test
