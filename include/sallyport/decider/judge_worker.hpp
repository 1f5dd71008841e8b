// SPDX-License-Identifier: Apache-2.0
// The inside of a judge worker: reads the knowledge, enters its sandbox, then answers JudgeAsk
// until the edge closes.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/facts/knowledge.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <functional>
#include <string>

namespace sallyport::decider {

// What a judge is asked about an action with a text. `definitions`: see Decider::decide.
wire::JudgeAsk judge_ask(const model::Action &action, const std::string &definitions);

// What JudgeAsk says about the shell, judged; also used by `sallyport policy judge`, in its own
// process.
model::CommandFacts judge(const facts::Knowledge &knowledge, const wire::JudgeAsk &ask);

// Serves one edge. `enter_sandbox` is called once, after the knowledge was read and before the
// first text is seen.
base::Status serve_judge(base::UniqueFd edge, const std::string &knowledge_path,
                         const std::function<base::Status()> &enter_sandbox);

} // namespace sallyport::decider
