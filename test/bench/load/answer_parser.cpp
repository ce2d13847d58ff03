#include "test/bench/load/answer_parser.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace tacit::bench {
namespace {

constexpr std::size_t most_head = 64 * 1024;

std::optional<std::string_view> field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    if (head.size() - at <= name.size() || head[at + name.size()] != ':') continue;
    if (::strncasecmp(head.data() + at, name.data(), name.size()) != 0) continue;
    const std::size_t begin = head.find_first_not_of(' ', at + name.size() + 1);
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  return std::nullopt;
}

}  // namespace

void AnswerParser::reset() {
  part_ = Part::head;
  head_.clear();
  line_.clear();
  left_ = 0;
  status_ = 0;
  closes_ = chunked_ = last_chunk_ = false;
}

AnswerParser::Result AnswerParser::take(std::string_view bytes) {
  if (part_ == Part::head) return take_head(bytes);
  return chunked_ ? take_chunks(bytes) : take_body(bytes);
}

AnswerParser::Result AnswerParser::take_head(std::string_view bytes) {
  const std::size_t before = head_.size();
  head_ += bytes;
  const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) return head_.size() > most_head ? Result::broken : Result::more;
  const std::string rest = head_.substr(end + 4);
  head_.resize(end + 2);
  if (!read_head()) return Result::broken;
  return chunked_ ? take_chunks(rest) : take_body(rest);
}

bool AnswerParser::read_head() {
  if (head_.size() < 12 || !head_.starts_with("HTTP/1.1 ")) return false;
  status_ = 0;
  std::from_chars(head_.data() + 9, head_.data() + 12, status_);
  const auto connection = field(head_, "Connection");
  closes_ = connection && ::strncasecmp(connection->data(), "close", 5) == 0;
  chunked_ = field(head_, "Transfer-Encoding").has_value();
  part_ = chunked_ ? Part::chunk_line : Part::body;
  if (chunked_ || status_ == 204 || status_ == 304) return true;
  const auto length = field(head_, "Content-Length");
  if (!length) return false;
  return std::from_chars(length->data(), length->data() + length->size(), left_).ec == std::errc();
}

AnswerParser::Result AnswerParser::take_body(std::string_view bytes) {
  if (bytes.size() > left_) return Result::broken;
  left_ -= bytes.size();
  return left_ == 0 ? Result::complete : Result::more;
}

AnswerParser::Result AnswerParser::take_chunk_line(char byte) {
  if (byte != '\n') {
    line_ += byte;
    return line_.size() > most_head ? Result::broken : Result::more;
  }
  if (part_ == Part::chunk_end) {
    part_ = Part::chunk_line;
    const bool empty = line_ == "\r";
    line_.clear();
    if (!empty) return Result::broken;
    return last_chunk_ ? Result::complete : Result::more;
  }
  const auto read = std::from_chars(line_.data(), line_.data() + line_.size(), left_, 16);
  line_.clear();
  if (read.ec != std::errc()) return Result::broken;
  last_chunk_ = left_ == 0;
  part_ = last_chunk_ ? Part::chunk_end : Part::chunk;
  return Result::more;
}

AnswerParser::Result AnswerParser::take_chunks(std::string_view bytes) {
  while (!bytes.empty()) {
    if (part_ == Part::chunk) {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      left_ -= taken;
      bytes.remove_prefix(taken);
      if (left_ == 0) part_ = Part::chunk_end;
      continue;
    }
    const Result result = take_chunk_line(bytes.front());
    bytes.remove_prefix(1);
    if (result == Result::more) continue;
    return bytes.empty() ? result : Result::broken;
  }
  return Result::more;
}

}  // namespace tacit::bench
