#include "crypto/files/keyring_result.hpp"

#include <stdexcept>

namespace tacit::crypto {

void throw_exception_from_error(const KeyringError& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

}  // namespace tacit::crypto
