// The load generator of test/bench: HTTPS with TLS 1.3, one request at a time on each connection. Prints one line of
// JSON.
//   bench-load closed|rate|handshakes|idle HOST:PORT [--requests FILE] [--order cycle|random|once] [--certificate PEM]
//     [--connections N] [--threads N] [--seconds S] [--most N] [--rate R] [--resume]
// At a rate a request's time begins when it was due, so that a stall counts for each request that it delays. HOST is an
// IPv4 address. requests.hpp describes FILE.
#include <arpa/inet.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <thread>

#include "test/bench/load/worker.hpp"

namespace {

using namespace tacit::bench;
using Arguments = std::map<std::string, std::string>;

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 3; i < argc; ++i) {
    const std::string name = argv[i];
    if (!name.starts_with("--")) throw std::runtime_error("unexpected " + name);
    if (name == "--resume") {
      arguments[name] = "yes";
    } else if (++i < argc) {
      arguments[name] = argv[i];
    } else {
      throw std::runtime_error(name + " needs a value");
    }
  }
  return arguments;
}

std::string take(Arguments& arguments, const std::string& name, const std::string& otherwise) {
  const auto found = arguments.extract(name);
  return found.empty() ? otherwise : found.mapped();
}

LoadOptions::Mode read_mode(const std::string& text) {
  if (text == "closed") return LoadOptions::Mode::closed;
  if (text == "rate") return LoadOptions::Mode::rate;
  if (text == "handshakes") return LoadOptions::Mode::handshakes;
  if (text == "idle") return LoadOptions::Mode::idle;
  throw std::runtime_error("unknown mode " + text);
}

Requests::Order read_order(const std::string& text) {
  if (text == "cycle") return Requests::Order::cycle;
  if (text == "random") return Requests::Order::random;
  if (text == "once") return Requests::Order::once;
  throw std::runtime_error("unknown order " + text);
}

sockaddr_in read_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (colon == std::string::npos || ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("no address and port: " + text);
  }
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
  return address;
}

LoadOptions read_options(int argc, char** argv) {
  if (argc < 3) throw std::runtime_error("usage: bench-load closed|rate|handshakes|idle HOST:PORT [option …]");
  LoadOptions options;
  options.mode = read_mode(argv[1]);
  options.host = argv[2];
  options.address = read_address(options.host);
  Arguments arguments = read_arguments(argc, argv);
  options.requests = take(arguments, "--requests", "");
  options.order = read_order(take(arguments, "--order", "cycle"));
  options.certificate = take(arguments, "--certificate", "");
  options.connections = std::stoul(take(arguments, "--connections", "1"));
  options.threads = static_cast<unsigned>(std::stoul(take(arguments, "--threads", "1")));
  options.seconds = std::stod(take(arguments, "--seconds", "1"));
  options.most = std::stoull(take(arguments, "--most", "0"));
  options.rate = std::stod(take(arguments, "--rate", "0"));
  options.resume = take(arguments, "--resume", "no") == "yes";
  if (!arguments.empty()) throw std::runtime_error("unknown option " + arguments.begin()->first);
  if (options.threads > options.connections) options.threads = static_cast<unsigned>(options.connections);
  if (options.threads == 0) throw std::runtime_error("no connections");
  if (options.mode == LoadOptions::Mode::rate && options.rate <= 0) throw std::runtime_error("--rate is missing");
  if (options.mode == LoadOptions::Mode::idle) options.most = options.connections;
  return options;
}

void add(LoadResult& all, const LoadResult& part) {
  all.answered += part.answered;
  all.refused += part.refused;
  all.failed += part.failed;
  all.resumed += part.resumed;
  all.unsent += part.unsent;
  if (part.unexpected != 0) all.unexpected = part.unexpected;
  all.elapsed = std::max(all.elapsed, part.elapsed);
  all.times.merge(part.times);
  all.refusals.merge(part.refusals);
}

void print(LoadResult& result) {
  std::printf(
      "{\"requests\":%llu,\"refused\":%llu,\"failed\":%llu,\"resumed\":%llu,\"unsent\":%llu,\"unexpected\":%d,"
      "\"elapsed\":%.6f,"
      "\"p50\":%u,\"p99\":%u,\"p999\":%u,\"max\":%u,\"refused_p50\":%u,\"refused_p99\":%u,\"refused_max\":%u}\n",
      static_cast<unsigned long long>(result.answered), static_cast<unsigned long long>(result.refused),
      static_cast<unsigned long long>(result.failed), static_cast<unsigned long long>(result.resumed),
      static_cast<unsigned long long>(result.unsent), result.unexpected, result.elapsed, result.times.at(0.5),
      result.times.at(0.99), result.times.at(0.999), result.times.at(1), result.refusals.at(0.5),
      result.refusals.at(0.99), result.refusals.at(1));
  std::fflush(stdout);
}

/// Runs all threads. A first failure ends the program, because the others may wait for it.
LoadResult run(std::vector<std::unique_ptr<Worker>>& workers) {
  std::vector<LoadResult> results(workers.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers.size(); ++i) threads.emplace_back([&, i] { results[i] = workers[i]->run(); });
  for (std::thread& thread : threads) thread.join();
  LoadResult all;
  for (const LoadResult& result : results) add(all, result);
  return all;
}

}  // namespace

int main(int argc, char** argv) try {
  std::signal(SIGPIPE, SIG_IGN);
  const LoadOptions options = read_options(argc, argv);
  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned i = 0; i < options.threads; ++i) workers.push_back(std::make_unique<Worker>(options, i));
  for (const auto& worker : workers) worker->connect();
  LoadResult result = run(workers);
  print(result);
  if (options.mode == LoadOptions::Mode::idle) {
    while (std::getchar() != EOF) continue;
  }
  return result.failed == 0 ? 0 : 1;
} catch (const std::exception& failure) {
  std::cerr << "bench-load: " << failure.what() << '\n';
  return 2;
}
