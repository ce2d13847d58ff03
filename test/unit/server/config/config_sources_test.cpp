// The sources of the configuration: precedence, unknown names, and faults with their file and line.
#include "server/config/config_sources.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "server/config/service_links.hpp"
#include "server/config/settings.hpp"
#include "store/model/defaults.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;

namespace {

struct Sources {
  LoadedConfig load(const std::string& file_text) {
    sources.file = directory.write("tacit.conf", file_text);
    return load_config(sources);
  }
  Config good(const std::string& file_text) {
    const auto loaded = load(file_text);
    BOOST_TEST(loaded.problems.empty());
    for (const auto& problem : loaded.problems) BOOST_TEST_MESSAGE(problem);
    return loaded.config;
  }
  // The only problem, without the directory's name.
  std::string problem(const std::string& file_text) {
    const auto loaded = load(file_text);
    BOOST_TEST_REQUIRE(loaded.problems.size() == 1u);
    std::string sentence = loaded.problems.front();
    const std::string prefix = directory.path().string() + "/";
    for (auto at = sentence.find(prefix); at != std::string::npos; at = sentence.find(prefix)) {
      sentence.erase(at, prefix.size());
    }
    return sentence;
  }

  tacit::test::TemporaryFolder directory;
  ConfigSources sources;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(config_sources)

BOOST_FIXTURE_TEST_CASE(without_settings_the_defaults_apply, Sources) {
  BOOST_TEST((good("") == Config{}));
  BOOST_TEST((good("# only\n\n   \t\n  # comments\r\n") == Config{}));
}

BOOST_AUTO_TEST_CASE(a_configuration_begins_with_the_listed_defaults) {
  const Config config;
  BOOST_TEST((config.plane == Planes::both));
  BOOST_TEST((config.tool_listen == Endpoint{"127.0.0.1", 8444}));
  BOOST_TEST(!config.admin_listen);
  BOOST_TEST(config.store == "/var/lib/tacit/store");
  BOOST_TEST(config.request_rate == 1000U);
  BOOST_TEST((config.shutdown_timeout == 30s));
  BOOST_TEST(config.access_log);
}

BOOST_AUTO_TEST_CASE(defaults_of_other_folders_are_listed_as_people_write_them) {
  const auto listed = [](std::string_view name) { return std::string_view(find_setting(name)->initial); };
  BOOST_TEST(listed("map-size") == "16G");
  BOOST_TEST(listed("write-queue-items") == "4096");
  BOOST_TEST(listed("write-rate") == "1K");
  BOOST_TEST(listed("idle-timeout") == "75");
  BOOST_TEST((Config().map_size == tacit::store::defaults::map_size));
  BOOST_TEST((Config().timeouts == tacit::http::Timeouts()));
  const std::string age(find_setting("connection-max-age")->help);
  BOOST_TEST(age.ends_with(" Default: 3600 on the API plane, 900 on the tool plane. 0: no limit."), age);
}

BOOST_FIXTURE_TEST_CASE(additions_by_editors_are_accepted, Sources) {
  const auto config = good("\xef\xbb\xbfplane = api\r\nstore = /x/store\r\n");
  BOOST_TEST((config.plane == Planes::api));
  BOOST_TEST(config.store == "/x/store");
  const std::string utf16("\xff\xfep\0l\0", 6);
  BOOST_TEST(problem(utf16) == "tacit.conf: is UTF-16 text; save it as UTF-8");
}

BOOST_FIXTURE_TEST_CASE(the_file_sets_every_type, Sources) {
  const auto config = good(
      "plane = tools\napi-listen=[::]:443\n  store =/srv/tacit \nmap-size = 64G # plenty\r\n"
      "quota-default = 0\nthreads = 8\nidle-timeout = 5\ndrain-delay = 20\nrequest-rate = 0\nfailed-auth-burst = "
      "7\nlog-level = warn\naccess-log = off");
  BOOST_TEST((config.plane == Planes::tools));
  BOOST_TEST((config.api_listen == Endpoint{"::", 443}));
  BOOST_TEST(config.store == "/srv/tacit");
  BOOST_TEST(config.map_size == std::uint64_t{64} << 30);
  BOOST_TEST(config.quota_default == 0u);
  BOOST_TEST(config.threads == 8u);
  BOOST_TEST((config.timeouts.idle == 5s));
  BOOST_TEST((config.drain_delay == 20s));
  BOOST_TEST(config.request_rate == 0u);
  BOOST_TEST(config.failed_auth_burst == 7u);
  BOOST_TEST((config.log_level == LogLevel::warn));
  BOOST_TEST(!config.access_log);
}

BOOST_FIXTURE_TEST_CASE(command_line_over_environment_over_file, Sources) {
  const std::string file = "threads = 1\nmax-connections = 1\nstore = /file\n";
  sources.environment = {{"TACIT_THREADS", "2"}, {"TACIT_MAX_CONNECTIONS", "2"}, {"PATH", "/bin"}};
  sources.command_line = {{"threads", "3"}};
  const auto config = good(file);
  BOOST_TEST(config.threads == 3u);
  BOOST_TEST(config.max_connections == 2u);
  BOOST_TEST(config.store == "/file");
}

BOOST_FIXTURE_TEST_CASE(the_environment_names_the_file, Sources) {
  sources.environment["TACIT_CONFIG"] = directory.write("other.conf", "threads = 7").string();
  BOOST_TEST(load_config(sources).config.threads == 7u);
  sources.file = directory.write("first.conf", "threads = 9");
  BOOST_TEST(load_config(sources).config.threads == 9u);
}

// Other faults of the line make no difference. A comment may be in any encoding.
BOOST_FIXTURE_TEST_CASE(a_line_with_invalid_utf_8_is_reported, Sources) {
  const std::string told = "tacit.conf:2: is not UTF-8; save the file as UTF-8";
  BOOST_TEST(problem("threads = 1\nw\xf6rter\n") == told);
  BOOST_TEST(problem("threads = 1\nma\xdf = 1\n") == told);
  BOOST_TEST(problem("threads = 1\nmap-size = 1\xb5\n") == told);
  sources.file = directory.write("latin1.conf",
                                 "# gr\xf6\xdf"
                                 "er\nthreads = 3  # f\xfcr\n");
  BOOST_TEST(load_config(sources).problems.empty());
  BOOST_TEST(load_config(sources).config.threads == 3u);
}

BOOST_FIXTURE_TEST_CASE(faults_of_the_file_name_the_line, Sources) {
  BOOST_TEST(problem("threads = 1\n\nthread = 2\n") ==
             "tacit.conf:3: \"thread\" is not a setting; did you mean threads?");
  BOOST_TEST(problem("threads = many") == "tacit.conf:1: threads: \"many\" is not a whole number");
  BOOST_TEST(problem("store =") == "tacit.conf:1: store: the path is empty");
  BOOST_TEST(problem("#\njust words\n") == "tacit.conf:2: \"just words\" is not name = value");
  BOOST_TEST(problem("[server]\nthreads = 1\n") ==
             "tacit.conf:1: \"[server]\" is a section; this file has no sections");
  BOOST_TEST(problem("threads = 1\nthreads = 1\n") == "tacit.conf:2: threads is already set at tacit.conf:1");
}

BOOST_FIXTURE_TEST_CASE(a_requested_file_must_exist, Sources) {
  sources.file = directory / "none.conf";
  const auto missing = load_config(sources).problems;
  BOOST_TEST_REQUIRE(missing.size() == 1u);
  BOOST_TEST(missing.front() == (directory / "none.conf").string() + ": cannot be read: No such file or directory");
  sources.file = directory.path();
  BOOST_TEST(load_config(sources).problems.front() == directory.path().string() + ": is a directory");
}

BOOST_FIXTURE_TEST_CASE(faults_elsewhere_name_the_variable_or_option, Sources) {
  sources.environment = {{"TACIT_THREADS", "x"}};
  BOOST_TEST(problem("") == "TACIT_THREADS: \"x\" is not a whole number");
  sources.environment = {{"TACIT_THREAD", "1"}};
  BOOST_TEST(problem("") == "the environment variable TACIT_THREAD is not a setting; did you mean TACIT_THREADS?");
  sources.environment.clear();
  sources.command_line = {{"log-level", "loud"}};
  BOOST_TEST(problem("") == "--log-level: \"loud\" is not one of debug, info, warn, error");
}

BOOST_FIXTURE_TEST_CASE(all_faults_are_reported_at_once, Sources) {
  sources.environment = {{"TACIT_PLANE", "all"}};
  sources.command_line = {{"access-log", "yes"}};
  BOOST_TEST(load("threads = x\nbogus = 1\n").problems.size() == 4u);
}

BOOST_FIXTURE_TEST_CASE(variables_of_other_programs_are_ignored, Sources) {
  sources.environment = {{"TACIT_SERVICE_HOST", "10.0.0.1"},
                         {"TACIT_PORT", "tcp://10.0.0.1:8443"},
                         {"TACIT_PORT_8443_TCP", "tcp://10.0.0.1:8443"},
                         {"TACIT_QUICKSTART_DIR", "var"},
                         {"TACIT_CLIENT_URL", "https://x"},
                         {"TACIT_CLIENT_KEY_FILE", "/x"},
                         {"NOT_TACIT_THREADS", "x"}};
  BOOST_TEST((good("") == Config{}));
}

// The variables that Kubernetes sets in a container for services with these names.
BOOST_FIXTURE_TEST_CASE(service_links_are_ignored, Sources) {
  for (const std::string name : {"TACIT", "TACIT_API", "TACIT_TOOLS", "TACIT_ADMIN", "TACIT_2_PORT"}) {
    sources.environment = {{name + "_SERVICE_HOST", "10.0.0.1"},
                           {name + "_SERVICE_PORT", "8443"},
                           {name + "_SERVICE_PORT_HTTPS", "8443"},
                           {name + "_PORT", "tcp://10.0.0.1:8443"},
                           {name + "_PORT_8443_TCP", "tcp://[fd00::1]:8443"},
                           {name + "_PORT_8443_TCP_PROTO", "tcp"},
                           {name + "_PORT_8443_TCP_PORT", "8443"},
                           {name + "_PORT_8443_TCP_ADDR", "fd00::1"},
                           {name + "_PORT_53_UDP", "udp://10.0.0.1:53"},
                           {name + "_PORT_9_SCTP_ADDR", "10.0.0.1"}};
    BOOST_TEST((good("") == Config{}), name);
  }
}

BOOST_FIXTURE_TEST_CASE(a_variable_similar_to_a_service_link_is_refused, Sources) {
  for (const std::string name : {"TACIT_API_PORT", "TACIT_PORT", "TACIT_PORT_TCP", "TACIT_API_PORT_8443",
                                 "TACIT_PORT_X_TCP", "TACIT_API_LISTENN", "TACIT_PORT_8443_TCP_NAME"}) {
    sources.environment = {{name, "8443"}};
    BOOST_TEST(load("").problems.size() == 1u, name);
  }
}

// No setting's variable may be skipped as a service link.
BOOST_AUTO_TEST_CASE(no_setting_is_named_as_a_service_link) {
  for (const Setting& setting : settings()) {
    BOOST_TEST(!is_service_link(environment_name(setting.name), "tcp://10.0.0.1:8443"), setting.name);
  }
}

BOOST_AUTO_TEST_CASE(variables_are_named_after_settings) {
  BOOST_TEST(environment_name("api-listen") == "TACIT_API_LISTEN");
  BOOST_TEST(find_setting("api-listen") != nullptr);
  BOOST_TEST(find_setting("api_listen") == nullptr);
}

// A backup at night must not fail because of a listener's address.
BOOST_FIXTURE_TEST_CASE(a_command_checks_the_settings_that_it_uses, Sources) {
  sources.file = directory.write("tacit.conf",
                                 "api-listen = nowhere\nthreads = 1\nthreads = 2\nrequst-rate = 5\n[server]\n"
                                 "completely-new = 1\ndrain-delay: 5\nstore = /srv/store\nmap-size = 1G\n");
  sources.environment = {{"TACIT_LOG_LEVEL", "loud"}, {"TACIT_NONSENSE_OF_OURS", "1"}};
  const auto store_only = load_config(sources, SettingGroup::store);
  // A name that is similar to no setting may be meant as a setting of the store.
  BOOST_TEST(store_only.problems.size() == 3u);
  BOOST_TEST(store_only.warnings.size() == 5u);
  BOOST_TEST(store_only.config.store == "/srv/store");
  BOOST_TEST((store_only.config.api_listen == Config{}.api_listen));
  const auto all = load_config(sources);
  BOOST_TEST(all.problems.size() == 8u);
  BOOST_TEST(all.warnings.empty());
}

// If such a name were ignored, the command would use another store or keyring.
BOOST_FIXTURE_TEST_CASE(unknown_names_near_a_commands_settings_are_its_problem, Sources) {
  for (const char* line : {"stroe = /srv/store", "Store = /srv/store", "store : /srv/store", "store /srv/store",
                           "store", "store =", "sotre=/x", "store = /a\nstore = /b", "metadata_keyring = /x",
                           "map-size = much", "root-public-keyrings = /x", "  store\t/srv/store"}) {
    sources.file = directory.write("tacit.conf", std::string(line) + "\n");
    BOOST_TEST(load_config(sources, SettingGroup::store).problems.size() == 1u, line);
  }
  sources.file = directory.write("tacit.conf", "root-private-keyring = /a\nroot-private-keyring = /b\n");
  BOOST_TEST(load_config(sources, SettingGroup::store).problems.empty());
  BOOST_TEST(load_config(sources, SettingGroup::store | SettingGroup::private_key).problems.size() == 1u);
  sources.environment = {{"TACIT_STOER", "/x"}};
  BOOST_TEST(load_config(sources, SettingGroup::store).problems.size() == 1u);
  sources.environment.clear();
  sources.file = directory / "none.conf";
  BOOST_TEST(load_config(sources, SettingGroup::store).problems.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
