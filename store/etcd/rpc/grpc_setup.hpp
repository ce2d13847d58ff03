// What a process sets once, before its first use of gRPC.
#pragma once

namespace tacit::store::etcd {

/// Silences gRPC's log, which would mix lines of its own with the JSON lines on standard error, and switches off its
/// support of fork(), which would wait for its threads in each child. Starts no thread: gRPC starts its own with the
/// first channel, so a process that forks later must not have made a client. Thread-safe; does its work once.
void set_up_grpc();

}  // namespace tacit::store::etcd
