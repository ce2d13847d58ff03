// Finds the record boundaries of a TLS connection (RFC 8446 section 5.1), and limits the records without data that a
// peer may send.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/memory/bytes.hpp"

namespace tacit::http {

/// Tracks received bytes. It reads only the records' headers, which are never encrypted.
class TlsRecords {
 public:
  /// The limit of a handshake's records. A handshake takes about ten; client certificates take most of its bytes.
  static constexpr std::uint32_t most_of_handshake = 64;
  static constexpr std::size_t most_bytes_of_handshake = std::size_t{64} * 1024;
  /// The limit of records without data between two requests: key updates, warnings and empty records. Clients send one
  /// key update in millions of records.
  static constexpr std::uint32_t most_quiet = 16;

  /// Consumes bytes of the current or next record. Returns their number, at least one.
  std::size_t take(crypto::ByteView bytes);
  /// Whether the next byte begins a record.
  bool between() const { return header_size_ == 0; }
  /// Whether the next record would exceed the limit.
  bool flooded() const { return shaking_hands_ ? handshake_is_long() : quiet_ >= most_quiet; }
  /// Whether the first record is an SSL 2 client hello.
  bool is_ssl2() const { return ssl2_; }

  /// The handshake is finished.
  void established() {
    shaking_hands_ = false;
    brought_request();
  }
  /// The last record contained application data. Call at least once per such record.
  void brought_data() {
    if (fresh_) --quiet_;
    fresh_ = false;
  }
  /// The peer has sent a whole request.
  void brought_request() {
    quiet_ = 0;
    fresh_ = false;
  }

 private:
  static constexpr std::size_t header_size = 5;
  bool handshake_is_long() const { return quiet_ >= most_of_handshake || handshake_bytes_ >= most_bytes_of_handshake; }

  std::size_t header_size_ = 0;  ///< bytes consumed of the header; 0: between two records
  std::size_t rest_ = 0;         ///< bytes left of the record, once its header is complete
  std::size_t handshake_bytes_ = 0;
  std::uint32_t quiet_ = 0;  ///< records without data
  bool shaking_hands_ = true;
  bool fresh_ = false;  ///< the last record still counts as quiet
  bool ssl2_ = false;
};

}  // namespace tacit::http
