// SPDX-License-Identifier: Apache-2.0
// What a session does with its descriptors: appends to the frame file and the tail, maps the mask
// database. It never seeks, truncates or opens; a short write is a failure, since what stands
// behind it could not be told apart. commit_frame() and sync() may be another thread's, while no
// tail is exchanged.
#pragma once
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/ipc/edge.hpp"
#include "sallyport/model/ids.hpp"
#include "sallyport/record/writer.hpp"

namespace sallyport::relay {

class RecordFiles final : public record::Sink {
  public:
    RecordFiles(ipc::Edge &edge, model::SessionId session, base::UniqueFd frames,
                base::UniqueFd tail);
    base::Status append_tail(base::BytesView bytes) override;
    base::Status commit_frame(base::BytesView link, base::BytesView frame) override;
    void want_tail(std::uint64_t number) override;
    void set_tail(base::UniqueFd tail) { tail_ = std::move(tail); }
    // Frame file and tail onto the disk.
    base::Status sync();

  private:
    ipc::Edge &edge_;
    model::SessionId session_;
    base::UniqueFd frames_, tail_;
};

// Bytes of a sealed memfd, mapped read-only; its pages are shared by all sessions.
class Mapping {
  public:
    // Denied if the descriptor may still be changed, TooLarge above `limit`.
    static base::Result<Mapping> open(const base::UniqueFd &descriptor, std::size_t limit);
    Mapping(Mapping &&other) noexcept;
    Mapping &operator=(Mapping &&) = delete;
    ~Mapping();
    base::BytesView bytes() const { return {static_cast<const std::uint8_t *>(at_), size_}; }

  private:
    Mapping(void *at, std::size_t size) : at_(at), size_(size) {}
    void *at_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace sallyport::relay
