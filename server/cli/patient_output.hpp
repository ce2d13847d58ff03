// Output written while a snapshot of the store is held. A reader that stops reading would prevent the reuse of all
// pages freed meanwhile until the store is full, so writing has a time limit.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <chrono>

#include "crypto/memory/bytes.hpp"
#include "server/cli/arguments.hpp"

namespace tacit::server {

class PatientOutput {
 public:
  /// Writing fails when the reader takes no data for this long.
  PatientOutput(int descriptor, std::chrono::seconds patience);

  /// Writes all bytes. Returns false, with errno, on failure.
  bool write(crypto::ByteView bytes);
  /// Throws CommandFailed if a write failed because the reader stalled.
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
