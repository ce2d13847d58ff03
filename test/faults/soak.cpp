// A server under load with every background job: its memory, descriptors, free pages and latencies stay flat, and
// nothing is lost. test/faults/soak.sh starts it and explains the settings.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>

#include "test/faults/background_jobs.hpp"
#include "test/faults/client_work.hpp"
#include "test/faults/slope.hpp"
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

double from_environment(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stod(text);
}

/// What is measured every few seconds, and how much it may grow in an hour: so many units and such a part of its mean.
struct Measure {
  const char* name;
  double unit;
  double most;
  double most_part;
  std::vector<std::pair<double, double>> points{};
};

/// A number of proc(5)'s status file, in bytes.
double status_bytes(pid_t process, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) * 1024;
  }
  throw std::runtime_error("no " + field);
}

double descriptors_of(pid_t process) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd");
  return static_cast<double>(std::distance(begin(all), end(all)));
}

/// Latencies since the last look, of reads and of changes.
class Latencies {
 public:
  void add(std::chrono::nanoseconds time, bool change) {
    const std::scoped_lock lock(mutex_);
    values_[change ? 1 : 0].push_back(static_cast<double>(time.count()) / 1e6);
  }
  std::vector<double> take(bool change) {
    const std::scoped_lock lock(mutex_);
    return std::exchange(values_[change ? 1 : 0], {});
  }

 private:
  std::mutex mutex_;
  std::array<std::vector<double>, 2> values_;
};

class Soak {
 public:
  explicit Soak(Server& server) : server_(server) {}

  void sample(double hours, Latencies& latencies) {
    const Scrape metrics(server_.admin_port());
    add("RSS, MiB", hours, status_bytes(server_.process().pid(), "VmRSS"));
    add("anonymous memory, MiB", hours, status_bytes(server_.process().pid(), "RssAnon"));
    add("descriptors", hours, descriptors_of(server_.process().pid()));
    add("free pages", hours, metrics.sum("tacit_store_free_pages"));
    add("store in use, MiB", hours, metrics.sum("tacit_store_used_bytes"));
    const std::vector<double> reads = latencies.take(false);
    const std::vector<double> changes = latencies.take(true);
    add("read p50, ms", hours, quantile(reads, 0.5));
    add("read p99, ms", hours, quantile(reads, 0.99));
    add("change p50, ms", hours, quantile(changes, 0.5));
    add("change p99, ms", hours, quantile(changes, 0.99));
  }

  /// Prints the slopes. `judged`: fails for those beyond their limits.
  void state(bool judged) const {
    std::printf("%-24s %10s %10s %10s %14s %14s %12s\n", "measure", "first", "last", "mean", "slope an hour",
                "of 2nd half", "limit");
    for (const Measure& measure : measures_) {
      if (measure.points.empty()) continue;
      const Line line = line_through(measure.points);
      const double limit = measure.most + measure.most_part * line.mean / measure.unit;
      const double slope = line.slope / measure.unit;
      const auto middle = static_cast<std::ptrdiff_t>(measure.points.size() / 2);
      const double later = line_through({measure.points.begin() + middle, measure.points.end()}).slope / measure.unit;
      std::printf("%-24s %10.2f %10.2f %10.2f %+14.2f %+14.2f %12.2f\n", measure.name,
                  measure.points.front().second / measure.unit, measure.points.back().second / measure.unit,
                  line.mean / measure.unit, slope, later, limit);
      if (judged) BOOST_TEST(slope <= limit, measure.name << " grows by " << slope << " an hour");
    }
    std::fflush(stdout);
  }

 private:
  void add(std::string_view name, double hours, double value) {
    for (Measure& measure : measures_) {
      if (measure.name == name) measure.points.emplace_back(hours, value);
    }
  }

  static constexpr double mebibyte = 1048576;
  Server& server_;
  // Latencies have wide limits: other programs use the machine, too.
  std::vector<Measure> measures_ = {{"RSS, MiB", mebibyte, 16, 0.1},
                                    {"anonymous memory, MiB", mebibyte, 8, 0.1},
                                    {"descriptors", 1, 4, 0},
                                    {"free pages", 1, 500, 0.5},
                                    {"store in use, MiB", mebibyte, 8, 0.2},
                                    {"read p50, ms", 1, 1, 3},
                                    {"read p99, ms", 1, 10, 5},
                                    {"change p50, ms", 1, 5, 3},
                                    {"change p99, ms", 1, 50, 5}};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(soak)

BOOST_AUTO_TEST_CASE(a_loaded_server_with_every_background_job_stays_flat) {
  const double minutes = from_environment("TACIT_SOAK_MINUTES", 0.2);
  const auto clients = static_cast<std::size_t>(from_environment("TACIT_SOAK_CLIENTS", 16));
  const double rate = from_environment("TACIT_SOAK_RATE", 0);
  WorkTerms terms{.names = 20};
  if (rate > 0) terms.pause = std::chrono::microseconds(static_cast<long>(1e6 * static_cast<double>(clients) / rate));
  Latencies latencies;
  terms.measured = [&](std::chrono::nanoseconds time, bool change) { latencies.add(time, change); };

  const Deployment deployment(Settings{{"request-rate", "0"},
                                       {"versions-kept", "2"},
                                       {"admin-listen", "127.0.0.1:0"},
                                       {"audit-head-log", "5"},
                                       {"scrub-within", "60"},
                                       {"prekey-pool", "64"},
                                       {"connection-max-age", "120"},
                                       {"log-level", "info"}});
  std::vector<ClientRecord> records = make_records(deployment, 4, clients);
  Server server(deployment);
  Soak soak(server);
  BackgroundJobs jobs(deployment, server);
  std::atomic<bool> over{false};
  std::thread load(
      [&] { in_parallel(clients, [&](std::size_t i) { ClientWork(server, records[i], i, terms).run(over); }); });
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  const double warm_up = std::min(180.0, minutes * 60 / 5);
  const double interval = std::min(10.0, minutes * 6);
  double next = warm_up;
  try {
    while (elapsed() < minutes * 60) {
      std::this_thread::sleep_for(200ms);
      jobs.tick();
      if (elapsed() < next) continue;
      if (next == warm_up) {  // the samples begin with the next one
        latencies.take(true);
        latencies.take(false);
      } else {
        soak.sample(elapsed() / 3600, latencies);
      }
      next += interval;
    }
    jobs.stop();
  } catch (const std::exception& error) {
    BOOST_ERROR(error.what());
  }
  over = true;
  load.join();
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  std::uint64_t acknowledged = 0;
  for (ClientRecord& record : records) {
    answered += record.answered;
    refused += record.refused;
    acknowledged += record.acknowledged;
    record.releases.clear();  // pruned
  }
  std::printf(
      "%.1f minutes, %zu clients, %.0f requests a second, %llu answers, %llu changes, %llu refusals, %zu jobs\n",
      elapsed() / 60, clients, static_cast<double>(answered) / elapsed(), static_cast<unsigned long long>(answered),
      static_cast<unsigned long long>(acknowledged), static_cast<unsigned long long>(refused), jobs.done());
  soak.state(minutes >= 10);
  report_findings(records);
  compare_with_store(server, records);
  BOOST_TEST(server.stop() == 0);
  deployment.verify();
  succeed(deployment, {"audit", "verify"});
}

BOOST_AUTO_TEST_SUITE_END()
