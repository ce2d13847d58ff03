// Describes failed connections to an issuer, as clauses of sentences about the issuer ("it …").
#pragma once

#include <boost/system/error_code.hpp>

#include <string>

#include <openssl/types.h>

namespace tacit::auth {

/// Describes an error while a request was sent or its response read.
std::string describe_failure(boost::system::error_code error);

/// Describes a failed connect; `error` is the system's.
std::string describe_no_connection(boost::system::error_code error);

/// Describes a failed TLS handshake; a fault of the server's certificate takes precedence.
std::string describe_handshake(SSL* ssl, boost::system::error_code error);

/// Describes a rejected certificate; `verdict` is an X509_V_ERR_… of x509_vfy.h.
std::string describe_certificate(long verdict);

}  // namespace tacit::auth
