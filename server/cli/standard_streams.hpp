// Standard output and standard error that are safe for a terminal even if a caller forgot to escape.
#pragma once

#include <memory>
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace tacit::server {

/// Escapes its input with http::append_printable and keeps line breaks. Callers make texts from the store, files and
/// peers one line (`printable` in output.hpp) before; this buffer is the safety net. Notes that the process waits for
/// the reader (store/engine/whereabouts.hpp).
class EscapingBuffer : public std::streambuf {
 public:
  explicit EscapingBuffer(std::streambuf& to) : to_(to) {}
  ~EscapingBuffer() override;
  EscapingBuffer(const EscapingBuffer&) = delete;
  EscapingBuffer& operator=(const EscapingBuffer&) = delete;

  /// The destination.
  std::streambuf& target() { return to_; }

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  std::streambuf& to_;
  std::mutex mutex_;   ///< any thread may use std::cout and std::cerr
  std::string begun_;  ///< the first bytes of an incomplete character
};

/// Writes whole lines to the log: with priorities under the journal, and in a server on the log's thread.
class LogLineBuffer : public std::streambuf {
 public:
  ~LogLineBuffer() override;

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;

 private:
  void end_line();
  std::string line_;
};

/// While it exists, std::cout and std::cerr escape their output. One instance at a time, created before other threads.
class StandardStreams {
 public:
  /// Sends standard error line by line to the log if log lines have the journal's priorities.
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// From now on, sends standard error line by line to the log in any case.
  void errors_to_log();

 private:
  std::streambuf* const plain_out_;
  std::streambuf* const plain_errors_;
  EscapingBuffer out_;
  LogLineBuffer lines_;
  std::unique_ptr<EscapingBuffer> errors_;
};

/// Standard output without escaping, for data that programs need byte for byte. Not for a terminal.
std::ostream& data_output();

/// Manipulators that redraw a line on a terminal. They are written without escaping.
std::ostream& line_start(std::ostream& out);    ///< moves to the first column of the line
std::ostream& clear_to_end(std::ostream& out);  ///< clears to the end of the line

/// Prints `tacit: ` and the sentence, as one line on standard error.
void complain(std::string_view sentence);

}  // namespace tacit::server
