// SPDX-License-Identifier: Apache-2.0
#include "sallyport/mask/stream.hpp"

#include "characters.hpp"
#include "projection.hpp"
#include "scanner.hpp"
#include "seen.hpp"

#include <algorithm>
#include <tuple>

namespace sallyport::mask {
namespace {

constexpr std::size_t piece_bytes = 32 * 1024;
constexpr std::uint32_t longest_line = 8 * 1024; // kept of one that does not end
// What a lead and the look before it may need of the text before a candidate.
constexpr std::uint32_t context = static_cast<std::uint32_t>(max_lead_bytes) + 128;

} // namespace

class Stream::State {
  public:
    State(const Database &database, unsigned columns)
        : database_(database), columns_(columns), scanner_(database),
          projection_(columns, [this](std::string_view line) { return scan_line(line); }),
          counts_(database.rule_count() + 1) {}

    void feed(std::string_view bytes, base::SteadyTime now, base::Bytes &out);
    void expire(base::SteadyTime now, base::Bytes &out);
    void finish(base::Bytes &out);
    void note_key(base::SteadyTime now) { last_key_ = now; }
    void set_columns(unsigned columns) {
        columns_ = columns;
        projection_.set_columns(columns);
    }
    std::optional<base::SteadyTime> deadline() const;
    const std::vector<std::uint64_t> &counts() const { return counts_; }
    void collect(std::vector<MaskedSpan> *spans) { collected_ = spans; }

  private:
    enum class Force { No, Yes };
    bool key_was_near(base::SteadyTime now) const {
        return last_key_ && now - *last_key_ < echo_window;
    }
    std::vector<Span> scan_line(std::string_view line);
    std::size_t plain_lines(std::string_view bytes, base::Bytes &out);
    void emit_lines(std::string_view lines, base::Bytes &out);
    void step(base::Bytes &out, Force force, bool ended);
    void recall();
    void forget();
    void account(std::string_view text, std::uint32_t upto);

