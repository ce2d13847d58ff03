// Values, names, masks and credentials do not appear where an operator, a log collector or a core dump shows them.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "test/integration/secrets/process_memory.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

// Each path of a value through the server has its own canary, so that a leak identifies its path. A canary's mask is
// recognisable, too: four characters of its start and of its end.
struct Canary {
  std::string way;
  std::string value;
};

class Canaries {
 public:
  std::string value(const std::string& way) {
    const std::string random = new_uuid();
    all_.push_back({way, "v" + random.substr(0, 8) + "-" + way + "-" + random.substr(24)});
    return all_.back().value;
  }
  const std::vector<Canary>& all() const { return all_; }

 private:
  std::vector<Canary> all_;
};

struct Exercised {
  Deployment deployment;
  Server server{deployment};
  Tenant tenant{deployment, server};
  std::string reader_api_key = deployment.create_api_key(tenant.id, {"--scope", "secrets:read"});
  Canaries values;
  std::string name = "nAmE-" + new_uuid();
  std::vector<std::unique_ptr<HttpsClient>> connections;  // kept open: their buffers are searched as well

  HttpsClient& connect(ClientOptions options) {
    connections.push_back(std::make_unique<HttpsClient>(options));
    return *connections.back();
  }
  HttpsClient& connect() { return connect(server.api_client()); }

  std::string body(const std::string& suffix, const std::string& way, json::object more = {}) {
    more["secret_name"] = json::string(name + suffix);
    more["secret_value"] = json::string(values.value(way));
    return json::serialize(more);
  }
  Headers with_api_key(const std::string& type = "application/json") const {
    return {{"x-api-key", tenant.key}, {"Content-Type", type}};
  }
  int post(const std::string& content, const Headers& headers) {
    return connect().request("POST", secrets_path, headers, content).status;
  }

