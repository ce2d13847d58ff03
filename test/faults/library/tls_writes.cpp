// SSL_write of data that contains the text of THROWING_WRITES throws, like a failed allocation.
#include <openssl/ssl.h>

#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "test/faults/library/next.hpp"

extern "C" int SSL_write(SSL* ssl, const void* data, int size) {
  static const auto real = faults::next<int (*)(SSL*, const void*, int)>("SSL_write");
  static const char* const text = std::getenv("THROWING_WRITES");
  const std::string_view written(static_cast<const char*>(data), static_cast<std::size_t>(size));
  if (text != nullptr && written.find(text) != std::string_view::npos) throw std::runtime_error("as requested");
  return real(ssl, data, size);
}
