#include "test/integration/http/chunked_bodies.hpp"

#include <sstream>

namespace tacit::test {
namespace {

using namespace std::string_literals;

/// Bodies whose first size line, chunk and last chunk conform to RFC 9112.
std::vector<ChunkedBody> good_bodies(const std::string& text) {
  const std::string size = chunk_size(text.size());
  const std::string chunk = size + "\r\n" + text + "\r\n";
  const std::string half = text.substr(0, 7);
  const std::string rest = text.substr(7);
  std::string single;
  for (const char c : text) single += "1\r\n" + std::string(1, c) + "\r\n";
  return {
      {"one chunk", chunk + "0\r\n\r\n", true},
      {"two chunks", "7\r\n" + half + "\r\n" + chunk_size(rest.size()) + "\r\n" + rest + "\r\n0\r\n\r\n", true},
      {"chunks of one byte", single + "0\r\n\r\n", true},
      {"leading zeros", "00000" + chunk + "000\r\n\r\n", true},
      {"an extension", size + ";name=value\r\n" + text + "\r\n0;last\r\n\r\n", true},
      {"white space before an extension", size + " ; name = value\r\n" + text + "\r\n0\r\n\r\n", true},
      {"trailers", chunk + "0\r\nDigest: x\r\nX-Trailer: " + std::string(4000, 'x') + "\r\n\r\n", true},
  };
}

std::vector<ChunkedBody> bad_sizes(const std::string& text) {
  const std::string size = chunk_size(text.size());
  const std::string rest = "\r\n" + text + "\r\n0\r\n\r\n" + smuggled;
  std::vector<ChunkedBody> all;
  for (const std::string& line : {" " + size,
                                  "\t" + size,
                                  "+" + size,
                                  "-" + size,
                                  "0x" + size,
                                  size + "h",
                                  size + " ",
                                  size + "\t",
                                  size + " 0",
                                  "\r\n" + size,
                                  "\n" + size,
                                  size + "\v",
                                  size + "\0"s,
                                  "\0"s + size,
                                  "\"" + size + "\"",
                                  size + ",0",
                                  std::string(20, '0') + size,
                                  "1" + std::string(15, '0') + size,
                                  "fffffffffffffffffff" + size,
                                  ""s,
                                  "-1"s,
                                  "x"s,
                                  ";" + size}) {
    std::ostringstream name;
    name << "a size line that is not plain, number " << all.size();
    all.push_back({name.str(), line + rest});
  }
  return all;
}

/// Line ends that some parsers accept and others do not.
std::vector<ChunkedBody> bad_line_ends(const std::string& text) {
  const std::string size = chunk_size(text.size());
  const std::string chunk = size + "\r\n" + text + "\r\n";
  return {
      {"LF after a size", size + "\n" + text + "\r\n0\r\n\r\n" + smuggled},
      {"CR after a size", size + "\r" + text + "\r\n0\r\n\r\n" + smuggled},
      {"two CR after a size", size + "\r\r\n" + text + "\r\n0\r\n\r\n" + smuggled},
      {"LF after data", size + "\r\n" + text + "\n0\r\n\r\n" + smuggled},
      {"CR after data", size + "\r\n" + text + "\r0\r\n\r\n" + smuggled},
      {"nothing after data", size + "\r\n" + text + "0\r\n\r\n" + smuggled},
      {"two bytes after data", size + "\r\n" + text + "xx0\r\n\r\n" + smuggled},
      {"more data than the size says", size + "\r\n" + text + "more\r\n0\r\n\r\n" + smuggled},
      {"less data than the size says", chunk_size(text.size() + 5) + "\r\n" + text + "\r\n0\r\n\r\n" + smuggled},
      {"LF after the last size", chunk + "0\n\r\n" + smuggled},
      {"only LF at the end", chunk + "0\n\n" + smuggled},
      {"LF in place of the empty line", chunk + "0\r\n\n" + smuggled},
      {"CR in place of the empty line", chunk + "0\r\n\r" + smuggled},
      {"no empty line", chunk + "0\r\n" + smuggled},
      {"nothing after the last size", chunk + "0" + smuggled},
      {"LF within an extension", size + ";a\n" + text + "\r\n0\r\n\r\n" + smuggled},
      {"CR within an extension", size + ";a\r" + text + "\r\n0\r\n\r\n" + smuggled},
      {"LF within an extension, and a size after it", size + ";\n2d\r\n" + text + "\r\n0\r\n\r\n" + smuggled},
      {"LF within a trailer", chunk + "0\r\nA: b\nC: d\r\n\r\n" + smuggled},
      {"CR within a trailer", chunk + "0\r\nA: b\rC: d\r\n\r\n" + smuggled},
  };
}

std::vector<ChunkedBody> bad_extensions_and_trailers(const std::string& text) {
  const std::string size = chunk_size(text.size());
  const std::string chunk = size + "\r\n" + text + "\r\n";
  const std::string rest = "\r\n" + text + "\r\n0\r\n\r\n" + smuggled;
  return {
      {"a quoted extension", size + ";a=\"b\"" + rest},
      {"a quoted extension with a line end", size + ";a=\"\r\n0\r\n\r\n" + smuggled + "\"" + rest},
      {"a quoted extension that does not end", size + ";a=\"b" + rest},
      {"NUL in an extension", size + ";a\0b"s + rest},
      {"a control byte in an extension", size + ";a\x01"s + rest},
      {"bytes beyond ASCII in an extension", size + ";a=\xc2\xa0" + rest},
      {"an endless extension", size + ";" + std::string(100'000, 'a') + rest},
      {"a request as trailers", chunk + "0\r\n" + smuggled + smuggled},
      {"a folded trailer", chunk + "0\r\nA: b\r\n c\r\n\r\n" + smuggled},
      {"white space before the first trailer", chunk + "0\r\n A: b\r\n\r\n" + smuggled},
      {"white space before a trailer's colon", chunk + "0\r\nA : b\r\n\r\n" + smuggled},
      {"a trailer without a name", chunk + "0\r\n: b\r\n\r\n" + smuggled},
      {"a trailer without a colon", chunk + "0\r\nA\r\n\r\n" + smuggled},
      {"NUL in a trailer", chunk + "0\r\nA: \0\r\n\r\n"s + smuggled},
      {"endless trailers", chunk + "0\r\n" +
                               [] {
                                 std::string fields;
                                 for (int i = 0; i < 20'000; ++i) fields += "A: b\r\n";
                                 return fields;
                               }() +
                               "\r\n" + smuggled},
  };
}

}  // namespace

std::string chunk_size(std::size_t size) {
  std::ostringstream text;
  text << std::hex << size;
  return text.str();
}

std::vector<ChunkedBody> chunked_bodies(const std::string& text) {
  std::vector<ChunkedBody> all = good_bodies(text);
  for (auto* const make : {bad_sizes, bad_line_ends, bad_extensions_and_trailers}) {
    for (ChunkedBody& body : make(text)) all.push_back(std::move(body));
  }
  return all;
}

}  // namespace tacit::test
