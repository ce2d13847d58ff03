# Writes OUTPUT, a C++ source whose openapi_source() answers the bytes of INPUT. As bytes, because string literals have a size limit.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE ${OUTPUT} "// Generated from openapi.json.
#include \"http/api/openapi.hpp\"

namespace tacit::http {
namespace {
constexpr char document[] = {${bytes}};
}  // namespace

std::string_view openapi_source() { return {document, sizeof document}; }

}  // namespace tacit::http
")
