// SPDX-License-Identifier: Apache-2.0
// `sallyport`: one program, nouns and verbs. Policy, mask, record and check verbs work on files and
// need no daemon; what concerns the running system goes to its control socket and is answered by
// the desk.
#pragma once

namespace sallyport::cli {

// The whole program; the result is its exit status.
int run(int count, char **arguments);

} // namespace sallyport::cli
