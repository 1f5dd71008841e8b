// SPDX-License-Identifier: Apache-2.0
// `dial`: resolves names and connects to the addresses that sallyportd has judged, and passes the
// connected socket on. It reads and writes no byte of it. One thread and one more for each lookup,
// since the system's resolver blocks.
#pragma once
#include "sallyport/base/log.hpp"
#include "sallyport/ipc/endpoint.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <map>

namespace sallyport::egress {

inline constexpr std::size_t max_lookups = 32;   // at a time; more are refused
inline constexpr std::size_t max_dials = 256;    // at a time
inline constexpr std::size_t max_addresses = 16; // of one name

class DialService {
  public:
    // Says hello on `edge` and serves it; the loop is stopped when the edge closes or breaks its
    // form. `loop` and `log` outlive it.
    static base::Result<std::unique_ptr<DialService>> open(os::Loop &loop, base::UniqueFd edge,
                                                           base::Log &log);
    ~DialService();
    DialService(const DialService &) = delete;
    DialService &operator=(const DialService &) = delete;

  private:
    struct Lookup;
    struct Dialling {
        std::uint64_t call = 0;
        base::UniqueFd socket;
        os::Loop::Timer timer = 0;
    };
    DialService(os::Loop &loop, base::Log &log);
    void receive(const ipc::Frame &frame);
    void resolve(const wire::ResolveAsk &ask);
    void resolved(int fd);
    void dial(const wire::DialAsk &ask);
    void connected(int fd);
    void finish_dial(int fd, const std::string &error);

    os::Loop &loop_;
    base::Log &log_;
    std::unique_ptr<ipc::Endpoint> edge_;
    std::map<int, std::shared_ptr<Lookup>> lookups_; // by the descriptor that tells its end
    std::map<int, Dialling> dials_;
};

} // namespace sallyport::egress
