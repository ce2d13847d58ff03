// The requests of a load, from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::bench {

/// Each line of the file is one request: method, path, header (`name: value`, or empty) and body, separated by tabs. In
/// path and body `{n}` stands for a number that no other request of this process and thread has, and `{r}` for random
/// hexadecimal digits. One object for each thread.
class Requests {
 public:
  enum class Order : std::uint8_t {
    cycle,   ///< one after the other, and again from the first
    random,  ///< any
    once,    ///< one after the other, until there are none
  };
  /// Thread `thread` of `threads` has each `threads`-th line. Throws std::runtime_error.
  Requests(const std::string& file, std::string_view host, Order order, unsigned thread, unsigned threads);
  /// The bytes to send; empty if there are no more. Valid until the next call.
  std::string_view next();

 private:
  struct Template {
    std::string before;  ///< request line and headers, without Content-Length
    std::string body;
    std::string bytes;  ///< the whole request, if nothing stands for a number
  };
  std::string filled(std::string_view text);

  std::vector<Template> templates_;
  Order order_;
  std::size_t place_ = 0;
  std::uint64_t number_;
  unsigned step_;
  std::uint64_t random_;
  std::string built_;
};

}  // namespace tacit::bench
