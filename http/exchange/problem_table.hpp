// What a client is told of each problem: the status, the sentence, and header lines.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/exchange/problem.hpp"

namespace tacit::http {

struct ProblemRow {
  Problem problem;
  unsigned status;
  bool close;                 ///< end the connection after the answer
  std::string_view sentence;  ///< `{}` stands for `limit`
  std::string_view headers;   ///< further header lines, each ended by CRLF
  std::size_t limit;          ///< 0: the sentence names none
};

const ProblemRow& row_of(Problem problem);

}  // namespace tacit::http