    const Database &database_;
    unsigned columns_;
    Scanner scanner_;
    Projection projection_;
    SeenSecrets seen_;
    std::vector<Span> recalled_;
    std::uint32_t recall_from_ = 0;
    std::vector<std::uint64_t> counts_;
    std::vector<MaskedSpan> *collected_ = nullptr;
    std::optional<base::SteadyTime> last_key_;
    std::optional<base::SteadyTime> held_since_;
};

// A title or another string: no part of the line around it.
std::vector<Span> Stream::State::scan_line(std::string_view line) {
    Scanner scanner(database_);
    scanner.scan(line, true);
    for (const Span &span : scanner.spans())
        ++counts_[span.rule];
    return scanner.spans();
}

// Values that end before `upto`: counts the outermost, remembers them for the alternate screen.
void Stream::State::account(std::string_view text, std::uint32_t upto) {
    for (const auto &[rule, count] : scanner_.take_blocks())
        counts_[rule] += count;
    const std::vector<Span> &spans = scanner_.spans();
    if (spans.empty())
        return;
    std::vector<Span> done;
    for (const Span &span : spans)
        if (span.e <= upto && span.e > span.s)
            done.push_back(span);
    std::sort(done.begin(), done.end(), [](const Span &a, const Span &b) {
        return std::tuple(a.s, b.e, a.rule) < std::tuple(b.s, a.e, b.rule); // the longer first
    });
    std::uint32_t end = 0;
    for (const Span &span : done) {
        seen_.learn(text.substr(span.s, span.e - span.s));
        if (scanner_.is_block(span.rule))
            continue;
        if (span.e > end)
            ++counts_[span.rule];
        end = std::max(end, span.e);
    }
}

void Stream::State::emit_lines(std::string_view lines, base::Bytes &out) {
    std::vector<Span> &spans = scanner_.spans();
    std::sort(spans.begin(), spans.end(),
              [](const Span &a, const Span &b) { return a.s != b.s ? a.s < b.s : a.e < b.e; });
    std::size_t at = 0;
    for (std::size_t i = 0; i < spans.size();) {
        std::uint32_t end = spans[i].e;
        std::size_t next = i + 1; // of the first span that does not overlap
        for (; next < spans.size() && spans[next].s < end; ++next)
            end = std::max(end, spans[next].e);
        base::append(out, base::as_bytes(lines.substr(at, spans[i].s - at)));
        append_stars(out, lines.substr(spans[i].s, end - spans[i].s));
        for (std::uint32_t b = spans[i].s; collected_ != nullptr && b < end; ++b) {
            std::size_t rule = database_.rule_count();
            for (std::size_t k = i; k < next; ++k)
                if (spans[k].s <= b && b < spans[k].e)
                    rule = std::min<std::size_t>(rule, spans[k].rule);
            const auto s = static_cast<std::size_t>(projection_.offset()) + b;
            if (!collected_->empty() && collected_->back().e == s &&
                collected_->back().rule == rule)
                ++collected_->back().e;
            else
                collected_->push_back({s, s + 1, rule});
        }
        at = end;
        i = next;
    }
    base::append(out, base::as_bytes(lines.substr(at)));
}

// Whole plain lines need no projection: they are looked at where they lie.
std::size_t Stream::State::plain_lines(std::string_view bytes, base::Bytes &out) {
    if (!projection_.empty() || projection_.alternate() || !scanner_.idle_or_in_block())
        return 0;
    const std::size_t end = bytes.substr(0, plain_prefix(bytes, columns_ == 0)).rfind('\n');
    if (end == std::string_view::npos)
        return 0;
    const std::string_view lines = bytes.substr(0, end + 1);
    scanner_.clear();
    scanner_.scan(lines, true);
    emit_lines(lines, out);
    account(lines, static_cast<std::uint32_t>(lines.size()));
    scanner_.clear();
    projection_.skip(lines.size());
    return lines.size();
}

void Stream::State::feed(std::string_view bytes, base::SteadyTime now, base::Bytes &out) {
    const Force force = key_was_near(now) && bytes.size() <= echo_bytes ? Force::Yes : Force::No;
    while (!bytes.empty() || projection_.paused()) {
        if (!projection_.paused()) {
            const std::size_t done = plain_lines(bytes.substr(0, piece_bytes), out);
            bytes.remove_prefix(done);
            if (done > 0)
                continue;
        }
        const std::size_t line = bytes.substr(0, piece_bytes).find('\n');
        const std::size_t used =
            projection_.take(bytes.substr(0, std::min(line, piece_bytes - 1) + 1));
        bytes.remove_prefix(used);
        step(out, bytes.empty() && !projection_.paused() ? force : Force::No, false);
    }
    if (!projection_.holds())
        held_since_.reset();
    else if (!held_since_)
        held_since_ = now;
}

void Stream::State::step(base::Bytes &out, Force force, bool ended) {
    if (const auto size = projection_.take_truncation()) {
        scanner_.truncate(*size);
        recall_from_ = std::min(recall_from_, *size - std::min<std::uint32_t>(*size, 7));
    }
    const std::string &text = projection_.text();
    scanner_.scan(text, ended);
    recall();
    std::uint32_t hold = scanner_.hold();
    if (projection_.alternate() && !seen_.empty())
        hold = std::min(hold, static_cast<std::uint32_t>(text.size() - seen_.open_suffix(text)));
    for (const Span &span : scanner_.spans())
        projection_.mark(span);
    for (const Span &span : recalled_)
        projection_.mark(span);
    if (force == Force::Yes || ended) {
        std::vector<Span> live;
        scanner_.append_live(live);
        for (const Span &span : live)
            projection_.mark(span);
        hold = static_cast<std::uint32_t>(text.size());
    }
    projection_.release(hold, out, collected_);
    forget();
}

void Stream::State::recall() {
    recalled_.clear();
    const std::string &text = projection_.text();
    const auto size = static_cast<std::uint32_t>(text.size());
    if (!projection_.alternate() || seen_.empty()) {
        recall_from_ = size - std::min<std::uint32_t>(size, SeenSecrets::window - 1);
        return;
    }
    const auto rule = static_cast<std::uint16_t>(database_.rule_count());
    // From one window further back: what was held then is marked now.
    std::uint32_t at = recall_from_ - std::min<std::uint32_t>(recall_from_, SeenSecrets::window);
    for (; at + SeenSecrets::window <= size; ++at)
        if (seen_.knows(text.data() + at)) {
            recalled_.push_back({at, at + static_cast<std::uint32_t>(SeenSecrets::window), rule});
            if (at >= recall_from_ && (at == 0 || !seen_.knows(text.data() + at - 1)))
                ++counts_[rule];
        }
    recall_from_ = std::max(recall_from_, at);
}

void Stream::State::forget() {
    const std::string &text = projection_.text();
    const auto size = static_cast<std::uint32_t>(text.size());
    std::uint32_t count = projection_.finished();
    if (count == 0 && size > longest_line) {
        const std::uint32_t needed = std::min(scanner_.needed(size), scanner_.hold());
        count = needed - std::min(needed, context);
    }
    if (count == 0)
        return;
    account(text, count);
    scanner_.drop(count);
    projection_.drop(count);
    recall_from_ -= std::min(recall_from_, count);
}

void Stream::State::expire(base::SteadyTime now, base::Bytes &out) {
    const auto due = deadline();
    if (!due || now < *due)
        return;
    projection_.flush_escape();
    step(out, Force::Yes, false);
    held_since_.reset();
}

void Stream::State::finish(base::Bytes &out) {
    projection_.end_of_stream();
    step(out, Force::Yes, true);
    account(projection_.text(), static_cast<std::uint32_t>(projection_.text().size()));
    projection_.drop(static_cast<std::uint32_t>(projection_.text().size()));
    scanner_.clear();
    held_since_.reset();
}

std::optional<base::SteadyTime> Stream::State::deadline() const {
    if (!held_since_)
        return std::nullopt;
    return *held_since_ + (key_was_near(*held_since_) ? echo_hold_time : hold_time);
}

Stream::Stream(const Database &database, unsigned columns)
    : state_(std::make_unique<State>(database, columns)) {}
Stream::~Stream() = default;
Stream::Stream(Stream &&) noexcept = default;
Stream &Stream::operator=(Stream &&) noexcept = default;

void Stream::feed(base::BytesView bytes, base::SteadyTime now, base::Bytes &out) {
    state_->feed(base::as_text(bytes), now, out);
}
void Stream::note_key(base::SteadyTime now) {
    state_->note_key(now);
}
void Stream::set_columns(unsigned columns) {
    state_->set_columns(columns);
}
std::optional<base::SteadyTime> Stream::deadline() const {
    return state_->deadline();
}
void Stream::expire(base::SteadyTime now, base::Bytes &out) {
    state_->expire(now, out);
}
void Stream::finish(base::Bytes &out) {
    state_->finish(out);
}
const std::vector<std::uint64_t> &Stream::counts() const {
    return state_->counts();
}
void Stream::collect(std::vector<MaskedSpan> *spans) {
    state_->collect(spans);
}

} // namespace sallyport::mask
