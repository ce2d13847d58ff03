// The pages for people: their routes, their content for one configuration, and what restricts them.
#include "http/console/console_pages.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>

#include "crypto/memory/published.hpp"
#include "http/console/console_handlers.hpp"
#include "test/says.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

namespace json = boost::json;
using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;
using tacit::test::says;

namespace {

ConsoleSettings with_issuer() {
  ConsoleSettings settings;
  settings.issuer = "https://id.example.org:8443/realms/tacit";
  settings.client_id = "a\"<&>";
  settings.scope = "openid secrets:read";
  settings.resource = "https://tacit.example.org";
  return settings;
}

ConsoleSettings switched_off() {
  ConsoleSettings settings = with_issuer();
  settings.on = false;
  return settings;
}

/// What an attribute's value means.
std::string unescaped(std::string text) {
  for (const auto& [escape, character] : {std::pair("&quot;", "\""), {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    for (auto at = text.find(escape); at != std::string::npos; at = text.find(escape)) {
      text.replace(at, std::string_view(escape).size(), character);
    }
  }
  return text;
}

json::value config_in(std::string_view page) {
  const std::string_view begin = R"(name="tacit-config" content=")";
  const auto at = page.find(begin);
  BOOST_REQUIRE(at != std::string_view::npos);
  const auto text = page.substr(at + begin.size());
  return json::parse(unescaped(std::string(text.substr(0, text.find('"')))));
}

struct Answered {
  explicit Answered(const ConsoleSettings& settings)
      : pages(ConsolePages(settings)), services(fixture.exchange.services) {
    services.console = &pages;
  }

  /// The status of a GET.
  unsigned get(Handler handler, std::string_view id = {}, std::string_view encoding = {},
               std::string_view none_match = {}) {
    exchange.emplace(ExchangeFacts{.services = services, .plane = Plane::api, .body = request_body});
    exchange->path_id = id;
    exchange->head.accept_encoding = encoding;
    exchange->head.if_none_match = none_match;
    boost::asio::io_context context;
    boost::asio::co_spawn(context, handler(*exchange), [](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
    context.run();
    return exchange->response.status;
  }
  std::string header(std::string_view name) const {
    const std::string begin = std::string(name) + ": ";
    const std::string& lines = exchange->response.headers;
    const auto at = lines.find(begin);
    if (at == std::string::npos) return {};
    return lines.substr(at + begin.size(), lines.find("\r\n", at) - at - begin.size());
  }
  std::string_view body() const { return exchange->response.body.text(); }

  ExchangeFixture fixture;
  crypto::Configured<ConsolePages> pages;
  Services services;
  crypto::WipedBytes request_body;
  std::optional<Exchange> exchange;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(console_pages)

BOOST_AUTO_TEST_CASE(a_page_carries_the_configuration_as_text) {
  const ConsolePages pages(with_issuer());
  const std::string page(pages.console().bytes);
  BOOST_TEST(!says(page, "{{"));
  const json::value config = config_in(page);
  BOOST_TEST(config.at("issuer").as_string() == "https://id.example.org:8443/realms/tacit");
  BOOST_TEST(config.at("client_id").as_string() == "a\"<&>");
  BOOST_TEST(config.at("header").as_string() == "authorization");
  BOOST_TEST(config.at("console").as_bool());
  BOOST_TEST(says(page, "/console/console.js"));
  BOOST_TEST(says(std::string(pages.docs().bytes), "/docs/console.js"));
}

BOOST_AUTO_TEST_CASE(only_this_server_and_the_issuer_can_be_reached) {
  const ConsolePages pages(with_issuer());
  BOOST_TEST(says(pages.headers(), "default-src 'none'"));
  BOOST_TEST(says(pages.headers(), "connect-src 'self' https://id.example.org:8443;"));
  BOOST_TEST(says(pages.headers(), "frame-ancestors 'none'"));
  BOOST_TEST(!says(pages.headers(), "unsafe"));
  BOOST_TEST(says(ConsolePages(ConsoleSettings{}).headers(), "connect-src 'self';"));
  BOOST_TEST(origin_of("http://id.example.org") == "");
}

BOOST_AUTO_TEST_CASE(no_page_has_code_or_style_of_its_own) {
  const ConsolePages pages(with_issuer());
  for (const std::string_view page : {pages.console().bytes, pages.docs().bytes, pages.start().bytes}) {
    for (const char* const word : {"<style", "style=", " onload", " onclick", "http://", "//cdn"}) {
      BOOST_TEST(page.find(word) == std::string_view::npos, word);
    }
    const auto script = page.find("<script");
    BOOST_TEST((script == std::string_view::npos || page.substr(script).find("></script>") < 100));
  }
}

BOOST_AUTO_TEST_CASE(without_a_console_the_docs_and_a_start_page_remain) {
  Answered on(with_issuer());
  BOOST_TEST(on.get(get_start) == 302U);
  BOOST_TEST(on.header("Location") == "/console/");
  BOOST_TEST(on.get(get_console) == 200U);
  BOOST_TEST(on.get(get_docs) == 200U);
  Answered off(switched_off());
  BOOST_TEST(off.get(get_start) == 200U);
  BOOST_TEST(says(std::string(off.body()), "/openapi.json"));
  BOOST_TEST(off.get(get_console) == 404U);
  BOOST_TEST(off.get(get_console_file, "console.js") == 404U);
  BOOST_TEST(off.get(get_docs) == 200U);
  BOOST_TEST(!says(std::string(off.body()), "id.example.org"));
  BOOST_TEST(!says(off.header("Content-Security-Policy"), "id.example.org"));
  BOOST_TEST(off.get(get_docs_file, "console.js") == 200U);
}

BOOST_AUTO_TEST_CASE(files_are_asked_for_again_by_their_tags) {
  Answered answered(with_issuer());
  BOOST_TEST(answered.get(get_console_file, "console.js") == 200U);
  const std::string tag = answered.header("ETag");
  const std::size_t size = answered.body().size();
  BOOST_TEST(tag.size() == 34U);
  BOOST_TEST(answered.exchange->response.cache_control == "no-cache");
  BOOST_TEST(answered.get(get_console_file, "console.js", "", "\"other\", W/" + tag) == 304U);
  BOOST_TEST(answered.body().empty());
  BOOST_TEST(answered.get(get_console_file, "console.js", "", "\"other\"") == 200U);
  BOOST_TEST(answered.get(get_console_file, "console.js", "br, gzip;q=0.5") == 200U);
  BOOST_TEST(answered.header("Content-Encoding") == "gzip");
  BOOST_TEST(answered.header("ETag") != tag);
  BOOST_TEST(answered.body().size() < size / 2);
  BOOST_TEST(answered.body().size() < 60'000U);
  BOOST_TEST(answered.get(get_console_file, "console.js", "gzip;q=0, identity") == 200U);
  BOOST_TEST(answered.header("Content-Encoding").empty());
  BOOST_TEST(answered.get(get_console_file, "console.js", "gzip;q=0, *") == 200U);
  BOOST_TEST(answered.header("Content-Encoding").empty());
  BOOST_TEST(answered.get(get_console_file, "console.js", "*;q=0.1") == 200U);
  BOOST_TEST(answered.header("Content-Encoding") == "gzip");
  BOOST_TEST(answered.get(get_console_file, "other.js") == 404U);
}

BOOST_AUTO_TEST_CASE(answers_without_a_page_are_restricted_too) {
  Answered on(with_issuer());
  Answered off(switched_off());
  const auto is_restricted = [](const Answered& answered) {
    return says(answered.header("Content-Security-Policy"), "frame-ancestors 'none'") &&
           answered.header("X-Frame-Options") == "DENY";
  };
  on.get(get_start);
  BOOST_TEST(is_restricted(on));
  BOOST_TEST(on.get(get_console_file, "..") == 404U);
  BOOST_TEST(is_restricted(on));
  const std::string tag = [&] {
    on.get(get_console);
    return on.header("ETag");
  }();
  BOOST_TEST(on.get(get_console, "", "", tag) == 304U);
  BOOST_TEST(is_restricted(on));
  BOOST_TEST(off.get(get_console) == 404U);
  BOOST_TEST(is_restricted(off));
  BOOST_TEST(off.get(get_console_file, "console.js") == 404U);
  BOOST_TEST(is_restricted(off));
}

BOOST_AUTO_TEST_SUITE_END()
