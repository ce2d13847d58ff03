// Finds the end of an HTTP/1.1 answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tacit::bench {

/// Enough of RFC 9112 for the servers that are measured: Content-Length, or chunks without trailers; no answer that
/// lasts until the connection is closed.
class AnswerParser {
 public:
  enum class Result : std::uint8_t { more, complete, broken };
  /// Takes all bytes of one read. Answers are never pipelined, so a complete one has no bytes after it.
  Result take(std::string_view bytes);
  /// Of the complete answer.
  int status() const { return status_; }
  bool closes() const { return closes_; }
  /// Ready for the next answer.
  void reset();

 private:
  Result take_head(std::string_view bytes);
  Result take_body(std::string_view bytes);
  Result take_chunk_line(char byte);
  Result take_chunks(std::string_view bytes);
  bool read_head();

  enum class Part : std::uint8_t { head, body, chunk_line, chunk, chunk_end };
  Part part_ = Part::head;
  std::string head_;
  std::string line_;
  std::uint64_t left_ = 0;
  int status_ = 0;
  bool closes_ = false;
  bool chunked_ = false;
  bool last_chunk_ = false;
};

}  // namespace tacit::bench
