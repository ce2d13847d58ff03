// Standard output and standard error, where all that is printed is safe for a terminal, whatever was forgotten.
#pragma once

#include <memory>
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace tacit::server {

/// Passes on what is written to it as http::append_printable has it, line breaks kept. Texts from the store, files and
/// peers are to be made one line (`printable` in output.hpp) before; this is what catches the one that was not.
class EscapingBuffer : public std::streambuf {
 public:
  explicit EscapingBuffer(std::streambuf& to) : to_(to) {}
  ~EscapingBuffer() override;
  EscapingBuffer(const EscapingBuffer&) = delete;
  EscapingBuffer& operator=(const EscapingBuffer&) = delete;

  /// Where it passes things on to.
  std::streambuf& target() { return to_; }

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  std::streambuf& to_;
  std::mutex mutex_;   ///< std::cout and std::cerr are for any thread
  std::string begun_;  ///< the first bytes of a character
};

/// Hands whole lines to the log: with their priority under the journal, and in a server by the log's own thread.
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

/// From its making to its end std::cout and std::cerr escape what is printed. One at a time; before other threads.
class StandardStreams {
 public:
  /// Standard error goes line by line to the log if log lines have the journal's priorities.
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// From now on standard error goes line by line to the log in any case.
  void errors_to_log();

 private:
  std::streambuf* const plain_out_;
  std::streambuf* const plain_errors_;
  EscapingBuffer out_;
  LogLineBuffer lines_;
  std::unique_ptr<EscapingBuffer> errors_;
};

/// Standard output as it is: for data of which programs need every byte. Not for a terminal.
std::ostream& data_output();

/// Manipulators for what redraws a line on a terminal; they are written as they are.
std::ostream& line_start(std::ostream& out);    ///< back to the line's first column
std::ostream& clear_to_end(std::ostream& out);  ///< of the line

/// Prints `tacit: ` and the sentence, as one line on standard error.
void complain(std::string_view sentence);

}  // namespace tacit::server
