// Chunked bodies, well-formed and hostile ones, for a server and for the proxies before it.
#pragma once

#include <string>
#include <vector>

namespace tacit::test {

/// The request that is hidden in every hostile body, under an id of its own: were it ever served, that would be seen.
inline const std::string smuggled_id = "smuggled-request";
inline const std::string smuggled =
    "GET /healthz?smuggled HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: " + smuggled_id + "\r\n\r\n";

struct ChunkedBody {
  std::string name;
  std::string bytes;   ///< from behind the head to the end, which may never come
  bool taken = false;  ///< the server takes it, and reads the text that it was made for
};

/// Bodies that carry `text` in some way, and the request above where a lenient reader may find it.
std::vector<ChunkedBody> chunked_bodies(const std::string& text);

/// As hexadecimal digits.
std::string chunk_size(std::size_t size);

}  // namespace tacit::test
