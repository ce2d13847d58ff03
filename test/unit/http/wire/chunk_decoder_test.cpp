// Chunked bodies byte by byte: accepted bodies, their ends, and refusals.
#include "http/wire/chunk_decoder.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace tacit;
using namespace tacit::http;
using namespace std::string_literals;

namespace {

using State = ChunkDecoder::State;

constexpr std::uint64_t limit = 64 * 1024;

struct Read {
  State state;
  std::string body;
  std::size_t taken = 0;
  std::string fault;
  bool operator==(const Read&) const = default;
};

/// `pieces`: the lengths of the pieces in which the bytes arrive.
template <class Pieces>
Read read_in(const std::string& bytes, std::uint64_t most, Pieces pieces) {
  ChunkDecoder decoder(most);
  crypto::WipedBytes body;
  std::size_t taken = 0;
  while (taken < bytes.size() && decoder.state() == State::unfinished) {
    const std::string piece = bytes.substr(taken, pieces());
    const std::size_t used = decoder.take(crypto::as_bytes(piece), body);
    BOOST_TEST_REQUIRE((used == piece.size() || decoder.state() != State::unfinished));
    taken += used;
  }
  return {decoder.state(), std::string(body.text()), taken, std::string(decoder.fault())};
}

/// Checks the same result for bytes that arrive at once, one by one, and in pieces of any length.
Read read(const std::string& bytes, std::uint64_t most = limit) {
  static std::mt19937 random(4711);
  const Read at_once = read_in(bytes, most, [] { return std::string::npos; });
  BOOST_TEST((read_in(bytes, most, [] { return 1U; }) == at_once));
  for (int i = 0; i < 8; ++i) {
    BOOST_TEST((read_in(bytes, most, [] { return random() % 9 + 1; }) == at_once));
  }
  return at_once;
}

void is_body(const std::string& bytes, const std::string& body) {
  const std::string behind = "GET /healthz HTTP/1.1\r\n";
  const Read got = read(bytes + behind);
  BOOST_TEST_CONTEXT(bytes.substr(0, 80)) {
    BOOST_TEST((got.state == State::complete));
    BOOST_TEST(got.body == body);
    BOOST_TEST(got.taken == bytes.size());
    // No prefix is a complete body.
    for (std::size_t size = 0; size < std::min<std::size_t>(bytes.size(), 200); ++size) {
      BOOST_TEST((read_in(bytes.substr(0, size), limit, [] { return std::string::npos; }).state == State::unfinished));
    }
  }
}

void is_malformed(const std::string& bytes, const std::string& words = {}) {
  const Read got = read(bytes);
  BOOST_TEST_CONTEXT(bytes.substr(0, 80)) {
    BOOST_TEST((got.state == State::malformed));
    BOOST_TEST(got.fault.ends_with("."), got.fault);
    BOOST_TEST(got.fault.find(words) != std::string::npos, got.fault);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chunk_decoder)

BOOST_AUTO_TEST_CASE(bodies) {
  is_body("0\r\n\r\n", "");
  is_body("5\r\nhello\r\n0\r\n\r\n", "hello");
  is_body("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world");
  is_body("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789");
  is_body("000000000000000b\r\nhello world\r\n0000000000000000\r\n\r\n", "hello world");
  is_body("2\r\n\r\n\r\n3\r\n0\r\n\r\n0\r\n\r\n", "\r\n0\r\n");  // data that looks like the last chunk
  const std::string all = "\x00\r\n\xff;:"s;
  is_body("6\r\n" + all + "\r\n0\r\n\r\n", all);
}

BOOST_AUTO_TEST_CASE(extensions_and_trailers_are_dropped) {
  is_body("5;name=value\r\nhello\r\n0;last\r\n\r\n", "hello");
  is_body("5;a;b=c;d\r\nhello\r\n0\r\n\r\n", "hello");
  is_body("5 ; a = b\r\nhello\r\n0 \t;x\r\n\r\n", "hello");
  is_body("0\r\nDigest: x\r\nx-api-key:\r\n\r\n", "");
  is_body("5\r\nhello\r\n0\r\nAuthorization: Bearer \xc3\xa9\t\r\nContent-Length: 7\r\n\r\n", "hello");
}

BOOST_AUTO_TEST_CASE(sizes_are_plain_hexadecimal_numbers) {
  const std::string rest = "\r\nhello\r\n0\r\n\r\n";
  for (const std::string& size :
       {" 5"s,           "\t5"s, "+5"s,    "-5"s,  "0x5"s, "0X5"s,   "5h"s,    "5."s,    "5,"s, "5 5"s,
        "5 "s,           "5\t"s, "g"s,     ""s,    ";a"s,  "\0005"s, "5\0"s,   "\"5\""s, "5#"s, "5:"s,
        "\xef\xbc\x95"s, "%35"s, "\r\n5"s, "\n5"s, "\v5"s, "5\v"s,   "5\f;a"s, "5 \n"s}) {
    is_malformed(size + rest);
  }
  is_malformed(std::string(17, '0') + rest, "16 digits");
  is_malformed("00000000000000005" + rest, "16 digits");
  is_malformed("10000000000000005" + rest, "16 digits");
  is_malformed(std::string(1'000'000, '0'), "16 digits");
}

BOOST_AUTO_TEST_CASE(lines_end_in_cr_and_lf) {
  for (const std::string& bytes : {"5\nhello\r\n0\r\n\r\n"s,
                                   "5\rhello\r\n0\r\n\r\n"s,
                                   "5\r\rhello"s,
                                   "5\r\nhello\n0\r\n\r\n"s,
                                   "5\r\nhello\r0\r\n\r\n"s,
                                   "5\r\nhello0\r\n\r\n"s,
                                   "5\r\nhello!\r\n0\r\n\r\n"s,
                                   "5\r\nhello\n\r0\r\n\r\n"s,
                                   "0\n\r\n"s,
                                   "0\n\n"s,
                                   "0\r\n\n"s,
                                   "0\r\n\r\r"s,
                                   "0\r\n\rX"s,
                                   "0\r\nA: b\n\r\n"s,
                                   "0\r\nA: b\r\r\n"s,
                                   "0\r\nA: b\r\n\n"s,
                                   "5;a\nhello"s,
                                   "5;a\rhello"s,
                                   "5;a=b\n;c\r\nhello"s,
                                   "5\r\nhel\r\n0\r\n\r\n0"s}) {
    is_malformed(bytes);
  }
}

BOOST_AUTO_TEST_CASE(extensions_are_tokens) {
  for (const std::string& extension :
       {"\"a\""s, "a=\"b\""s, "a=\"\r\n\""s, "a=b\0"s, "a\x01"s, "a\x7f"s, "a\xc3\xa4"s, "a(b)"s, "a,b"s, "a:b"s}) {
    is_malformed("5;" + extension + "\r\nhello\r\n0\r\n\r\n", "extension");
  }
}

BOOST_AUTO_TEST_CASE(trailers_are_fields) {
  for (const std::string& trailer :
       {"GET / HTTP/1.1"s, " A: b"s, "\tA: b"s, "A : b"s, ": b"s, "A"s, "A\0: b"s, "A: b\0"s, "A: \x01"s, "A: \x7f"s,
        "A: b\r\n c"s, "A: b\rC: d"s, "A: b\nC: d"s, "\xc3\xa4: b"s}) {
    is_malformed("0\r\n" + trailer + "\r\n\r\n", "chunked body");
  }
}

BOOST_AUTO_TEST_CASE(data_has_a_limit) {
  BOOST_TEST((read("5\r\nhello\r\n0\r\n\r\n", 5).state == State::complete));
  BOOST_TEST((read("5\r\nhello\r\n0\r\n\r\n", 4).state == State::too_large));
  BOOST_TEST((read("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 5).state == State::complete));
  // Refused as soon as a chunk's size exceeds the limit.
  const Read got = read("3\r\nhel\r\n3\r\nlo!", 5);
  BOOST_TEST((got.state == State::too_large));
  BOOST_TEST(got.body == "hel");
  for (const char* size : {"ffffffffffffffff\r", "8000000000000000;a", "10001\r"}) {
    BOOST_TEST((read(size).state == State::too_large), size);
  }
  // The sum of two sizes does not overflow either.
  BOOST_TEST((read("1\r\nx\r\nffffffffffffffff\r\n").state == State::too_large));
  BOOST_TEST((read("10000\r\n" + std::string(65536, 'x') + "\r\n0\r\n\r\n").state == State::complete));
}

BOOST_AUTO_TEST_CASE(all_else_has_a_limit_too) {
  const auto stops = [](const std::string& begin, const std::string& again) {
    ChunkDecoder decoder(limit);
    crypto::WipedBytes body;
    std::uint64_t taken = decoder.take(crypto::as_bytes(begin), body);
    while (decoder.state() == State::unfinished) taken += decoder.take(crypto::as_bytes(again), body);
    BOOST_TEST((decoder.state() == State::malformed), again);
    BOOST_TEST(decoder.fault().find("far more bytes") != std::string_view::npos, again);
    BOOST_TEST(taken <= chunk_overhead + (chunk_overhead_per_byte + 1) * limit + 1, again);
  };
  stops("5;", "a");
  stops("5;", ";");
  stops("5", " ");
  stops("0\r\n", "a");
  stops("0\r\na:", "b");
  stops("0\r\n", "a:b\r\n");
  stops("", "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n");
  // Chunks of one byte are accepted: clients send them while they produce the body.
  std::string tiny;
  for (std::uint64_t i = 0; i < limit; ++i) tiny += "1\r\nx\r\n";
  const Read got = read_in(tiny + "0\r\n\r\n", limit, [] { return 1460U; });
  BOOST_TEST((got.state == State::complete));
  BOOST_TEST(got.body.size() == limit);
}

// Random bytes are decoded in bounded time, and no more bytes are consumed than allowed.
BOOST_AUTO_TEST_CASE(random_bytes) {
  std::mt19937 random(1);
  const std::string letters = "0015aF;= \t\r\n\r\n:x\"\0"s;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes;
    for (std::size_t n = random() % 40; n > 0; --n) bytes += letters[random() % letters.size()];
    const Read whole = read_in(bytes, 20, [] { return std::string::npos; });
    BOOST_TEST_REQUIRE((read_in(bytes, 20, [&] { return random() % 5 + 1; }) == whole));
    BOOST_TEST_REQUIRE(whole.body.size() <= 20U);
    BOOST_TEST_REQUIRE((whole.state == State::malformed) == !whole.fault.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
