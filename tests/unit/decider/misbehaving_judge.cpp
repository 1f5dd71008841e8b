// SPDX-License-Identifier: Apache-2.0
// A judge worker that does what the text says: dies, hangs, answers nonsense, or answers.
#include "sallyport/decider/judge_pool.hpp"
#include "sallyport/ipc/edge.hpp"

#include <array>

#include <unistd.h>

using namespace sallyport;

int main() {
    const int number = decider::judge_edge_descriptor;
    ipc::Edge edge{base::UniqueFd(number)};
    for (;;) {
        const auto frame = edge.await(wire::JudgeAsk::type, std::chrono::hours(1));
        if (!frame.ok())
            return 0;
        const auto ask = frame->as<wire::JudgeAsk>();
        if (!ask.ok())
            return 2;
        if (ask->text == "crash")
            return 3;
        while (ask->text == "hang")
            ::pause();
        if (ask->text == "garbage") { // a length that nothing has
            const std::array<char, 8> bytes{'\xff', '\xff', '\xff', '\xff', 'a', 'b', 'c', 'd'};
            if (::write(number, bytes.data(), bytes.size()) < 0)
                return 4;
            continue;
        }
        if (ask->text == "broken answer") { // the right type and call number, then nonsense
            base::Bytes body(64, 0xff);
            for (std::size_t i = 0; i < 8; ++i)
                body[i] = static_cast<std::uint8_t>(ask->call >> (8 * (7 - i)));
            if (!edge.send_frame(wire::JudgeAnswer::type, body).ok())
                return 5;
            continue;
        }
        model::CommandFacts facts;
        facts.dialect = ask->dialect;
        facts.state = model::ParseState::Ok;
        facts.bytes = static_cast<std::uint32_t>(ask->text.size());
        facts.programs = {ask->text, ask->cwd, std::string(model::dialect_name(ask->sh))};
        if (!edge.send(wire::JudgeAnswer{ask->call, facts}).ok())
            return 6;
    }
}
