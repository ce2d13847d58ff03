// Stores what UseNotes has (store/uses/use_notes.hpp), and reads it.
#pragma once

#include "store/engine/async.hpp"
#include "store/engine/context.hpp"
#include "store/uses/use_notes.hpp"

namespace tacit::store {

/// Stores all notes, in transactions of bounded size. A note of a secret that does not exist any more is dropped, and
/// so are all notes while the store does not take such rows. After a failure, and after 10 s, the rest stays noted.
/// Does nothing while another call is running.
Async<void> store_noted_uses(ContextPtr store);

}  // namespace tacit::store
