// Loaded before a server's own libraries (LD_PRELOAD): SSL_write of data that contains the text of THROWING_WRITES
// throws, like a failed allocation.
#include <dlfcn.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <stdexcept>
#include <string_view>

extern "C" int SSL_write(SSL* ssl, const void* data, int size) {
  const char* const text = std::getenv("THROWING_WRITES");
  const std::string_view written(static_cast<const char*>(data), static_cast<std::size_t>(size));
  if (text != nullptr && written.find(text) != std::string_view::npos) throw std::runtime_error("as requested");
  using Write = int (*)(SSL*, const void*, int);
  static const auto next = reinterpret_cast<Write>(::dlsym(RTLD_NEXT, "SSL_write"));
  return next(ssl, data, size);
}
