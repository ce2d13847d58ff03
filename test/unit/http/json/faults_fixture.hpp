// Faults as lines of text, for comparison and for reading in a failed test.
#pragma once

#include <string>
#include <vector>

#include "http/json/faults.hpp"

namespace tacit::http::test {

using Lines = std::vector<std::string>;

inline std::string step_text(const LocStep& step) {
  if (const auto* name = std::get_if<std::string_view>(&step)) return std::string(*name);
  if (const auto* sent = std::get_if<SentName>(&step)) return sent->text;
  return std::to_string(std::get<std::uint64_t>(step));
}

/// A fault as `type body.field message`.
inline Lines lines(const Faults& faults) {
  Lines result;
  for (const Fault& fault : faults) {
    std::string loc;
    for (const LocStep& step : fault.loc) loc += (loc.empty() ? "" : ".") + step_text(step);
    result.push_back(std::string(fault.type) + " " + loc + " " + fault.msg);
  }
  return result;
}

/// One line for each fault; empty if the body is valid.
template <class T>
Lines lines(const Parsed<T>& parsed) {
  return parsed ? Lines{} : lines(parsed.error());
}

inline std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace tacit::http::test
