// Output that is written while a snapshot of the store is held. Whoever reads it and then stops would keep every page
// that is freed meanwhile from being used again, until the store is full: so there is an end to patience.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <chrono>

#include "crypto/bytes.hpp"
#include "server/cli/arguments.hpp"

namespace tacit::server {

class PatientOutput {
 public:
  /// Fails when nothing at all was taken for that long.
  PatientOutput(int descriptor, std::chrono::seconds patience);

  /// Writes all of it. False if that cannot be done; errno says why.
  bool write(crypto::ByteView bytes);
  /// Throws CommandFailed if that was why a write could not be done.
  void fail_if_stalled() const;

 private:
  bool wait();

  const int descriptor_;
  const std::chrono::seconds patience_;
  const bool never_blocks_;
  bool stalled_ = false;
};

/// Adds --stall-timeout to a command's options.
void add_stall_timeout(boost::program_options::options_description& own);
std::chrono::seconds stall_timeout(const Arguments& arguments);

}  // namespace tacit::server
