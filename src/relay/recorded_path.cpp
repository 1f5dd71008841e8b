// SPDX-License-Identifier: Apache-2.0
#include "recorded_path.hpp"

#include <algorithm>

namespace sallyport::relay {
namespace {

constexpr std::chrono::seconds head_interval{10};
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
    RecordedPaths(ipc::Edge &edge, const base::Clock &clock, const record::Digest &digest)
        : edge_(edge), clock_(clock), digest_(digest) {}
    base::Result<std::unique_ptr<OutputPath>>
    make(const wire::SessionOpened &opened, const std::optional<ssh::Terminal> &terminal,
         std::vector<base::UniqueFd> descriptors) override {
        return RecordedPath::open(opened, terminal, std::move(descriptors), edge_, clock_, digest_);
    }

  private:
    ipc::Edge &edge_;
    const base::Clock &clock_;
    const record::Digest &digest_;
};

} // namespace

std::unique_ptr<PathMaker> recorded_paths(ipc::Edge &edge, const base::Clock &clock,
                                          const record::Digest &digest) {
    return std::make_unique<RecordedPaths>(edge, clock, digest);
}

base::Result<std::unique_ptr<OutputPath>>
RecordedPath::open(const wire::SessionOpened &opened, const std::optional<ssh::Terminal> &terminal,
                   std::vector<base::UniqueFd> descriptors, ipc::Edge &edge,
                   const base::Clock &clock, const record::Digest &digest) {
    if (descriptors.size() != path_descriptors)
        return base::invalid("a session came without its record or its mask database");
    SALLYPORT_TRY(const record::Head head, record::decode_head(opened.record_head));
    SALLYPORT_TRY(Mapping mapping, Mapping::open(descriptors[2], mask::max_image_bytes));
    SALLYPORT_TRY(const mask::Database database, mask::Database::open(mapping.bytes()));
    RecordFiles files(edge, opened.session, std::move(descriptors[0]), std::move(descriptors[1]));
    std::unique_ptr<RecordedPath> path(new RecordedPath(opened, terminal, head, std::move(mapping),
                                                        database, std::move(files), clock, digest,
                                                        edge));
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
                           const base::Clock &clock, const record::Digest &digest, ipc::Edge &edge)
    : terminal_(terminal.has_value()), mode_(opened.mask), session_(opened.session), edge_(edge),
      clock_(clock), started_(clock.steady()), mapping_(std::move(mapping)), database_(database),
      files_(std::move(files)), writer_(head, files_, digest),
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

void RecordedPath::record(Lane &lane, ssh::Stream stream, base::BytesView bytes) {
    if (lane.recorder && lane.binary)
        lane.recorder->binary(bytes, now());
    else if (lane.recorder)
        lane.recorder->text(bytes, now());
    else if (stream == ssh::Stream::Out)
        writer_.output(bytes, now());
    else
        writer_.error_output(bytes, now());
}

// What was appended to `out` behind `from` goes into the record, on disk when this returns.
base::Status RecordedPath::commit(Lane &lane, ssh::Stream stream, const base::Bytes &out,
                                  std::size_t from) {
    if (out.size() == from)
        return base::success();
    record(lane, stream, base::BytesView(out).subspan(from));
    return writer_.flush(now());
}

bool RecordedPath::masks(const Lane &lane) const {
    if (terminal_ || mode_ == wire::OutputMask::Always)
        return true;
    return mode_ != wire::OutputMask::Never && !lane.binary;
}

void RecordedPath::pass(Lane &lane, base::BytesView bytes, base::Bytes &out) {
    if (masks(lane))
        lane.masker.feed(bytes, clock_.steady(), out);
    else
        base::append(out, bytes);
}

// The first binary byte: what came before it is text to the end, also what was held back.
base::Status RecordedPath::turn_binary(Lane &lane, ssh::Stream stream, base::Bytes &out,
                                       std::size_t from) {
    if (mode_ == wire::OutputMask::RefuseBinary)
        return base::fail(base::ErrorCode::Denied, "binary output is refused");
    if (mode_ == wire::OutputMask::Text)
        lane.masker.finish(out);
    SALLYPORT_CHECK(commit(lane, stream, out, from));
    lane.binary = true;
    wire::Note note;
    note.kind = wire::NoteKind::BinaryOutput;
    note.session = session_;
    note.text = stream == ssh::Stream::Out ? "stdout" : "stderr";
    (void)edge_.send(note);
    return base::success();
}

base::Status RecordedPath::take(ssh::Stream stream, base::BytesView bytes, base::Bytes &out) {
    Lane &to = lane(stream);
    if (to.ended)
        return base::fail(base::ErrorCode::Internal, "output after its end");
    std::size_t from = out.size(), text = to.binary ? 0 : bytes.size();
    if (!terminal_ && !to.binary) {
        if (const auto at = to.detector.feed(bytes))
            text = static_cast<std::size_t>(*at - to.seen);
    }
    to.seen += bytes.size();
    pass(to, bytes.first(text), out);
    if (text < bytes.size() && !to.binary) {
        SALLYPORT_CHECK(turn_binary(to, stream, out, from));
        from = out.size();
    }
    pass(to, bytes.subspan(text), out);
    return commit(to, stream, out, from);
}

std::optional<base::SteadyTime> RecordedPath::due() const {
    std::optional<base::SteadyTime> first;
    const auto earlier = [&](std::optional<base::SteadyTime> time) {
        if (time && (!first || *time < *first))
            first = time;
    };
    earlier(out_.masker.deadline());
    earlier(error_.masker.deadline());
    if (const auto offset = writer_.deadline())
        earlier(started_ + *offset);
    return first;
}

base::Status RecordedPath::release_due(ssh::Stream stream, base::Bytes &out) {
    Lane &to = lane(stream);
    const std::size_t from = out.size();
    if (const auto time = to.masker.deadline(); time && *time <= clock_.steady())
        to.masker.expire(clock_.steady(), out);
    SALLYPORT_CHECK(commit(to, stream, out, from));
    return writer_.tick(now());
}

base::Status RecordedPath::finish(ssh::Stream stream, base::Bytes &out) {
    Lane &to = lane(stream);
    if (to.ended)
        return base::success();
    const std::size_t from = out.size();
    if (masks(to))
        to.masker.finish(out);
    SALLYPORT_CHECK(commit(to, stream, out, from));
    to.ended = true;
    if (to.recorder)
        to.recorder->finish(now());
    return writer_.flush(now());
}

void RecordedPath::note_input() {
    out_.masker.note_key(clock_.steady());
}

void RecordedPath::resize(std::uint32_t columns, std::uint32_t rows) {
    out_.masker.set_columns(columns);
    error_.masker.set_columns(columns);
    writer_.resize(columns, rows, now());
}

base::Status RecordedPath::take_tail(std::uint64_t number, base::UniqueFd tail) {
    files_.set_tail(std::move(tail));
    return writer_.tail_ready(number, now());
}

base::Status RecordedPath::mark(const std::string &command) {
    writer_.marker(command, now());
    return writer_.flush(now());
}

base::Result<wire::ChainHead> RecordedPath::boundary() {
    SALLYPORT_CHECK(writer_.boundary(now()));
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
