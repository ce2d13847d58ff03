#include "test/faults/background_jobs.hpp"

#include <signal.h>

#include <array>
#include <ctime>
#include <stdexcept>

namespace json = boost::json;
using namespace std::chrono_literals;

namespace tacit::test {
namespace {

/// RFC 3339, so many seconds from now.
std::string instant(std::time_t from_now) {
  const std::time_t at = std::time(nullptr) + from_now;
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

}  // namespace

BackgroundJobs::BackgroundJobs(const Deployment& deployment, const Server& server)
    : deployment_(deployment), server_(server) {
  const std::string folder = deployment.folder().string();
  feed_ = std::make_unique<Process>(
      std::vector<std::string>{TACIT_BINARY, "audit", "feed", "--to", folder + "/feed.jsonl", "--state",
                               folder + "/feed.state", "--config", deployment.config().string()},
      deployment.folder() / "feed.out", deployment.folder() / "feed.out");
  every(20s, [this] { visit(); });
  every(20s, [this] { let_expire(); });
  every(30s, [this] { command({"reload"}); });
  every(30s, [this] { command({"audit", "prune", "--before", instant(-60), "--yes"}); });
  every(45s, [this] { rotate_logs(); });
  every(60s, [this] { command({"backup", "--into", deployment_.folder().string(), "--keep", "3"}); });
  every(60s, [this] { command({"audit", "export"}); });
  every(90s, [this] { command({"verify"}); });
  every(90s, [this] { command({"audit", "verify"}); });
  every(120s, [this] { command({"tenant", "rekey", "--all", "--rate", "100"}); });
  every(180s, [this] { change_root_key(); });
}

void BackgroundJobs::every(std::chrono::seconds interval, std::function<void()> work) {
  jobs_.push_back({interval, std::move(work), Clock::now() + interval / 4});
}

void BackgroundJobs::tick() {
  for (Job& job : jobs_) {
    if (Clock::now() < job.next) continue;
    job.work();
    ++done_;
    job.next = Clock::now() + job.interval;
  }
  if (!feed_->running()) throw std::runtime_error("the feed ended: " + read_file(deployment_.folder() / "feed.out"));
}

void BackgroundJobs::stop() {
  feed_->signal(SIGTERM);
  const auto status = feed_->wait(30s);
  if (status != 0) throw std::runtime_error("the feed: " + read_file(deployment_.folder() / "feed.out"));
}

void BackgroundJobs::command(const std::vector<std::string>& words) {
  const Finished done = deployment_.command(words);
  if (done.status == 0) return;
  std::string text;
  for (const std::string& word : words) text += word + " ";
  throw std::runtime_error(text + "ended with " + std::to_string(done.status) + ": " + done.out.substr(0, 2000) +
                           done.err.substr(0, 2000));
}

void BackgroundJobs::rotate_logs() {
  // The service manager's journal or copytruncate for the server's, which it has as its standard error; a move for the
  // feed's, which it notices.
  std::filesystem::resize_file(deployment_.log(), 0);
  const std::filesystem::path feed = deployment_.folder() / "feed.jsonl";
  if (std::filesystem::exists(feed)) std::filesystem::rename(feed, deployment_.folder() / "feed.jsonl.1");
}

void BackgroundJobs::change_root_key() {
  const Finished added = deployment_.command({"key", "add", "root"});
  if (added.status != 0) throw std::runtime_error("key add: " + added.err);
  command({"reload"});
  command({"key", "promote", added.out.substr(0, added.out.find('\n'))});
  command({"reload"});
  command({"key", "rewrap", "root", "--rate", "0"});
}

/// A new tenant, which takes a prekey; the one before is erased.
void BackgroundJobs::visit() {
  if (!passing_user_.empty()) command({"erase", "--tenant", passing_user_, "--yes"});
  passing_user_ = new_uuid();
  passing_key_ = deployment_.create_api_key(passing_user_);
  Client api(server_, passing_key_);
  const json::value body = {{"secret_name", "n"}, {"secret_value", "12345678"}};
  const Answer made = api.post(secrets_path, body);
  if (made.status != 200) throw std::runtime_error("a new tenant: " + std::to_string(made.status) + made.body);
}

/// Secrets that expire before the next visit.
void BackgroundJobs::let_expire() {
  if (passing_key_.empty()) return;
  Client api(server_, passing_key_);
  for (int i = 0; i < 10; ++i) {
    const json::value body = {
        {"secret_name", "expires " + std::to_string(i)}, {"secret_value", "12345678"}, {"expires_at", instant(5)}};
    const Answer made = api.request("PUT", secrets_path + "by-name", json::serialize(body));
    if (made.status != 200) throw std::runtime_error("an expiring secret: " + made.body);
  }
}

}  // namespace tacit::test
