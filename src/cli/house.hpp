// SPDX-License-Identifier: Apache-2.0
// The verbs about the installation itself: init, run, check, target trust-line, event verify, and
// the way to the desk of the running system. Each returns the exit status.
#pragma once
#include "sallyport/record/container.hpp"
#include "sallyport/supervisor/prefix.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace sallyport::cli {

int init_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err);
int run_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err);
int check_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err);
int trust_line_verb(const supervisor::Prefix &prefix, const std::string &target, std::ostream &out,
                    std::ostream &err);
int event_verify_verb(const supervisor::Prefix &prefix, std::ostream &out, std::ostream &err);
// Sends the words to the running system and shows what it answers.
int desk_verb(const supervisor::Prefix &prefix, const std::vector<std::string> &words, bool json);

// Path of the record of a session id, or the path that was given.
std::string find_record(const supervisor::Prefix &prefix, const std::string &session_or_path);
// Chain heads that the event log knows of this session.
std::vector<record::ChainHead> logged_heads(const supervisor::Prefix &prefix,
                                            const std::string &session);
// Where the shipped policies lie: beside the installed program, or in the source tree of a build.
std::string shipped_policies();

} // namespace sallyport::cli
