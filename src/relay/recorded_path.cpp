// SPDX-License-Identifier: Apache-2.0
#include "recorded_path.hpp"

#include <algorithm>

namespace sallyport::relay {
namespace {

constexpr std::chrono::seconds head_interval{10};
// What a power failure may take is at most 200 ms old: this, and the time of the sync itself.
constexpr std::chrono::milliseconds sync_interval{150};
constexpr std::size_t path_descriptors = 3; // frame file, tail, mask database

record::EndReason record_reason(wire::EndReason reason) {
    switch (reason) {
    case wire::EndReason::Exited:
    case wire::EndReason::Signalled:
        return record::EndReason::Ended;
    case wire::EndReason::ClientClosed:
    case wire::EndReason::TargetClosed:
    case wire::EndReason::TargetUnreachable:
        return record::EndReason::Closed;
    case wire::EndReason::RecordFailed:
    case wire::EndReason::GuardBroken:
        return record::EndReason::Failed;
    case wire::EndReason::Refused:
    case wire::EndReason::Killed:
        break;
    }
    return record::EndReason::Killed;
}

class RecordedPaths final : public PathMaker {
  public:
    RecordedPaths(ipc::Edge &edge, const base::Clock &clock, const record::Digest &digest,
                  Helper &helper)
        : edge_(edge), clock_(clock), digest_(digest), helper_(helper) {}
    base::Result<std::unique_ptr<OutputPath>>
    make(const wire::SessionOpened &opened, const std::optional<ssh::Terminal> &terminal,
         std::vector<base::UniqueFd> descriptors) override {
        return RecordedPath::open(opened, terminal, std::move(descriptors), edge_, clock_, digest_,
                                  helper_);
    }

