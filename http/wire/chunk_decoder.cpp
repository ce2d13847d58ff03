#include "http/wire/chunk_decoder.hpp"

#include <algorithm>
#include <array>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

constexpr unsigned most_digits = 16;  // of 64 bits

constexpr std::string_view line_end_fault = "A line of the chunked body does not end in CR and LF.";

/// RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> token_bytes = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

constexpr bool is_blank(std::uint8_t byte) { return byte == ' ' || byte == '\t'; }

}  // namespace

void ChunkDecoder::refuse(std::string_view why) {
  state_ = State::malformed;
  fault_ = why;
}

void ChunkDecoder::expect(std::uint8_t byte, std::uint8_t wanted, Step next, std::string_view otherwise) {
  if (byte != wanted) return refuse(otherwise);
  step_ = next;
}

std::size_t ChunkDecoder::take(crypto::ByteView input, crypto::WipedBytes& out) {
  std::size_t taken = 0;
  while (taken < input.size() && state_ == State::unfinished) {
    if (step_ != Step::data) {
      step(input[taken++]);
      continue;
    }
    const std::size_t size = std::min<std::uint64_t>(remaining_, input.size() - taken);
    out.append(input.subspan(taken, size));
    taken += size;
    remaining_ -= size;
    if (remaining_ == 0) step_ = Step::data_cr;
  }
  return taken;
}

void ChunkDecoder::step(std::uint8_t byte) {
  if (++overhead_ > chunk_overhead + chunk_overhead_per_byte * data_) {
    return refuse("The sizes, extensions and trailers of the chunked body take far more bytes than its data.");
  }
  switch (step_) {
    case Step::size_begin:
    case Step::size:
    case Step::size_blank:
      return take_size(byte);
    case Step::extension:
      return take_extension(byte);
    case Step::size_end:
      return expect(byte, '\n', remaining_ == 0 ? Step::trailer_begin : Step::data, line_end_fault);
    case Step::data_cr:
      return expect(byte, '\r', Step::data_lf, "A chunk's data is not followed by CR and LF.");
    case Step::data_lf:
      remaining_ = digits_ = 0;
      return expect(byte, '\n', Step::size_begin, "A chunk's data is not followed by CR and LF.");
    case Step::trailer_begin:
    case Step::trailer_name:
    case Step::trailer_value:
      return take_trailer(byte);
    case Step::trailer_end:
      return expect(byte, '\n', Step::trailer_begin, line_end_fault);
    case Step::last_end:
      expect(byte, '\n', Step::last_end, line_end_fault);
      if (state_ == State::unfinished) state_ = State::complete;
      return;
    case Step::data:
      break;  // consumed in take()
  }
}

void ChunkDecoder::take_size(std::uint8_t byte) {
  const int digit = crypto::hex_value(static_cast<char>(byte));
  if (digit >= 0 && step_ != Step::size_blank) {
    if (++digits_ > most_digits) return refuse("A chunk's size has more than 16 digits.");
    remaining_ = remaining_ * 16 + static_cast<unsigned>(digit);
    step_ = Step::size;
    return;
  }
  if (step_ == Step::size_begin) return refuse("A chunk does not begin with its size in hexadecimal digits.");
  end_size(byte);
}

/// Checks the byte after the digits. White space is allowed only before an extension; elsewhere it is ambiguous.
void ChunkDecoder::end_size(std::uint8_t byte) {
  if (is_blank(byte)) {
    step_ = Step::size_blank;
  } else if (byte == ';') {
    step_ = Step::extension;
  } else if (byte == '\r' && step_ == Step::size) {
    step_ = Step::size_end;
  } else {
    return refuse("A chunk's size is followed by neither an extension nor CR and LF.");
  }
  if (step_ == Step::size_blank) return;
  if (remaining_ > limit_ - data_) {
    state_ = State::too_large;
  } else {
    data_ += remaining_;
  }
}

void ChunkDecoder::take_extension(std::uint8_t byte) {
  if (byte == '\r') {
    step_ = Step::size_end;
  } else if (!token_bytes[byte] && byte != ';' && byte != '=' && !is_blank(byte)) {
    refuse("A chunk's extension has a quoted string or invalid characters.");
  }
}

void ChunkDecoder::take_trailer(std::uint8_t byte) {
  if (step_ == Step::trailer_value) {
    if (byte == '\r') {
      step_ = Step::trailer_end;
    } else if (byte == 0x7f || (byte < 0x20 && byte != '\t')) {
      refuse("A trailer of the chunked body has a control character, or a line that does not end in CR and LF.");
    }
  } else if (token_bytes[byte]) {
    step_ = Step::trailer_name;
  } else if (byte == ':' && step_ == Step::trailer_name) {
    step_ = Step::trailer_value;
  } else if (byte == '\r' && step_ == Step::trailer_begin) {
    step_ = Step::last_end;
  } else {
    refuse("The chunked body does not end in well-formed trailers and an empty line.");
  }
}

}  // namespace tacit::http
