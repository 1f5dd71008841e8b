// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/verify.hpp"

#include "codec.hpp"
#include "tally.hpp"

#include "sallyport/base/encoding.hpp"

#include <algorithm>

namespace sallyport::record {
namespace {

constexpr std::string_view fault_names[] = {"form", "frame-hash", "chain", "totals",
                                            "cut",  "event",      "seal",  "file-hash"};

class Verification {
  public:
    Verification(base::BytesView file, std::vector<ChainHead> expected, const Digest &digest,
                 const Passed &passed)
        : file_(file), expected_(std::move(expected)), digest_(digest), passed_(passed),
          file_hasher_(digest.hasher()) {}

    void walk();
    void check_seal(std::string_view text, const VerifySignature &signature);
    VerifyReport take() { return std::move(report_); }
    const VerifyReport &report() const { return report_; }
    std::uint64_t last_us() const { return last_us_; }
    Hash file_hash() { // once
        reached(file_.size());
        return file_hasher_->finish();
    }

  private:
    void found(Fault fault, std::string text) {
        if (report_.findings.size() < max_findings)
            report_.findings.push_back({fault, std::move(text)});
    }
    void reached(std::uint64_t offset);
    void check_frame(const Frame &frame);
    void check_expected();
    void check_foot(const Foot &foot);
    void compare_seal(const Seal &seal);

