// Decodes the chunked transfer coding (RFC 9112 section 7.1) incrementally. No I/O.
//
// Beast's parser is not used: it adds trailers to the header fields, limits neither trailers nor extensions, and is
// lenient about line ends and white space, differently in each version. This decoder refuses everything that two
// parsers may read differently, because such differences allow request smuggling past a proxy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::http {

/// The limit in bytes of a body's sizes, extensions, line ends and trailers, plus eight for each byte of data: enough
/// for chunks of one byte, and a limit on a body's total size on the wire.
inline constexpr std::uint64_t chunk_overhead = 16 * 1024;
inline constexpr std::uint64_t chunk_overhead_per_byte = 8;

/// Decodes one body. Sizes have 1 to 16 hexadecimal digits without preceding bytes; extensions are tokens without
/// quoted strings; every line ends in CR and LF; trailers are well-formed fields, and are dropped.
class ChunkDecoder {
 public:
  enum class State : std::uint8_t {
    unfinished,
    complete,
    malformed,  ///< fault() says why; the body's end is unknown
    too_large,  ///< more data than the limit; detected from a chunk's size
  };

  /// `limit`: bytes of data.
  explicit ChunkDecoder(std::uint64_t limit) : limit_(limit) {}

  /// Consumes bytes from the front of `input`, all of them unless the body ends or is refused, and appends the data to
  /// `out`. Returns the number of bytes consumed; bytes after a complete body are not consumed.
  std::size_t take(crypto::ByteView input, crypto::WipedBytes& out);

  State state() const { return state_; }
  /// The fault of a malformed body: a sentence in static storage that repeats nothing of the input.
  std::string_view fault() const { return fault_; }

 private:
  enum class Step : std::uint8_t {
    size_begin,
    size,
    size_blank,  ///< white space between the size and an extension
    extension,
    size_end,  ///< LF
    data,
    data_cr,
    data_lf,
    trailer_begin,
    trailer_name,
    trailer_value,
    trailer_end,  ///< LF
    last_end,     ///< LF
  };

  void step(std::uint8_t byte);
  void take_size(std::uint8_t byte);
  void end_size(std::uint8_t byte);
  void take_extension(std::uint8_t byte);
  void take_trailer(std::uint8_t byte);
  void expect(std::uint8_t byte, std::uint8_t wanted, Step next, std::string_view otherwise);
  void refuse(std::string_view why);

  std::uint64_t limit_;
  std::uint64_t data_ = 0;       ///< bytes of data so far, including all of the current chunk
  std::uint64_t remaining_ = 0;  ///< bytes left of the chunk; while its size is read, the size so far
  std::uint64_t overhead_ = 0;
  unsigned digits_ = 0;
  Step step_ = Step::size_begin;
  State state_ = State::unfinished;
  std::string_view fault_;
};

}  // namespace tacit::http
