// Why a connection to an issuer came to nothing, in words: the rest of sentences about the issuer.
#pragma once

#include <boost/system/error_code.hpp>

#include <string>

#include <openssl/types.h>

namespace tacit::auth {

/// Of an error while a request was sent or its answer read.
std::string describe_failure(boost::system::error_code error);

/// Of a connection that was not had; `error` is the system's.
std::string describe_no_connection(boost::system::error_code error);

/// Of a TLS handshake that failed: of the other end's certificate first.
std::string describe_handshake(SSL* ssl, boost::system::error_code error);

/// Of a certificate that was not accepted: X509_V_ERR_… of x509_vfy.h.
std::string describe_certificate(long verdict);

}  // namespace tacit::auth
