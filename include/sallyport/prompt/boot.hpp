// SPDX-License-Identifier: Apache-2.0
// How a guarded shell starts: the constant text that the target's sshd runs, the hello that it
// prints, and the lines that turn a stock bash into a shell that runs only framed units. Pure text
// in, pure text out; any thread. docs/GUARDED-SHELL.md has the protocol with a worked example.
#pragma once
#include "sallyport/base/result.hpp"

#include <string>
#include <string_view>

namespace sallyport::prompt {

inline constexpr std::size_t max_hello_bytes =
    4 * 1024;                                   // from the first byte of a hello to its BEL
inline constexpr std::size_t nonce_digits = 24; // 96 bit, lower-case hex

// The exec text of every guarded shell, 338 bytes on one line, without a secret: it becomes the
// `force-command` of the session's certificate. It means the same in sh, bash, zsh, ksh, fish and
// tcsh, so nothing that depends on the login shell runs before the hello has named it.
std::string_view boot_text();

// What `boot_text` reported. Claims of the target: they choose a stub and are shown, they allow
// nothing.
struct Hello {
    std::string shell; // $SHELL
    std::string path;  // the same with links resolved
    std::string uid;
    std::string tty; // `/dev/pts/3`, or `/dev/tty` where that is not ours
    bool operator==(const Hello &) const = default;
};

// Reads the payload between `ESC ] 7717 ; H1 ;` and BEL. InvalidInput unless it has exactly four
// fields, a uid of digits and a terminal path of `/dev/` and plain name characters: the path is
// pasted into the stub.
base::Result<Hello> parse_hello(std::string_view payload);

// True for a login shell that can be guarded: bash under its own name (so not `sh` or `rbash` that
// are links to it).
bool can_guard(const Hello &hello);

// The lines that `boot_text` waits for: the shell's command line, the first challenge and mark, the
// stub, and the line that ends it. They travel only over the terminal, with echo off.
// REQUIRES: can_guard(hello); both nonces are nonce_digits of lower-case hex.
std::string start_lines(const Hello &hello, std::string_view challenge, std::string_view mark);

// The stub for bash as it travels: src/prompt/stub.bash without its comments, `/dev/tty` not yet
// replaced.
std::string_view bash_stub();

} // namespace sallyport::prompt