  void create_in_pieces() {
    for (const std::size_t piece : {1U, 7U, 64U, 100000U}) {
      const std::string bytes = request_bytes("POST", secrets_path, with_api_key(),
                                              body("p" + std::to_string(piece), "pieces" + std::to_string(piece)));
      HttpsClient& client = connect();
      for (std::size_t at = 0; at < bytes.size(); at += piece) client.send(std::string_view(bytes).substr(at, piece));
      REQUIRE_STATUS(client.read_answer(), 200);
    }
    const std::string escaped = values.value("escaped");
    std::string text;
    for (const char c : escaped) {
      char unit[8];
      std::snprintf(unit, sizeof unit, "\\u%04x", static_cast<unsigned>(c));
      text += unit;
    }
    BOOST_TEST(post(R"({"secret_name":")" + name + R"(e","secret_value":")" + text + "\"}", with_api_key()) == 200);
  }

  void fail_to_create() {
    BOOST_TEST(post(body("p1", "taken"), with_api_key()) == 409);
    BOOST_TEST(post(body(std::string(2000, 'x'), "faulty"), with_api_key()) == 422);
    BOOST_TEST(post(body("u", "unbound", {{"is_default_for_tool", true}}), with_api_key()) == 422);
    BOOST_TEST(post(body("j", "cut") + "!", with_api_key()) == 422);
    BOOST_TEST(post("[" + body("a", "array") + "]", with_api_key()) == 422);
    BOOST_TEST(
        post(R"({"secret_value":")" + values.value("twice1") + R"(","secret_value":")" + values.value("twice2") + "\"}",
             with_api_key()) == 422);
    BOOST_TEST(post(R"({"secret_value":{"deep":")" + values.value("deep") + "\"}}", with_api_key()) == 422);
    BOOST_TEST(post(R"({"x":")" + values.value("unknown-field") + "\"}", with_api_key()) == 422);
    BOOST_TEST(post(R"({"is_default_for_tool":")" + values.value("boolean") + "\"}", with_api_key()) == 422);
    BOOST_TEST(post(body("t", "type"), with_api_key("text/plain")) == 415);
    BOOST_TEST(post(body("c", "no-credential"), {{"Content-Type", "application/json"}}) == 401);
    BOOST_TEST(post(body("s", "no-scope"), {{"x-api-key", reader_api_key}, {"Content-Type", "application/json"}}) ==
               403);
    BOOST_TEST(connect().request("POST", "/nowhere", with_api_key(), body("n", "nowhere")).status == 404);
    BOOST_TEST(connect().request("PUT", secrets_path, with_api_key(), body("m", "method")).status == 405);
    BOOST_TEST(post(body("l", "too-long") + std::string(70000, ' '), with_api_key()) == 413);
    const Finished lowered = deployment.command({"quota", "set", tenant.id, "10"});
    BOOST_REQUIRE(lowered.status == 0);
    BOOST_TEST(post(body("q", "quota"), with_api_key()) == 413);
    BOOST_REQUIRE(deployment.command({"quota", "set", tenant.id, "default"}).status == 0);
    // A body that stays incomplete, on a connection that ends.
    const std::string bytes = request_bytes("POST", secrets_path, with_api_key(), body("h", "half"));
    HttpsClient half(server.api_client());
    half.send(std::string_view(bytes).substr(0, bytes.size() - 2));
    std::this_thread::sleep_for(100ms);
  }

  void use() {
    const Answer made = connect().request(
        "POST", secrets_path, with_api_key(),
        body("d", "default", {{"tool_name", "tool*"}, {"tool_arg", "a"}, {"is_default_for_tool", true}}));
    REQUIRE_STATUS(made, 200);
    masks.push_back(made.text("display"));
    const std::string one = secrets_path + made.text("secret_id");
    const json::value patch = {{"secret_value", values.value("patched")}};
    const Answer patched = connect().request("PATCH", one, with_api_key(), json::serialize(patch));
    REQUIRE_STATUS(patched, 200);
    masks.push_back(patched.text("display"));
    REQUIRE_STATUS(connect().request("GET", one, with_api_key()), 200);
    REQUIRE_STATUS(connect().request("GET", secrets_path + "?secret_name=" + name + "d", with_api_key()), 200);
    const auto ask = [&](const json::value& question) {
      return connect(server.tools_client())
          .request("POST", "/tool/v1/resolve", {{"Content-Type", "application/json"}}, json::serialize(question));
    };
    const Answer released = ask({{"user_id", tenant.id}, {"tool_name", "tool1"}});
    REQUIRE_STATUS(released, 200);
    BOOST_TEST(released.body.find(values.all().back().value) != std::string::npos);
    for (int i = 0; i < 20; ++i)
      REQUIRE_STATUS(
          ask({{"user_id", tenant.id}, {"tool_name", "tool1"}, {"secrets", {{"b", json::string(name + "p1")}}}}), 200);
    CHECK_STATUS(ask({{"user_id", tenant.id},
                      {"tool_name", "other"},
                      {"secrets", {{"x", json::string(name + "d")}, {"y", json::string(name + "p1")}}}}),
                 403);
    REQUIRE_STATUS(connect().request("DELETE", one, with_api_key()), 200);
  }

  std::vector<std::string> masks;
};

Exercised& exercised() {
  static Exercised made;
  static const bool done = [] {
    made.create_in_pieces();
    made.fail_to_create();
    made.use();
    return true;
  }();
  static_cast<void>(done);
  return made;
}

void expect_absent(const std::string& haystack, const std::string& needle, const std::string& what) {
  const std::size_t at = haystack.find(needle);
  BOOST_TEST(at == std::string::npos,
             what << " is in: " << (at == std::string::npos ? "" : haystack.substr(at > 200 ? at - 200 : 0, 300)));
}

std::string status_field(pid_t pid, const std::string& file, const std::string& field) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field)) return line.substr(field.size());
  }
  return {};
}

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(geteuid() == 0);
  result.message() << "needs root";
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(leak)

BOOST_AUTO_TEST_CASE(no_value_stays_in_the_servers_memory, *boost::unit_test::precondition(is_root)) {
  Exercised& it = exercised();
  const pid_t pid = it.server.process().pid();
  // The search works: the store's path is certainly in memory.
  BOOST_REQUIRE(!find_in_memory(pid, it.deployment.store().string()).empty());
  for (const Canary& canary : it.values.all()) {
    const std::vector<std::string> places = find_in_memory(pid, canary.value);
    BOOST_TEST(places.empty(), canary.way << ": the value is in memory " << places.size() << " times, first at "
                                          << (places.empty() ? "" : places.front()));
  }
}

