// SPDX-License-Identifier: Apache-2.0
// Caller asks a service over an edge and pairs answers with questions by their `call` number. Every
// question is answered exactly once: by the service, by its time-out, or because the edge was lost.
// Frames that answer nothing go to `on_other`. An answer of the wrong type or to no question breaks
// the edge: the service is not what it was. One thread.
#pragma once
#include "sallyport/ipc/endpoint.hpp"

#include <map>

namespace sallyport::ipc {

class Caller {
  public:
    using OnOther = std::function<void(Frame)>;
    using OnLost = std::function<void(const base::Error &)>;

    static base::Result<std::unique_ptr<Caller>> open(os::Loop &loop, base::UniqueFd socket,
                                                      std::string service, OnOther on_other,
                                                      OnLost on_lost);
    ~Caller();
    Caller(const Caller &) = delete;
    Caller &operator=(const Caller &) = delete;

    template <typename Answer>
    struct Reply {
        Answer message;
        std::vector<base::UniqueFd> descriptors;
    };

    // Sends `ask` with a fresh call number. `done` gets the answer; an answer that carries an error
    // text is an error.
    template <typename Answer, typename Ask>
    void ask(Ask ask, std::chrono::milliseconds limit,
             std::function<void(base::Result<Reply<Answer>>)> done) {
        ask.call = ++last_call_;
        expect(ask.call, Answer::type, limit, [done = std::move(done)](base::Result<Frame> frame) {
            if (!frame.ok())
                return done(frame.error());
            auto answer = frame->template as<Answer>();
            if (!answer.ok())
                return done(answer.error());
            if constexpr (requires { answer->error; })
                if (!answer->error.empty())
                    return done(base::fail(base::ErrorCode::Denied, answer->error));
            done(Reply<Answer>{std::move(*answer), std::move(frame->descriptors)});
        });
        if (endpoint_->open())
            endpoint_->send(ask);
    }
    template <typename M>
    void tell(const M &message) {
        endpoint_->send(message);
    }
    bool open() const { return endpoint_->open(); }

  private:
    using OnAnswer = std::function<void(base::Result<Frame>)>;
    struct Pending {
        std::uint16_t type = 0;
        OnAnswer done;
        os::Loop::Timer timer = 0;
    };
    Caller(os::Loop &loop, std::string service, OnOther on_other, OnLost on_lost);
    void expect(std::uint64_t call, std::uint16_t type, std::chrono::milliseconds limit,
                OnAnswer done);
    void received(Frame frame);
    void lost(const base::Error &reason);
    void finish(std::uint64_t call, base::Result<Frame> result);

    os::Loop &loop_;
    std::string service_;
    OnOther on_other_;
    OnLost on_lost_;
    std::uint64_t last_call_ = 0;
    std::map<std::uint64_t, Pending> pending_;
    std::map<std::uint16_t, int> answer_types_; // types that only ever answer
    std::unique_ptr<Endpoint> endpoint_;
};

} // namespace sallyport::ipc
