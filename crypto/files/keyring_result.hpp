// The result of reading or writing a keyring or another file of keys.
#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace tacit::crypto {

/// Why a keyring could not be read or written: one sentence that names the file, for the operator. Never contains key
/// material.
struct KeyringError {
  std::string message;
  bool is_locked = false;  ///< another process is changing the file: a later attempt may succeed
};
/// Lets KeyringResult's value() throw: a std::runtime_error with the message.
[[noreturn]] void throw_exception_from_error(const KeyringError& error, const boost::source_location& where);

template <class T>
using KeyringResult = boost::system::result<T, KeyringError>;

}  // namespace tacit::crypto