BOOST_AUTO_TEST_CASE(no_core_file_is_written) {
  const pid_t pid = exercised().server.process().pid();
  const std::string limit = status_field(pid, "limits", "Max core file size");
  BOOST_TEST(limit.find_first_not_of(" 0") == limit.find('b'), "the core file limit is " << limit);  // "0 0 bytes"
}

// The kernel gives the /proc files of a non-dumpable process to root. That proves nothing for a process of root, so
// this server runs as the user nobody.
BOOST_AUTO_TEST_CASE(the_process_is_not_dumpable, *boost::unit_test::precondition(is_root)) {
  Deployment deployment;
  const std::filesystem::path folder = deployment.folder();
  const Certificates& pki = certificates();
  std::filesystem::copy_file(TACIT_BINARY, folder / "tacit");
  std::filesystem::copy_file(pki.server.certificate, folder / "server.pem");
  std::filesystem::copy_file(pki.server.key, folder / "server.key");
  deployment.configure({{"plane", "api"},
                        {"api-certificate", (folder / "server.pem").string()},
                        {"api-certificate-key", (folder / "server.key").string()}});
  BOOST_REQUIRE(run({"chown", "-R", "65534:65534", folder.string()}).status == 0);
  Process server({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig=KILL",
                  (folder / "tacit").string(), "serve", "--config", deployment.config().string()},
                 deployment.log(), deployment.log());
  for (int i = 0; i < 1000 && deployment.printed().find(R"("event":"ready")") == std::string::npos; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  BOOST_REQUIRE(deployment.printed().find(R"("event":"ready")") != std::string::npos);
  BOOST_TEST(status_field(server.pid(), "status", "Uid:").starts_with("\t65534"));
  struct stat environment {};
  BOOST_REQUIRE(stat(("/proc/" + std::to_string(server.pid()) + "/environ").c_str(), &environment) == 0);
  BOOST_TEST(environment.st_uid == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_secret_is_ever_printed) {
  Exercised& it = exercised();
  std::this_thread::sleep_for(500ms);  // the access log is written in batches
  const std::string printed = it.deployment.printed();
  BOOST_REQUIRE(printed.find("/api/v1/secrets") != std::string::npos);  // requests are logged at all
  for (const Canary& canary : it.values.all()) expect_absent(printed, canary.value, "the value of " + canary.way);
  expect_absent(printed, it.name, "a name");
  for (const std::string& key : {it.tenant.key, it.reader_api_key}) {
    expect_absent(printed, key, "an API key");
    expect_absent(printed, key.substr(15, 43), "the secret of an API key");
  }
  BOOST_REQUIRE(it.masks.size() == 2U);
  for (const std::string& mask : it.masks) expect_absent(printed, mask, "a mask");
}

BOOST_AUTO_TEST_CASE(the_store_contains_no_plaintext_secret) {
  Exercised& it = exercised();
  int files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(it.deployment.store())) {
    if (!file.is_regular_file()) continue;
    ++files;
    const std::string content = read_file(file.path());
    for (const Canary& canary : it.values.all())
      BOOST_TEST(content.find(canary.value) == std::string::npos, canary.way);
    BOOST_TEST(content.find(it.name) == std::string::npos);
    BOOST_TEST(content.find(it.tenant.key.substr(15, 43)) == std::string::npos);
    for (const std::string& mask : it.masks) BOOST_TEST(content.find(mask) == std::string::npos);
  }
  BOOST_TEST(files > 0);
}

BOOST_AUTO_TEST_CASE(no_api_answer_carries_a_value) {
  Exercised& it = exercised();
  Client api(it.server, it.tenant.key);
  const std::string listed = api.get(secrets_path).body;
  BOOST_REQUIRE(listed.find(it.name) != std::string::npos);
  for (const Canary& canary : it.values.all()) BOOST_TEST(listed.find(canary.value) == std::string::npos, canary.way);
}

BOOST_AUTO_TEST_SUITE_END()
