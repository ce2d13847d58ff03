// Where the records of a TLS connection begin and end (RFC 8446 section 5.1), and how many of them a peer may send
// without saying anything.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/bytes.hpp"

namespace tacit::http {

/// Follows the bytes that arrive. It reads the records' headers alone, which are never encrypted.
class TlsRecords {
 public:
  /// Of a handshake: a client's own certificates take most of it. It has some ten records.
  static constexpr std::uint32_t most_of_handshake = 64;
  static constexpr std::size_t most_bytes_of_handshake = std::size_t{64} * 1024;
  /// Between two requests: key updates, warnings and empty records. Clients send one key update in millions of records.
  static constexpr std::uint32_t most_quiet = 16;

  /// How many of these bytes, at least one, belong to the record that is under way or begins with them; they are taken.
  std::size_t take(crypto::ByteView bytes);
  /// Whether the next byte begins a record.
  bool between() const { return header_size_ == 0; }
  /// The next record would be one too many.
  bool flooded() const { return shaking_hands_ ? handshake_is_long() : quiet_ >= most_quiet; }
  /// The first record is none of TLS, but a client hello of SSL 2.
  bool is_ssl2() const { return ssl2_; }

  /// The handshake is finished.
  void established() {
    shaking_hands_ = false;
    brought_request();
  }
  /// The record that was taken last has brought data of the application. To be called at least once for each.
  void brought_data() {
    if (fresh_) --quiet_;
    fresh_ = false;
  }
  /// The peer has said something: a whole request.
  void brought_request() {
    quiet_ = 0;
    fresh_ = false;
  }

 private:
  static constexpr std::size_t header_size = 5;
  bool handshake_is_long() const { return quiet_ >= most_of_handshake || handshake_bytes_ >= most_bytes_of_handshake; }

  std::size_t header_size_ = 0;  ///< bytes of the header that have been taken; 0: between two records
  std::size_t rest_ = 0;         ///< bytes that the record still lacks, once its header is complete
  std::size_t handshake_bytes_ = 0;
  std::uint32_t quiet_ = 0;  ///< records that brought nothing
  bool shaking_hands_ = true;
  bool fresh_ = false;  ///< the last record counts as quiet so far
  bool ssl2_ = false;
};

}  // namespace tacit::http
