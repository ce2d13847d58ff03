#include "server/cli/standard_streams.hpp"

#include <iostream>

#include "crypto/memory/wiped.hpp"
#include "http/log/log_writer.hpp"
#include "http/log/printable.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {
namespace {

/// Longest text in a log line.
constexpr std::size_t longest_line = 16 * 1024;

http::LogLevel level_of(std::string_view line) {
  if (line.starts_with("tacit: note:") || line.starts_with("tacit: warning:")) return http::LogLevel::warn;
  return line.starts_with("tacit: ") ? http::LogLevel::error : http::LogLevel::info;
}

std::ostream& write_as_is(std::ostream& out, std::string_view text) {
  auto* const escaping = dynamic_cast<EscapingBuffer*>(out.rdbuf());
  if (escaping == nullptr) return out << text;
  escaping->target().sputn(text.data(), static_cast<std::streamsize>(text.size()));
  return out;
}

}  // namespace

EscapingBuffer::~EscapingBuffer() {
  std::string safe;
  http::append_printable(safe, begun_, {.line_breaks = true, .json = true, .continues = false});
  to_.sputn(safe.data(), static_cast<std::streamsize>(safe.size()));
}

EscapingBuffer::int_type EscapingBuffer::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char c = traits_type::to_char_type(character);
  return xsputn(&c, 1) == 1 ? character : traits_type::eof();
}

std::streamsize EscapingBuffer::xsputn(const char* text, std::streamsize size) {
  const std::lock_guard lock(mutex_);
  std::string_view all(text, static_cast<std::size_t>(size));
  if (!begun_.empty()) {
    begun_.append(all);
    all = begun_;
  }
  std::string safe;
  safe.reserve(all.size());
  // The output may be JSON, and this character is part of its syntax.
  const std::size_t left = http::append_printable(safe, all, {.line_breaks = true, .json = true, .continues = true});
  begun_ = std::string(all.substr(all.size() - left));
  const auto length = static_cast<std::streamsize>(safe.size());
  const store::WaitsForOthers reader;
  const bool written = to_.sputn(safe.data(), length) == length;
  crypto::wipe(safe.data(), safe.size());  // the text may contain a new API key
  return written ? size : 0;
}

int EscapingBuffer::sync() {
  const store::WaitsForOthers reader;
  return to_.pubsync();
}

LogLineBuffer::~LogLineBuffer() {
  if (!line_.empty()) end_line();
}

void LogLineBuffer::end_line() {
  http::log_plain(level_of(line_), line_);
  line_.clear();
}

LogLineBuffer::int_type LogLineBuffer::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char c = traits_type::to_char_type(character);
  xsputn(&c, 1);
  return character;
}

std::streamsize LogLineBuffer::xsputn(const char* text, std::streamsize size) {
  for (const char c : std::string_view(text, static_cast<std::size_t>(size))) {
    if (c != '\n') line_ += c;
    if (c == '\n' || line_.size() >= longest_line) end_line();
  }
  return size;
}

StandardStreams::StandardStreams()
    : plain_out_(std::cout.rdbuf()), plain_errors_(std::cerr.rdbuf()), out_(*plain_out_) {
  std::cout.rdbuf(&out_);
  if (http::log_has_priorities()) {
    errors_to_log();
  } else {
    errors_ = std::make_unique<EscapingBuffer>(*plain_errors_);
    std::cerr.rdbuf(errors_.get());
  }
}

StandardStreams::~StandardStreams() {
  std::cout.flush();
  std::cout.rdbuf(plain_out_);
  std::cerr.rdbuf(plain_errors_);
}

void StandardStreams::errors_to_log() {
  auto through_log = std::make_unique<EscapingBuffer>(lines_);
  std::cerr.rdbuf(through_log.get());
  errors_ = std::move(through_log);
}

std::ostream& data_output() {
  // A separate stream has its own state, which shows its failed writes.
  static std::ostream data([] {
    auto* const escaping = dynamic_cast<EscapingBuffer*>(std::cout.rdbuf());
    return escaping != nullptr ? &escaping->target() : std::cout.rdbuf();
  }());
  return data;
}

std::ostream& line_start(std::ostream& out) { return write_as_is(out, "\r"); }
std::ostream& clear_to_end(std::ostream& out) { return write_as_is(out, "\x1b[K"); }

void complain(std::string_view sentence) {
  // One write, so that lines of several commands on one terminal do not mix.
  std::cerr << std::string("tacit: ").append(http::printable(sentence)).append("\n") << std::flush;
}

}  // namespace tacit::server
