// SPDX-License-Identifier: Apache-2.0
#include "sallyport/decider/judge_pool.hpp"

#include <csignal>

namespace sallyport::decider {

model::CommandFacts unparsable(const wire::JudgeAsk &ask, const std::string &why) {
    model::CommandFacts facts;
    facts.dialect = ask.dialect;
    facts.state = model::ParseState::Error;
    facts.bytes = static_cast<std::uint32_t>(ask.text.size());
    facts.error = model::ParseError{{}, 1, 1, why};
    return facts;
}

base::Result<std::unique_ptr<JudgePool>> JudgePool::open(os::Loop &loop, base::Log &log,
                                                         os::Program program, std::size_t workers,
                                                         std::chrono::milliseconds limit) {
    std::unique_ptr<JudgePool> pool(new JudgePool(loop, log, std::move(program), limit));
    for (std::size_t i = 0; i < workers; ++i) {
        pool->workers_.push_back(std::make_unique<Worker>());
        SALLYPORT_CHECK(pool->start(*pool->workers_.back()));
    }
    return pool;
}

JudgePool::JudgePool(os::Loop &loop, base::Log &log, os::Program program,
                     std::chrono::milliseconds limit)
    : loop_(loop), log_(log), program_(std::move(program)), limit_(limit) {}

JudgePool::~JudgePool() {
    *alive_ = false;
    for (const auto &worker : workers_) {
        worker->child.signal(SIGKILL);
        if (worker->child.running())
            worker->child.wait();
    }
}

base::Status JudgePool::start(Worker &worker) {
    SALLYPORT_TRY(auto ends, os::socket_pair());
    os::Program program = program_;
    program.passed.emplace_back(ends.second.get(), judge_edge_descriptor);
    SALLYPORT_TRY(worker.child, os::start(program));
    const auto lost = [this, &worker](const base::Error &) {
        // Not inside the caller's own callback: it is about to be destroyed.
        loop_.post([this, &worker, alive = alive_] {
            if (*alive)
                replace(worker);
        });
    };
    SALLYPORT_TRY(worker.caller, ipc::Caller::open(
                                     loop_, std::move(ends.first), "judge worker",
                                     [](const ipc::Frame &) {}, lost));
    worker.busy = false;
    return base::success();
}

void JudgePool::replace(Worker &worker) {
    if (worker.caller && worker.caller->open())
        return; // replaced already
    worker.child.signal(SIGKILL);
    if (worker.child.running())
        worker.child.wait();
    worker.caller.reset();
    log_.write(base::LogLevel::Warning, "judge", "a worker ended and is replaced");
    const base::Status started = start(worker);
    if (!started.ok()) {
        log_.write(base::LogLevel::Error, "judge", started.error().message);
        // A machine out of processes: try again while nothing is allowed.
        loop_.after(std::chrono::milliseconds(1000), [this, &worker, alive = alive_] {
            if (*alive)
                replace(worker);
        });
    }
    dispatch();
}

void JudgePool::judge(wire::JudgeAsk ask, Done done) {
    if (waiting_.size() >= max_waiting_texts) {
        loop_.post([facts = unparsable(ask, "too many texts wait to be judged"),
                    done = std::move(done)] { done(facts); });
        return;
    }
    waiting_.push_back({std::move(ask), std::move(done)});
    dispatch();
}

void JudgePool::dispatch() {
    for (const auto &worker : workers_) {
        if (waiting_.empty())
            return;
        if (worker->busy || !worker->caller || !worker->caller->open())
            continue;
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        run(*worker, std::move(next));
    }
}

void JudgePool::run(Worker &worker, Waiting waiting) {
    worker.busy = true;
    const auto answered = [this, &worker, ask = waiting.ask, done = waiting.done](
                              base::Result<ipc::Caller::Reply<wire::JudgeAnswer>> answer) {
        if (!answer.ok()) {
            log_.write(base::LogLevel::Warning, "judge", answer.error().message);
            // A hang, or no answer in form: its edge closes and it is replaced. It stays busy until
            // then, so that no other text goes to a worker that is dying.
            worker.child.signal(SIGKILL);
            return done(unparsable(ask, "the judge could not take it apart"));
        }
        worker.busy = false;
        done(std::move(answer->message.facts));
        dispatch();
    };
    worker.caller->ask<wire::JudgeAnswer>(std::move(waiting.ask), limit_, answered);
}

std::vector<pid_t> JudgePool::pids() const {
    std::vector<pid_t> list;
    for (const auto &worker : workers_)
        list.push_back(worker->child.pid());
    return list;
}

} // namespace sallyport::decider