  private:
    ipc::Edge &edge_;
    const base::Clock &clock_;
    const record::Digest &digest_;
    Helper &helper_;
};

} // namespace

std::unique_ptr<PathMaker> recorded_paths(ipc::Edge &edge, const base::Clock &clock,
                                          const record::Digest &digest, Helper &helper) {
    return std::make_unique<RecordedPaths>(edge, clock, digest, helper);
}

base::Result<std::unique_ptr<OutputPath>>
RecordedPath::open(const wire::SessionOpened &opened, const std::optional<ssh::Terminal> &terminal,
                   std::vector<base::UniqueFd> descriptors, ipc::Edge &edge,
                   const base::Clock &clock, const record::Digest &digest, Helper &helper) {
    if (descriptors.size() != path_descriptors)
        return base::invalid("a session came without its record or its mask database");
    SALLYPORT_TRY(const record::Head head, record::decode_head(opened.record_head));
    SALLYPORT_TRY(Mapping mapping, Mapping::open(descriptors[2], mask::max_image_bytes));
    SALLYPORT_TRY(const mask::Database database, mask::Database::open(mapping.bytes()));
    RecordFiles files(edge, opened.session, std::move(descriptors[0]), std::move(descriptors[1]));
    std::unique_ptr<RecordedPath> path(new RecordedPath(opened, terminal, head, std::move(mapping),
                                                        database, std::move(files), clock, digest,
                                                        edge, helper));
    record::CastHeader header;
    if (terminal) {
        header.width = terminal->size.columns;
        header.height = terminal->size.rows;
        header.term = terminal->type;
    }
    header.start = head.start;
    header.session = opened.session.text;
    header.connection = opened.connection;
    header.person = opened.person;
    header.account = opened.account;
    header.target = opened.target;
    header.command = opened.command;
    SALLYPORT_CHECK(path->writer_.begin(header));
    if (!opened.command.empty()) {
        path->writer_.marker(opened.command, path->now());
        SALLYPORT_CHECK(path->writer_.flush(path->now()));
    }
    return std::unique_ptr<OutputPath>(std::move(path));
}

RecordedPath::RecordedPath(const wire::SessionOpened &opened,
                           const std::optional<ssh::Terminal> &terminal, const record::Head &head,
                           Mapping mapping, const mask::Database &database, RecordFiles files,
                           const base::Clock &clock, const record::Digest &digest, ipc::Edge &edge,
                           Helper &helper)
    : terminal_(terminal.has_value()), mode_(opened.mask), session_(opened.session), edge_(edge),
      clock_(clock), started_(clock.steady()), mapping_(std::move(mapping)), database_(database),
      files_(std::move(files)), writer_(head, files_, digest), helper_(helper),
      out_(database_, terminal ? terminal->size.columns : 0),
      error_(database_, terminal ? terminal->size.columns : 0), head_told_(started_) {
    if (terminal_)
        return;
    out_.recorder.emplace(writer_, digest, record::Stream::Stdout, opened.record_all);
    error_.recorder.emplace(writer_, digest, record::Stream::Stderr, opened.record_all);
}

record::Offset RecordedPath::now() const {
    return std::chrono::duration_cast<record::Offset>(clock_.steady() - started_);
}

RecordedPath::~RecordedPath() {
    if (flight_)
        helper_.wait(flight_->ticket);
    helper_.wait(sync_);
}

// What was gathered from `from` on.
void RecordedPath::record(Lane &lane, ssh::Stream stream, std::size_t from) {
    const base::BytesView bytes = base::BytesView(lane.gathered).subspan(from);
    if (bytes.empty())
        return;
    dirty();
    if (lane.recorder && lane.binary)
        lane.recorder->binary(bytes, now());
    else if (lane.recorder)
        lane.recorder->text(bytes, now());
    else if (stream == ssh::Stream::Out)
        writer_.output(bytes, now());
    else
        writer_.error_output(bytes, now());
}

bool RecordedPath::masks(const Lane &lane) const {
    if (terminal_ || mode_ == wire::OutputMask::Always)
        return true;
    return mode_ != wire::OutputMask::Never && !lane.binary;
}

void RecordedPath::pass(Lane &lane, ssh::Stream stream, base::BytesView bytes) {
    const std::size_t from = lane.gathered.size();
    if (masks(lane))
        lane.masker.feed(bytes, clock_.steady(), lane.gathered);
    else
        base::append(lane.gathered, bytes);
    record(lane, stream, from);
}

// The first binary byte: what came before it is text to the end, also what was held back.
void RecordedPath::turn_binary(Lane &lane, ssh::Stream stream) {
    const std::size_t from = lane.gathered.size();
    if (mode_ == wire::OutputMask::Text)
        lane.masker.finish(lane.gathered);
    record(lane, stream, from);
    lane.binary = true;
    wire::Note note;
    note.kind = wire::NoteKind::BinaryOutput;
    note.session = session_;
    note.text = stream == ssh::Stream::Out ? "stdout" : "stderr";
    (void)edge_.send(note);
}

base::Status RecordedPath::take(ssh::Stream stream, base::BytesView bytes, base::Bytes &out) {
    Lane &to = lane(stream);
    if (to.ended)
        return base::fail(base::ErrorCode::Internal, "output after its end");
    std::size_t text = to.binary ? 0 : bytes.size();
    if (!terminal_ && !to.binary) {
        if (const auto at = to.detector.feed(bytes))
            text = static_cast<std::size_t>(*at - to.seen);
    }
    to.seen += bytes.size();
    if (text < bytes.size() && !to.binary && mode_ == wire::OutputMask::RefuseBinary)
        return base::fail(base::ErrorCode::Denied, "binary output is refused");
    pass(to, stream, bytes.first(text));
    if (text < bytes.size() && !to.binary)
        turn_binary(to, stream);
    pass(to, stream, bytes.subspan(text));
    SALLYPORT_CHECK(advance());
    give(to, out);
    return step_sync(false);
}

// While a frame is in the works, a frame's worth is gathered for the next one.
base::Status RecordedPath::advance() {
    if (flight_ && !helper_.done(flight_->ticket) && writer_.unwritten() < record::frame_bytes)
        return base::success();
    return proceed();
}

// The flight's frame is written: what it holds may be forwarded.
base::Status RecordedPath::land() {
    if (!flight_)
        return base::success();
    const std::unique_ptr<Flight> flight = std::move(flight_);
    helper_.wait(flight->ticket);
    SALLYPORT_CHECK(writer_.end(std::move(flight->commit)));
    for (Lane *one : {&out_, &error_}) {
        base::append(one->ready, one->flying);
        one->flying.clear();
    }
    return base::success();
}

base::Status RecordedPath::proceed() {
    SALLYPORT_CHECK(land());
    if (!writer_.wants_frame() || !helper_.idle()) {
        SALLYPORT_CHECK(writer_.flush(now()));
        written();
        return base::success();
    }
    for (Lane *one : {&out_, &error_})
        one->flying.swap(one->gathered);
    flight_ = std::make_unique<Flight>();
    flight_->commit = writer_.start();
    flight_->ticket = helper_.post([flight = flight_.get()] { flight->commit.run(); });
    return base::success();
}

// Everything that was recorded is written.
base::Status RecordedPath::settle() {
    SALLYPORT_CHECK(land());
    SALLYPORT_CHECK(writer_.flush(now()));
    written();
    return base::success();
}

void RecordedPath::written() {
    for (Lane *one : {&out_, &error_}) {
        base::append(one->ready, one->gathered);
        one->gathered.clear();
    }
}

void RecordedPath::give(Lane &lane, base::Bytes &out) {
    if (out.empty())
        out.swap(lane.ready);
    else
        base::append(out, lane.ready);
    lane.ready.clear();
}

// An idle session costs little.
void RecordedPath::rest() {
    for (Lane *one : {&out_, &error_})
        for (base::Bytes *bytes : {&one->gathered, &one->flying, &one->ready})
            if (bytes->empty())
                *bytes = {};
}

void RecordedPath::dirty() {
    if (!dirty_since_)
        dirty_since_ = clock_.steady();
}

// Brings what was written to the disk, beside everything else: output does not wait for it.
base::Status RecordedPath::step_sync(bool now) {
    const base::SteadyTime time = clock_.steady();
    if (sync_ != 0) {
        if (!helper_.done(sync_))
            return base::success();
        sync_ = 0;
        SALLYPORT_CHECK(synced_);
    }
    if (!dirty_since_ || (!now && time < *dirty_since_ + sync_interval))
        return base::success();
    dirty_since_.reset();
    sync_ = helper_.post([this] { synced_ = files_.sync(); });
    return base::success();
}

std::optional<base::SteadyTime> RecordedPath::due() const {
    std::optional<base::SteadyTime> first;
    const auto earlier = [&](std::optional<base::SteadyTime> time) {
        if (time && (!first || *time < *first))
            first = time;
    };
    earlier(out_.masker.deadline());
    earlier(error_.masker.deadline());
    // For the end of the helper's work the loop wakes up.
    const bool landed = flight_ && helper_.done(flight_->ticket);
    const bool synced = sync_ != 0 && helper_.done(sync_);
    if (landed || synced || !out_.ready.empty() || !error_.ready.empty())
        earlier(started_); // at once
    if (const auto offset = writer_.deadline(); offset && !flight_)
        earlier(started_ + *offset);
    if (sync_ == 0 && dirty_since_)
        earlier(*dirty_since_ + sync_interval);
    return first;
}

base::Status RecordedPath::release_due(ssh::Stream stream, base::Bytes &out) {
    Lane &to = lane(stream);
    const std::size_t from = to.gathered.size();
    if (const auto time = to.masker.deadline(); time && *time <= clock_.steady())
        to.masker.expire(clock_.steady(), to.gathered);
    record(to, stream, from);
    SALLYPORT_CHECK(advance());
    give(to, out);
    if (!writer_.deadline())
        rest();
    return step_sync(false);
}

base::Status RecordedPath::finish(ssh::Stream stream, base::Bytes &out) {
    Lane &to = lane(stream);
    if (to.ended)
        return base::success();
    const std::size_t from = to.gathered.size();
    if (masks(to))
        to.masker.finish(to.gathered);
    record(to, stream, from);
    SALLYPORT_CHECK(settle());
    to.ended = true;
    if (to.recorder)
        to.recorder->finish(now());
    SALLYPORT_CHECK(settle());
    give(to, out);
    return base::success();
}

void RecordedPath::note_input() {
    out_.masker.note_key(clock_.steady());
}

void RecordedPath::resize(std::uint32_t columns, std::uint32_t rows) {
    out_.masker.set_columns(columns);
    error_.masker.set_columns(columns);
    dirty();
    writer_.resize(columns, rows, now());
}

base::Status RecordedPath::take_tail(std::uint64_t number, base::UniqueFd tail) {
    SALLYPORT_CHECK(settle());
    helper_.wait(sync_); // it uses the old one
    files_.set_tail(std::move(tail));
    dirty();
    return writer_.tail_ready(number, now());
}

base::Status RecordedPath::mark(const std::string &command) {
    dirty();
    writer_.marker(command, now());
    return settle();
}

base::Result<wire::ChainHead> RecordedPath::boundary() {
    SALLYPORT_CHECK(settle());
    SALLYPORT_CHECK(writer_.boundary(now()));
    dirty();
    SALLYPORT_CHECK(step_sync(true));
    return chain_head();
}

wire::ChainHead RecordedPath::chain_head() {
    const record::ChainHead head = writer_.chain_head();
    head_told_ = clock_.steady();
    frames_told_ = head.sequence;
    wire::ChainHead message;
    message.session = session_;
    message.frames = head.sequence;
    message.raw_bytes = writer_.raw_bytes();
    message.head.assign(head.chain.begin(), head.chain.end());
    return message;
}

std::optional<wire::ChainHead> RecordedPath::head_due() {
    if (clock_.steady() < head_told_ + head_interval ||
        writer_.chain_head().sequence == frames_told_)
        return std::nullopt;
    return chain_head();
}

base::Status RecordedPath::close(wire::EndReason reason, std::optional<std::uint32_t> status) {
    base::Bytes unsent; // recorded although nobody is there to read it
    for (const ssh::Stream stream : {ssh::Stream::Out, ssh::Stream::Error})
        SALLYPORT_CHECK(finish(stream, unsent));
    const std::int32_t exit = status ? static_cast<std::int32_t>(*status & 0x7fffffff) : -1;
    SALLYPORT_CHECK(writer_.finish(record_reason(reason), exit, now()));
    dirty_since_.reset();
    helper_.wait(sync_);
    return files_.sync();
}

PathTotals RecordedPath::totals() const {
    PathTotals totals;
    const record::ChainHead head = writer_.chain_head();
    totals.frames = head.sequence;
    totals.raw_bytes = writer_.raw_bytes();
    totals.head.assign(head.chain.begin(), head.chain.end());
    const std::vector<std::uint64_t> &out = out_.masker.counts(), &error = error_.masker.counts();
    for (std::size_t rule = 0; rule < out.size(); ++rule) {
        const std::uint64_t count = out[rule] + error[rule];
        if (count > 0)
            totals.masked.push_back(
                {std::string(database_.rule_id(rule)),
                 static_cast<std::uint32_t>(std::min<std::uint64_t>(count, UINT32_MAX))});
    }
    return totals;
}

} // namespace sallyport::relay
