// SPDX-License-Identifier: Apache-2.0
// Does a rule match. Two readings of the same conditions: a grant *covers* (every path, operand,
// option, sink of the command must be within its lists), a guard or wall *meets* (any of them).
// In both, what is not known is Unknown.
#pragma once
#include "operation.hpp"

namespace sallyport::policy {

enum class Reading : std::uint8_t { Covers, Meets };

// The stages in the order in which a person would ask; the first that fails explains a grant that
// does not cover.
enum class Stage : std::uint8_t { Kind, Who, Where, From, When, Size, Clause, None };

Match match_who(const Who &who, const model::Action &action);
Match match_where(const Where &where, const model::Action &action);
Match match_from(const From &from, const std::optional<Address> &address);
Match match_when(const When &when, base::WallTime at);
// A shell start follows the rules for `line`.
bool kind_matches(const Rule &rule, model::ActionKind kind);

// Who, where, kind and from together, which do not change in a session; `failed` gets the first
// stage that is not Yes.
Match match_circumstances(const Rule &rule, const model::Action &action,
                          const std::optional<Address> &from, Stage *failed);
Match match_clauses(const Rule &rule, const Operation &operation, const model::Action &action,
                    const model::CommandFacts *facts, Reading reading);

// Is `inner` the command that the exactly granted `outer` starts: deeper, and the tail of its
// words. Then a grant by `argv` for the outer one covers it too.
bool is_inner_of(const model::Command &inner, const model::Command &outer);

} // namespace sallyport::policy