    base::BytesView file_;
    std::vector<ChainHead> expected_;
    const Digest &digest_;
    const Passed &passed_;
    std::unique_ptr<Hasher> file_hasher_;
    std::uint64_t hashed_ = 0;
    VerifyReport report_;
    std::vector<FootMarker> markers_;
    std::uint64_t last_us_ = 0;
};

void Verification::walk() {
    auto walker = Walker::open(file_);
    if (!walker.ok()) {
        found(Fault::Form, walker.error().message);
        return;
    }
    report_.head = walker.value().head();
    report_.chain.chain = chain_start(report_.head, digest_);
    check_expected();
    for (;;) {
        const auto frame = walker.value().next();
        if (!frame.ok()) {
            found(Fault::Form, frame.error().message);
            break;
        }
        if (!frame.value())
            break;
        check_frame(*frame.value());
        reached(walker.value().offset());
    }
    report_.foot = walker.value().foot();
    if (report_.foot)
        check_foot(*report_.foot);
    else
        found(Fault::Cut, "the record has no foot: it was cut, or its session still runs");
    for (const ChainHead &head : expected_)
        if (head.sequence > report_.frames) {
            found(Fault::Cut, "the event log knows frame " + std::to_string(head.sequence) +
                                  ", the record ends at " + std::to_string(report_.frames));
            break;
        }
}

void Verification::reached(std::uint64_t offset) {
    file_hasher_->update(file_.subspan(static_cast<std::size_t>(hashed_),
                                       static_cast<std::size_t>(offset - hashed_)));
    hashed_ = offset;
    if (passed_)
        passed_(offset);
}

void Verification::check_expected() {
    for (const ChainHead &head : expected_)
        if (head.sequence == report_.chain.sequence && head.chain != report_.chain.chain)
            found(Fault::Event, "the event log has another chain head for frame " +
                                    std::to_string(head.sequence));
}

void Verification::check_frame(const Frame &frame) {
    const std::string name = "frame " + std::to_string(frame.link.sequence);
    const Link &link = frame.link;
    if (digest_.sha256({frame.bytes}) != link.frame)
        found(Fault::FrameHash, name + " is not the one that was written");
    const Hash chain = chain_next(report_.chain.chain, link, digest_);
    if (chain != link.chain)
        found(Fault::Chain, "the link of " + name + " is not the one that was written");
    report_.chain = {link.sequence, chain};
    check_expected();
    report_.frames = link.sequence;
    report_.raw_bytes += link.raw_length;
    report_.events += link.events;
    report_.markers += link.markers;
    const auto raw = decompress(frame);
    if (!raw.ok()) {
        found(Fault::Form, name + ": " + raw.error().message);
        return;
    }
    const auto counted = tally(raw.value(), link.raw_offset == 0);
    if (!counted.ok()) {
        found(Fault::Form, name + ": " + counted.error().message);
        return;
    }
    const Tally &lines = counted.value();
    if (!agrees(lines, link, last_us_))
        found(Fault::Totals, name + " holds other events than its link says");
    last_us_ = std::max(last_us_, lines.last_us);
    for (const CastEvent &mark : lines.marks)
        if (markers_.size() < max_foot_markers)
            markers_.push_back(foot_marker(mark, link.sequence, frame.file_offset));
}

void Verification::check_foot(const Foot &foot) {
    if (foot.frames != report_.frames || foot.raw_bytes != report_.raw_bytes ||
        foot.events != report_.events)
        found(Fault::Totals, "the foot counts other frames, bytes or events than there are");
    if (foot.chain != report_.chain.chain)
        found(Fault::Chain, "the foot has another chain head than the last link");
    if (foot.markers != markers_)
        found(Fault::Totals, "the foot has other markers than the record");
}

void Verification::check_seal(std::string_view text, const VerifySignature &signature) {
    if (text.empty())
        return;
    const auto seal = parse_seal_file(text);
    if (!seal.ok()) {
        found(Fault::Seal, seal.error().message);
        return;
    }
    const SignedSeal &is = seal.value();
    if (!signature || !signature(is.seal.key_id, is.message, is.signature)) {
        found(Fault::Seal, "the seal's signature is not one of the known seal keys");
        return;
    }
    compare_seal(is.seal);
    report_.sealed = report_.findings.empty();
}

void Verification::compare_seal(const Seal &seal) {
    if (seal.session != base::crockford(report_.head.session))
        found(Fault::Seal, "the seal is the one of session " + seal.session);
    if (seal.config != report_.head.config || seal.start != report_.head.start)
        found(Fault::Seal, "the head is not the sealed one");
    if (seal.frames != report_.frames || seal.raw_bytes != report_.raw_bytes ||
        seal.chain != report_.chain.chain || (report_.foot && report_.foot->reason != seal.reason))
        found(Fault::Seal, "the frames are not the sealed ones");
    if (seal.file != file_hash())
        found(Fault::FileHash, "the file is not the sealed one");
}

} // namespace

std::string_view fault_name(Fault fault) {
    return fault_names[static_cast<std::size_t>(fault)];
}

bool agrees(const Tally &lines, const Link &link, std::uint64_t last_us) {
    if (lines.events != link.events || lines.markers != link.markers)
        return false;
    return lines.events == 0 || (lines.first_us >= last_us && lines.first_us == link.first_us &&
                                 lines.last_us == link.last_us);
}

base::Result<Tally> tally(std::string_view lines, bool first) {
    Tally counted;
    bool header = first;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        if (end == std::string_view::npos)
            return base::invalid("it ends within a line");
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(end + 1);
        if (std::exchange(header, false)) {
            if (line.empty() || line.front() != '{' || line.back() != '}')
                return base::invalid("the header line is missing");
            continue;
        }
        SALLYPORT_TRY(CastEvent event, parse_event_line(line));
        const auto us = static_cast<std::uint64_t>(event.time.count());
        if (counted.events > 0 && us < counted.last_us)
            return base::invalid("its times run backwards");
        if (counted.events++ == 0)
            counted.first_us = us;
        counted.last_us = us;
        if (event.code != "m")
            continue;
        ++counted.markers;
        if (counted.marks.size() < max_foot_markers)
            counted.marks.push_back(std::move(event));
    }
    return counted;
}

VerifyReport verify(base::BytesView file, std::string_view seal, const VerifySignature &signature,
                    const std::vector<ChainHead> &expected, const Digest &digest) {
    const Passed nobody;
    Verification verification(file, expected, digest, nobody);
    verification.walk();
    verification.check_seal(seal, signature);
    return verification.take();
}

base::Result<Seal> make_seal(base::BytesView file, std::string_view key_id, const Digest &digest,
                             const Passed &passed) {
    Verification verification(file, {}, digest, passed);
    verification.walk();
    const VerifyReport &report = verification.report();
    if (!report.intact())
        return base::invalid("the record cannot be sealed: " + report.findings.front().text);
    Seal seal;
    seal.session = base::crockford(report.head.session);
    seal.frames = report.frames;
    seal.raw_bytes = report.raw_bytes;
    seal.chain = report.chain.chain;
    seal.file = verification.file_hash();
    seal.config = report.head.config;
    seal.start = report.head.start;
    seal.end =
        wall_time(std::min(max_time_us, microseconds(report.head.start) + verification.last_us()));
    seal.reason = report.foot->reason;
    seal.key_id = std::string(key_id);
    return seal;
}

} // namespace sallyport::record
