// Reads a .env file. Its grammar, because programs differ in theirs:
//
//   file      lines that end with LF or CRLF, in UTF-8
//   line      nothing, a comment, or an assignment; blanks around each are skipped
//   comment   # to the end of the line
//   assignment  [export] NAME = value; blanks around = are skipped
//   NAME      a letter or _, then letters, digits, _, - and .
//   value     'text', taken as it is
//             "text", in which \n \r \t \" \\ \$ stand for one character; any other \ is an error
//             both may have several lines, and only a comment may follow
//             else the rest of the line without blanks at its end; a # at its begin or after a blank begins a comment
//
// Nothing is replaced: $NAME and ${NAME} are taken as they are. A name that comes twice is an error.
#pragma once

#include <string>
#include <string_view>

#include "server/client/new_secret.hpp"

namespace tacit::server {

/// In the order of the file. The error is a sentence without a subject that begins with the line ("line 3: …"), and
/// repeats no value.
ParsedSecrets parse_env_file(std::string_view text);

}  // namespace tacit::server
