// A body in the chunked transfer coding (RFC 9112 section 7.1), taken apart byte by byte as it arrives. No I/O.
//
// Not Beast's parser: it adds trailers to the header fields, bounds neither trailers nor extensions, and is lenient
// about line ends and white space, in each version in another way. Here whatever two readers may take differently is
// refused: that is how a second request is smuggled past a proxy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/wiped.hpp"

namespace tacit::http {

/// Sizes, extensions, line ends and trailers may take so many bytes of a body, and eight more for each byte of its
/// data: enough for chunks of one byte, and a bound on all that a body can take on the wire.
inline constexpr std::uint64_t chunk_overhead = 16 * 1024;
inline constexpr std::uint64_t chunk_overhead_per_byte = 8;

/// Takes one body. Sizes have 1 to 16 hexadecimal digits and nothing before them; extensions are tokens, without quoted
/// strings; every line ends in CR and LF; trailers are well-formed fields, and dropped.
class ChunkDecoder {
 public:
  enum class State : std::uint8_t {
    unfinished,
    complete,
    malformed,  ///< fault() says why; what follows cannot be told from the body
    too_large,  ///< more data than the limit; told as soon as a chunk's size says so
  };

  /// `limit`: bytes of data.
  explicit ChunkDecoder(std::uint64_t limit) : limit_(limit) {}

  /// Takes bytes from the front of `input`, all of them unless the body ends or is refused within, and appends its data
  /// to `out`. Returns how many it took: what lies behind a complete body is not its.
  std::size_t take(crypto::ByteView input, crypto::WipedBytes& out);

  State state() const { return state_; }
  /// Of a malformed body: a sentence of static storage that holds nothing of what was sent.
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
  std::uint64_t data_ = 0;       ///< bytes of data so far, those of the chunk that has begun included
  std::uint64_t remaining_ = 0;  ///< of the chunk; while its size is read, that
  std::uint64_t overhead_ = 0;
  unsigned digits_ = 0;
  Step step_ = Step::size_begin;
  State state_ = State::unfinished;
  std::string_view fault_;
};

}  // namespace tacit::http
