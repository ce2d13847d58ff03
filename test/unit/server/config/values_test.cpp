// The readers of numbers, sizes, times and addresses, and their error messages.
#include "server/config/values.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "server/config/errors.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;

namespace {

template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(whole_numbers) {
  BOOST_TEST(read_number("0", 0, 10) == 0u);
  BOOST_TEST(read_number("10", 0, 10) == 10u);
  for (const auto text : {"", " 1", "1 ", "-1", "+1", "0x1", "1.0", "1K"}) {
    BOOST_TEST(error_of([&] { read_number(text, 0, 10); }) == "\"" + std::string(text) + "\" is not a whole number");
  }
  BOOST_TEST(error_of([] { read_number("18446744073709551616", 0, 10); }) ==
             "\"18446744073709551616\" is too large; the maximum is 10");
  BOOST_TEST(error_of([] { read_number("11", 0, 10); }) == "\"11\" is not between 0 and 10");
}

BOOST_AUTO_TEST_CASE(sizes) {
  BOOST_TEST(read_size("4096", 0, UINT64_MAX) == 4096u);
  BOOST_TEST(read_size("3K", 0, UINT64_MAX) == 3072u);
  BOOST_TEST(read_size("1M", 0, UINT64_MAX) == 1048576u);
  BOOST_TEST(read_size("16G", 0, UINT64_MAX) == 17179869184u);
  BOOST_TEST(read_size("2T", 0, UINT64_MAX) == 2199023255552u);
  for (const auto text : {"3k", "3Ki", "3KB", "3kb", "3KiB", "3kib", "3 K", "3 KiB", "3072b", "3072 B"}) {
    BOOST_TEST(read_size(text, 0, UINT64_MAX) == 3072u, text);
  }
  for (const auto text : {"", " ", "K", "KiB", " 1K", "1 ", "1K ", "-1K", "1.5M", "1 000", "1X", "1Kx", "1KiBs", "1iB",
                          "0x10", "99999999999999999999X"}) {
    BOOST_TEST(error_of([&] { read_size(text, 0, UINT64_MAX); }).find("is not a number of bytes") != std::string::npos);
  }
  for (const std::string text : {"99999999999T", "18446744073709551616", "99999999999999999999 KiB"}) {
    BOOST_TEST(error_of([&] { read_size(text, 0, 1000); }) == "\"" + text + "\" is too large; the maximum is 1000");
  }
  BOOST_TEST(error_of([] { read_size("1M", 0, 1000); }) == "\"1M\" is not between 0 and 1000");
}

BOOST_AUTO_TEST_CASE(seconds) {
  constexpr std::uint64_t day = 86400;
  BOOST_TEST((read_seconds("0", 0, day) == 0s));
  BOOST_TEST((read_seconds("90", 0, day) == 90s));
  BOOST_TEST((read_seconds("90s", 0, day) == 90s));
  BOOST_TEST((read_seconds("5m", 0, day) == 5min));
  BOOST_TEST((read_seconds("2h", 0, day) == 2h));
  BOOST_TEST((read_seconds("1d", 0, day) == 24h));
  for (const auto text : {"", "s", "5 m", "-5m", "1.5h", "5ms", "5M"}) {
    BOOST_TEST(error_of([&] { read_seconds(text, 0, day); }) ==
               "\"" + std::string(text) + "\" is not a number of seconds (such as 90, 90s, 5m or 2h)");
  }
  for (const std::string text : {"99999999999999999999w", "18446744073709551616"}) {
    BOOST_TEST(error_of([&] { read_seconds(text, 0, day); }) ==
               "\"" + text + "\" is too large; the maximum is 86400 seconds");
  }
  BOOST_TEST(error_of([] { read_number("18446744073709551616", 0, 10); }) ==
             "\"18446744073709551616\" is too large; the maximum is 10");
  BOOST_TEST(error_of([] { read_seconds("2d", 1, day); }) == "\"2d\" is not between 1 and 86400 seconds");
  BOOST_TEST(error_of([] { read_seconds("0", 1, day); }) == "\"0\" is not between 1 and 86400 seconds");
}

BOOST_AUTO_TEST_CASE(time_spans) {
  BOOST_TEST((read_time_span("45s") == 45s));
  BOOST_TEST((read_time_span("30m") == 30min));
  BOOST_TEST((read_time_span("12h") == 12h));
  BOOST_TEST((read_time_span("90d") == 90 * 24h));
  BOOST_TEST((read_time_span("2w") == 14 * 24h));
  for (const auto text : {"", "90", "d", "-1d", "1y", "1.5d"}) {
    BOOST_TEST(error_of([&] { read_time_span(text); }).find("is not a span of time") != std::string::npos);
  }
  BOOST_TEST(error_of([] { read_time_span("99999999999999999999d"); }) ==
             "\"99999999999999999999d\" is not between 1s and 100 years");
  BOOST_TEST(error_of([] { read_time_span("0d"); }) == "\"0d\" is not between 1s and 100 years");
  BOOST_TEST(error_of([] { read_time_span("40000d"); }) == "\"40000d\" is not between 1s and 100 years");
}

BOOST_AUTO_TEST_CASE(endpoints) {
  BOOST_TEST((read_endpoint("127.0.0.1:8443") == Endpoint{"127.0.0.1", 8443}));
  BOOST_TEST((read_endpoint("0.0.0.0:0") == Endpoint{"0.0.0.0", 0}));
  BOOST_TEST((read_endpoint("[::1]:65535") == Endpoint{"::1", 65535}));
  BOOST_TEST((read_endpoint("localhost:80") == Endpoint{"127.0.0.1", 80}));
  BOOST_TEST(read_endpoint("[::1]:80").str() == "[::1]:80");
  BOOST_TEST(read_endpoint("10.0.0.1:80").str() == "10.0.0.1:80");
  for (const auto text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1", "127.0.0.1:http"}) {
    BOOST_TEST(error_of([&] { read_endpoint(text); }) != "no error");
  }
  for (const auto text : {":8443", "example.org:80", "::1:80", "[127.0.0.1]:80", "256.0.0.1:80", "[]:80"}) {
    BOOST_TEST(error_of([&] { read_endpoint(text); }).find("has no numeric address") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(switches_paths_and_ids) {
  BOOST_TEST(read_switch("on"));
  BOOST_TEST(!read_switch("off"));
  BOOST_TEST(error_of([] { read_switch("yes"); }) == "\"yes\" is neither on nor off");
  BOOST_TEST(error_of([] { read_path(""); }) == "the path is empty");
  BOOST_TEST(read_uuid("0190A5D0-0000-7000-8000-000000000001").str() == "0190a5d0-0000-7000-8000-000000000001");
  BOOST_TEST(error_of([] { read_uuid("x"); }) == "\"x\" is not a UUID");
}

BOOST_AUTO_TEST_CASE(wrong_networks_are_shown_like_other_values) {
  BOOST_TEST(error_of([] { read_networks("10.0.0.0/8, 10.0.0.1/8"); }) ==
             "\"10.0.0.1/8\" has bits set beyond its prefix");
  BOOST_TEST(error_of([] { read_networks("\x1b[0m;\xff"); }) ==
             "\"\\u001b[0m;\\xff\" has a semicolon; networks are separated by commas or blanks");
  BOOST_TEST(error_of([] { read_networks("tct_01234567890_abc"); }).starts_with("\"tct_…\" is not a network"));
}

BOOST_AUTO_TEST_CASE(shown_values_stay_on_one_line) {
  BOOST_TEST(shown("a\nb\x1b[0m") == "\"a\\nb\\u001b[0m\"");
  BOOST_TEST(shown("key=tct_01234567890_abc") == "\"key=tct_…\"");  // an API key is not shown
  BOOST_TEST(shown(std::string(200, 'x')) == "\"" + std::string(80, 'x') + "…\"");
}

BOOST_AUTO_TEST_CASE(origins) {
  const auto each = boost::test_tools::per_element();
  BOOST_TEST(
      read_origins("https://App.example.org, http://localhost:3000 capacitor://localhost,") ==
          (std::vector<std::string>{"https://app.example.org", "http://localhost:3000", "capacitor://localhost"}),
      each);
  BOOST_TEST(read_origins("").empty());
  BOOST_TEST(read_origins("http://[::1]:8080") == std::vector<std::string>{"http://[::1]:8080"}, each);
  for (const auto text : {"*", "null", "app.example.org", "https://", "https://app.example.org/", "https://a.org/b",
                          "://a.org", "https://a.org?x", "https://user@a.org", "https://*.a.org", "h ttps://a.org"}) {
    BOOST_TEST(error_of([&] { read_origins(text); }).find("is not an origin") != std::string::npos, text);
  }
  for (const auto text : {"https://a.org:443", "http://a.org:80"}) {
    BOOST_TEST(error_of([&] { read_origins(text); }).find("usual port") != std::string::npos, text);
  }
  BOOST_TEST(read_origins("http://a.org:443").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
