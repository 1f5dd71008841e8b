// SPDX-License-Identifier: Apache-2.0
// The judge workers: processes that turn text into CommandFacts and can do nothing else (seccomp,
// memory and time limits). A worker judges one text at a time; if it crashes or hangs, that text
// alone is `unparsable` (state error, which every policy denies) and a fresh worker takes its
// place. One thread, that of the loop.
#pragma once
#include "sallyport/base/log.hpp"
#include "sallyport/ipc/caller.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <deque>
#include <memory>

namespace sallyport::decider {

inline constexpr std::chrono::milliseconds judge_limit{2000};
inline constexpr std::size_t max_waiting_texts = 1000;
inline constexpr int judge_edge_descriptor = 3;

class JudgePool {
  public:
    using Done = std::function<void(model::CommandFacts)>;

    // `program` is started with its edge at judge_edge_descriptor, `workers` times.
    static base::Result<std::unique_ptr<JudgePool>>
    open(os::Loop &loop, base::Log &log, os::Program program, std::size_t workers,
         std::chrono::milliseconds limit = judge_limit);
    ~JudgePool();
    JudgePool(const JudgePool &) = delete;
    JudgePool &operator=(const JudgePool &) = delete;

    // `done` is called exactly once, never inside this call.
    void judge(wire::JudgeAsk ask, Done done);

    std::vector<pid_t> pids() const; // of the workers, for tests that end one

  private:
    struct Worker {
        os::Child child;
        std::unique_ptr<ipc::Caller> caller;
        bool busy = false;
    };
    struct Waiting {
        wire::JudgeAsk ask;
        Done done;
    };
    JudgePool(os::Loop &loop, base::Log &log, os::Program program, std::chrono::milliseconds limit);
    base::Status start(Worker &worker);
    void replace(Worker &worker);
    void dispatch();
    void run(Worker &worker, Waiting waiting);

    os::Loop &loop_;
    base::Log &log_;
    os::Program program_;
    std::chrono::milliseconds limit_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::deque<Waiting> waiting_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// What a text is when no worker could judge it.
model::CommandFacts unparsable(const wire::JudgeAsk &ask, const std::string &why);

} // namespace sallyport::decider
