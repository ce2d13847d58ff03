// The files of this folder that the build embeds into the program (http/embed.cmake).
#pragma once

#include <string_view>

namespace tacit::http {

// Templates: console_pages.cpp fills them in.
std::string_view console_page();
std::string_view console_start();

// Each with its gzip form, empty if the build had no gzip, and the SHA-256 of its content in hexadecimal digits.
std::string_view console_script();
std::string_view console_script_gzip();
std::string_view console_script_hash();
std::string_view console_style();
std::string_view console_style_gzip();
std::string_view console_style_hash();
std::string_view console_icon();
std::string_view console_icon_gzip();
std::string_view console_icon_hash();

}  // namespace tacit::http
