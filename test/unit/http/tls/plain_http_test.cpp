// The first bytes of a connection to a TLS port: TLS, plain HTTP, a PROXY header, or none of them.
#include "http/tls/plain_http.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tacit::http;

BOOST_AUTO_TEST_SUITE(plain_http)

BOOST_AUTO_TEST_CASE(the_first_bytes_distinguish_http_from_tls) {
  const auto is = [](std::string_view bytes, FirstBytes what) {
    BOOST_TEST((classify(bytes) == what), std::string(bytes));
  };
  for (const char* request : {"GET / HTTP/1.1\r\n", "PATCH ", "OPTIONS * HTTP/1.0", "PRI * HTTP/2.0", "CONNECT a:1",
                              "REPORT /", "M-SEARCH /x", "UPDATEREDIRECTREF / HTTP/1.1"}) {
    is(request, FirstBytes::http);
  }
  for (const char* part : {"G", "PO", "PUT", "DELETE", "P", "PROPFIND", "PROXY", "GETS", "REPORT ", "\r", "\r\n\r\n"})
    is(part, FirstBytes::undecided);
  is("PROXY TCP4 1.2.3.4", FirstBytes::proxy_header);
  is({"\r\n\r\n\0\r\nQUIT\n\x21", 13}, FirstBytes::proxy_header);
  for (const char* text : {"SSH-2.0-x", "GETS\r", "HELO x", "HELO\r\n", "QUIT \r\n", "Get / HTTP/1.1"})
    is(text, FirstBytes::other);
  is({"\r\n\r\n\0x", 6}, FirstBytes::proxy_header);
  is("\r\n\r\nGET /", FirstBytes::tls);
  is("\x16\x03\x01", FirstBytes::tls);
  is("\x80\x2e\x01", FirstBytes::tls);
  is({"\0", 1}, FirstBytes::tls);
  is("get /", FirstBytes::tls);
}

BOOST_AUTO_TEST_CASE(the_longest_word_decides) {
  for (const char last : {'A', ' ', '/', '-', '\r'}) {
    for (std::size_t blank = 1; blank < longest_first_word; ++blank) {
      std::string word(longest_first_word - 1, 'A');
      word[blank - 1] = ' ';
      BOOST_TEST((classify(word + last) != FirstBytes::undecided), word + last);
    }
    BOOST_TEST((classify(std::string(longest_first_word - 1, 'A') + last) != FirstBytes::undecided));
  }
}

BOOST_AUTO_TEST_SUITE_END()
