// Well-formed and hostile chunked bodies, for a server and for proxies in front of it.
#pragma once

#include <string>
#include <vector>

namespace tacit::test {

/// Every hostile body hides this request. Its own id shows whether it was ever served.
inline const std::string smuggled_id = "smuggled-request";
inline const std::string smuggled =
    "GET /healthz?smuggled HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: " + smuggled_id + "\r\n\r\n";

struct ChunkedBody {
  std::string name;
  std::string bytes;   ///< everything after the head; the end may be missing
  bool taken = false;  ///< the server accepts it and reads the text that it was made for
};

/// Bodies that carry `text` in some way, and the request above where a lenient parser may find it.
std::vector<ChunkedBody> chunked_bodies(const std::string& text);

/// In hexadecimal digits.
std::string chunk_size(std::size_t size);

}  // namespace tacit::test
