// SPDX-License-Identifier: Apache-2.0
// RecordedPath: mask, then record with write(2), then forward; the same bytes in all three. With a
// terminal everything is masked; without one the session's mask mode decides, and what is no text
// is recorded by the rule for binary streams.
//
// Little output is written and forwarded at once. Much of it goes into frames, which the helper
// makes: while one is in the works, what comes next is masked and gathered. Nothing is forwarded
// before the frame that holds it is written.
#pragma once
#include "record_files.hpp"

#include "sallyport/mask/text.hpp"
#include "sallyport/record/stream_recorder.hpp"
#include "sallyport/relay/output_path.hpp"

namespace sallyport::relay {

class RecordedPath final : public OutputPath {
  public:
    static base::Result<std::unique_ptr<OutputPath>>
    open(const wire::SessionOpened &opened, const std::optional<ssh::Terminal> &terminal,
         std::vector<base::UniqueFd> descriptors, ipc::Edge &edge, const base::Clock &clock,
         const record::Digest &digest, Helper &helper);
    ~RecordedPath() override;

    base::Status take(ssh::Stream stream, base::BytesView bytes, base::Bytes &out) override;
    std::optional<base::SteadyTime> due() const override;
    base::Status release_due(ssh::Stream stream, base::Bytes &out) override;
    base::Status finish(ssh::Stream stream, base::Bytes &out) override;
    void note_input() override;
    void resize(std::uint32_t columns, std::uint32_t rows) override;
    base::Status mark(const std::string &command) override;
    base::Result<wire::ChainHead> boundary() override;
    base::Status take_tail(std::uint64_t number, base::UniqueFd tail) override;
    std::optional<wire::ChainHead> head_due() override;
    base::Status close(wire::EndReason reason, std::optional<std::uint32_t> status) override;
    PathTotals totals() const override;

  private:
    // stdout, or stderr.
    struct Lane {
        Lane(const mask::Database &database, unsigned columns) : masker(database, columns) {}
        mask::Stream masker;
        mask::BinaryDetector detector;
        std::optional<record::StreamRecorder> recorder; // without a terminal
        std::uint64_t seen = 0;                         // bytes that came in
        bool binary = false, ended = false;
        // Recorded bytes on their way: in no file yet, in the flight's frame, written.
        base::Bytes gathered, flying, ready;
    };
    // A frame that the helper makes.
    struct Flight {
        record::Commit commit;
        Helper::Ticket ticket = 0;
    };

    RecordedPath(const wire::SessionOpened &opened, const std::optional<ssh::Terminal> &terminal,
                 const record::Head &head, Mapping mapping, const mask::Database &database,
                 RecordFiles files, const base::Clock &clock, const record::Digest &digest,
                 ipc::Edge &edge, Helper &helper);
    Lane &lane(ssh::Stream stream) { return stream == ssh::Stream::Out ? out_ : error_; }
    record::Offset now() const;
    void record(Lane &lane, ssh::Stream stream, std::size_t from);
    bool masks(const Lane &lane) const;
    void pass(Lane &lane, ssh::Stream stream, base::BytesView bytes);
    void turn_binary(Lane &lane, ssh::Stream stream);
    base::Status advance();
    base::Status land();
    base::Status proceed();
    base::Status settle();
    void written();
    void give(Lane &lane, base::Bytes &out);
    void rest();
    void dirty();
    base::Status step_sync(bool now);
    wire::ChainHead chain_head();

    const bool terminal_;
    const wire::OutputMask mode_;
    model::SessionId session_;
    ipc::Edge &edge_;
    const base::Clock &clock_;
    base::SteadyTime started_;
    Mapping mapping_; // the database is a view of it
    mask::Database database_;
    RecordFiles files_;
    record::Writer writer_;
    Helper &helper_;
    Lane out_, error_;
    std::unique_ptr<Flight> flight_;
    std::optional<base::SteadyTime> dirty_since_; // written, not on the disk for sure
    Helper::Ticket sync_ = 0;                     // of a sync in the works
    base::Status synced_ = base::success();
    base::SteadyTime head_told_;
    std::uint64_t frames_told_ = 0;
};

} // namespace sallyport::relay
