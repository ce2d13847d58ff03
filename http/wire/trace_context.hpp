// The caller's position in a distributed trace (W3C Trace Context, https://www.w3.org/TR/trace-context/). Pure.
#pragma once

#include <string_view>

namespace tacit::http {

/// The traceparent to record: version, trace id, parent id and flags, 55 characters of lower-case hexadecimal digits
/// and hyphens. For versions later than 00, the part that version 00 defines (section 3.2.4 there). Empty unless
/// `field`, the header field's value, is valid; a view into it.
std::string_view sane_traceparent(std::string_view field);

}  // namespace tacit::http
