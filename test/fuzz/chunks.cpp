// Chunked bodies: in one piece, in pieces of random sizes, and by a second, simple decoder.
#include "http/wire/chunk_decoder.hpp"

#include <optional>

#include "crypto/text/ascii.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using http::ChunkDecoder;

constexpr std::uint64_t limit = 300;

struct Result {
  ChunkDecoder::State state;
  std::size_t taken = 0;
  std::string data{};
};

Result decode(std::string_view body, std::string_view sizes) {
  ChunkDecoder decoder(limit);
  Result result{decoder.state()};
  crypto::WipedBytes out;
  std::size_t piece = 0;
  while (decoder.state() == ChunkDecoder::State::unfinished && result.taken < body.size()) {
    const std::size_t size =
        sizes.empty() ? body.size() : static_cast<unsigned char>(sizes[piece++ % sizes.size()]) % 17U + 1U;
    result.taken += decoder.take(crypto::as_bytes(body.substr(result.taken, size)), out);
  }
  result.state = decoder.state();
  result.data = out.text();
  TACIT_HOLDS((result.state == ChunkDecoder::State::malformed) == !decoder.fault().empty());
  return result;
}

/// The data of a complete body that a lenient decoder reads; std::nullopt for any other.
std::optional<std::string> decode_simply(std::string_view body) {
  std::string data{};
  for (;;) {
    const std::size_t end = body.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    std::size_t size = 0;
    for (const char c : body.substr(0, end)) {
      if (crypto::hex_value(c) < 0) break;
      size = size << 4U | static_cast<std::size_t>(crypto::hex_value(c));
    }
    body.remove_prefix(end + 2);
    if (size == 0) return data;
    if (body.size() < size + 2 || size > body.size()) return std::nullopt;
    data += body.substr(0, size);
    body.remove_prefix(size + 2);
  }
}

Description describe() {
  const auto body = [](std::string_view text) { return Seed().byte(2).rest("\1\5").rest(text); };
  return {
      .max_size = 1024,
      .seeds = {body("5\r\nhello\r\n0\r\n\r\n"),
                body("5;name=value\r\nhello\r\n3 ;x\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"), body("FFFFFFFFFFFFFFFF\r\n"),
                body("0\r\n\r\nGET / HTTP/1.1\r\n"), body("5\nhello\n0\n\n"), body("0x5\r\nhello\r\n"),
                body("00000000000000005\r\n")},
      .words = {"0\r\n\r\n", "\r\n", ";", ";a=b", "\"", "Trailer: x\r\n", "FFFFFFFFFFFFFFFF", "12c", "12d", " ", "\t"}};
}

void take(std::string_view input) {
  Input in(input);
  const std::string_view sizes = in.bytes(in.byte() % 8U);
  const std::string_view body = in.rest();
  const Result whole = decode(body, {});
  const Result pieces = decode(body, sizes);
  TACIT_HOLDS(whole.state == pieces.state && whole.data.size() <= limit);
  if (whole.state == ChunkDecoder::State::complete) {
    TACIT_HOLDS(whole.taken == pieces.taken && whole.data == pieces.data);
    TACIT_HOLDS(body.substr(0, whole.taken).ends_with("\r\n\r\n"));
    const auto simple = decode_simply(body.substr(0, whole.taken));
    TACIT_HOLDS(simple && *simple == whole.data);
  }
}

const Target target("chunks", describe, take);

}  // namespace
}  // namespace tacit::fuzz
