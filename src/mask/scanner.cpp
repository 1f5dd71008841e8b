// SPDX-License-Identifier: Apache-2.0
#include "scanner.hpp"

#include "characters.hpp"
#include "checks.hpp"

#include <algorithm>

namespace sallyport::mask {
namespace {

constexpr std::uint32_t edge_minimum = 4; // of a value that the edge of the screen cuts
constexpr std::uint32_t max_blanks = 64;  // between a value and the end of its line

// Blanks, and what shells and lists put before an assignment.
bool at_line_start(const char *text, std::uint32_t at) {
    const auto blanks = [&] {
        for (unsigned i = 0; i < 16 && at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'); ++i)
            --at;
    };
    const auto first = [&] { return at == 0 || is_cut(text[at - 1]); };
    blanks();
    if (first())
        return true;
    for (const std::string_view word : {"export", "set", "ENV", "-", "+"}) {
        if (at < word.size() || std::string_view(text + at - word.size(), word.size()) != word)
            continue;
        at -= static_cast<std::uint32_t>(word.size());
        blanks();
        return first();
    }
    return false;
}

} // namespace

Scanner::Scanner(const Database &database) : image_(database.image()) {}

bool Scanner::equal(std::string_view text, const char *at, bool any_case) const {
    if (!any_case)
        return std::equal(text.begin(), text.end(), at);
    return std::equal(text.begin(), text.end(), at,
                      [](char a, char b) { return a == to_lower(b); });
}

bool Scanner::anchor_matches(const View &view, const LeadRecord &lead, std::uint32_t anchor,
                             bool &more) const {
    const std::string_view text = image_.string(lead.anchor);
    const std::size_t have = std::min<std::size_t>(text.size(), view.size - anchor);
    if (!equal(text.substr(0, have), view.text + anchor, lead.any_case != 0))
        return false;
    more = have < text.size() && !view.ended;
    const std::uint32_t next = anchor + static_cast<std::uint32_t>(text.size());
    if (lead.next != no_class && next < view.size && !image_.in_class(lead.next, view.text[next]))
        return false;
    return have == text.size() || more;
}

bool Scanner::before_matches(const View &view, const LeadRecord &lead, std::uint32_t anchor) const {
    std::uint32_t at = anchor;
    for (std::uint32_t i = lead.before; i < lead.before + std::uint32_t{lead.before_count}; ++i) {
        const ElementRecord element = image_.element(i);
        if (element.kind == ElementKind::Class) {
            std::uint32_t count = 0;
            while (count < element.max && at > 0 &&
                   image_.in_class(element.index, view.text[at - 1])) {
                --at;
                ++count;
            }
            if (count < element.min)
                return false;
            continue;
        }
        bool found = element.min == 0;
        for (std::uint32_t k = 0; k < element.max; ++k) {
            const std::string_view text = image_.text(element.index + k);
            if (at < text.size() || !equal(text, view.text + at - text.size(), lead.any_case != 0))
                continue;
            at -= static_cast<std::uint32_t>(text.size());
            found = true;
            break;
        }
        if (!found)
            return false;
    }
    if (lead.word != 0 && at > 0 && is_word(view.text[at - 1]))
        return false;
    return lead.line_start == 0 || at_line_start(view.text, at);
}

// `more`: the text ended where the element could go on.
bool Scanner::forward(const View &view, const ElementRecord &element, bool any_case,
                      std::uint32_t &at, bool &more) const {
    if (element.kind == ElementKind::Class) {
        std::uint32_t count = 0;
        while (count < element.max && at < view.size &&
               image_.in_class(element.index, view.text[at])) {
            ++at;
            ++count;
        }
        more = at == view.size && count < element.max && !view.ended;
        return more || count >= element.min;
    }
    for (std::uint32_t k = 0; k < element.max; ++k) {
        const std::string_view text = image_.text(element.index + k);
        const std::size_t have = std::min<std::size_t>(text.size(), view.size - at);
        if (!equal(text.substr(0, have), view.text + at, any_case))
            continue;
        more = have < text.size() && !view.ended;
        if (more)
            return true;
        if (have < text.size())
            continue;
        at += static_cast<std::uint32_t>(text.size());
        return true;
    }
    return element.min == 0;
}

Scanner::Outcome Scanner::evaluate(const View &view, const LeadRecord &lead, std::uint32_t anchor) {
    bool more = false;
    if (!anchor_matches(view, lead, anchor, more) || !before_matches(view, lead, anchor))
        return {};
    if (more)
        return {State::Lead, 0, 0};
    std::uint32_t at = anchor + lead.anchor.length;
    for (std::uint32_t i = lead.after; i < lead.after + std::uint32_t{lead.after_count}; ++i) {
        if (!forward(view, image_.element(i), lead.any_case != 0, at, more))
            return {};
        if (more)
            return {State::Lead, 0, 0};
    }
    const RuleRecord rule = image_.rule(lead.rule);
    if (rule.kind == RuleKind::Block)
        return {State::Match, at, at};
    return body(view, rule, at, at);
}

// Where the run of body characters ends. One lead after the other within a single run must not cost
// the square of its length.
std::uint32_t Scanner::run_end(const View &view, std::uint16_t body, std::uint32_t from,
                               std::uint32_t stop) {
    if (body == run_.body && from >= run_.from && from < run_.end)
        return std::min(run_.end, stop);
    std::uint32_t end = from;
    while (end < stop && image_.in_class(body, view.text[end]))
        ++end;
    if (stop == view.size)
        run_ = {body, from, end};
    return end;
}

Scanner::Outcome Scanner::body(const View &view, const RuleRecord &rule, std::uint32_t begin,
                               std::uint32_t from) {
    const bool fixed = rule.min == rule.max && rule.tail == Tail::None;
    const std::uint32_t limit = rule.max - std::min(rule.max, from - begin);
    const std::uint32_t stop = fixed ? std::min(view.size, from + limit) : view.size;
    const std::uint32_t end = run_end(view, rule.body, from, stop);
    if (fixed && end - begin == rule.max)
        return {State::Match, begin, end};
    if (end < view.size || view.ended)
        return ended_body(view, rule, begin, end);
    if (end == begin)
        return {State::Lead, 0, 0};
    if (rule.tail != Tail::None && end - begin > rule.max)
        return {};
    const bool enough = rule.check == Check::None && rule.kind == RuleKind::Token
                            ? end - begin >= rule.min
                            : end - begin > rule.max;
    if (rule.tail == Tail::None && enough)
        return {State::Open, begin, end};
    return {State::Live, begin, end};
}

Scanner::Outcome Scanner::ended_body(const View &view, const RuleRecord &rule, std::uint32_t begin,
                                     std::uint32_t end) const {
    const std::uint32_t length = end - begin;
    if (rule.kind == RuleKind::Token && length >= edge_minimum && length < rule.min &&
        end < view.size) {
        // nano and others write a marker into the last cell of a row that goes on
        const bool marker = view.text[end] == '$' || view.text[end] == '>';
        const std::uint32_t edge = marker ? end + 1 : end;
        if (edge == view.size && !view.ended)
            return {State::Live, begin, end};
        if (edge < view.size && view.text[edge] == cut_edge)
            return {State::Match, begin, end};
    }
    if (length < rule.min || (length > rule.max && rule.tail != Tail::None))
        return {};
    if (rule.tail != Tail::None)
        return tail(view, rule, begin, end);
    if (length > rule.max || passes(view, rule, begin, end))
        return {State::Match, begin, end};
    return {};
}

Scanner::Outcome Scanner::tail(const View &view, const RuleRecord &rule, std::uint32_t begin,
                               std::uint32_t end) const {
    bool fits = false;
    std::uint32_t at = end;
    const std::string_view text = image_.string(rule.tail_text);
    switch (rule.tail) {
    case Tail::None:
        fits = true;
        break;
    case Tail::Word:
        fits = at == view.size || !(is_word(view.text[at]) && is_word(view.text[at - 1]));
        break;
    case Tail::LineEnd:
        while (at < view.size && at - end < max_blanks &&
               (view.text[at] == ' ' || view.text[at] == '\t'))
            ++at;
        if (at == view.size && !view.ended)
            return {State::Live, begin, end};
        fits = at == view.size || is_cut(view.text[at]);
        break;
    case Tail::Text:
        if (view.size - at < text.size() && !view.ended &&
            equal(text.substr(0, view.size - at), view.text + at, false))
            return {State::Live, begin, end};
        fits = view.size - at >= text.size() && equal(text, view.text + at, false);
        break;
    }
    if (fits && passes(view, rule, begin, end))
        return {State::Match, begin, end};
    return {};
}

// May take punctuation off the end of a named value.
bool Scanner::passes(const View &view, const RuleRecord &rule, std::uint32_t begin,
                     std::uint32_t &end) const {
    const char next = end < view.size ? view.text[end] : cut;
    if (rule.kind == RuleKind::Value)
        while (end - begin > 4 &&
               std::string_view(".:\\").find(view.text[end - 1]) != std::string_view::npos)
            --end;
    const std::string_view value(view.text + begin, end - begin);
    const char before = begin > 0 ? view.text[begin - 1] : cut;
    switch (rule.check) {
    case Check::None:
        return true;
    case Check::Value:
        return looks_secret(value, before == '"' || before == '\'', is_cut(next) ? cut : next);
    case Check::Placeholder:
        return !is_stand_in(value);
    }
    return false;
}

void Scanner::settle(const Outcome &outcome, std::uint16_t lead, std::uint32_t anchor,
                     std::uint32_t size) {
    const std::uint16_t rule = image_.lead(lead).rule;
    switch (outcome.state) {
    case State::None:
        return;
    case State::Lead:
        pending_.push_back({lead, anchor, 0, 0, false});
        return;
    case State::Live:
        pending_.push_back({lead, anchor, outcome.s, outcome.e, true});
        return;
    case State::Open:
        // A second one of the rule ends where the first does.
        if (std::any_of(open_.begin(), open_.end(),
                        [&](const Open &open) { return open.rule == rule; }))
            return;
        open_.push_back({rule, spans_.size()});
        spans_.push_back({outcome.s, size, rule});
        return;
    case State::Match:
        if (image_.rule(rule).kind == RuleKind::Block)
            block_starts_.push_back({outcome.s, outcome.s, rule});
        else if (spans_.empty() || spans_.back().rule != rule || spans_.back().e != outcome.e ||
                 spans_.back().s > outcome.s)
            spans_.push_back({outcome.s, outcome.e, rule});
        return;
    }
}

void Scanner::resume(const View &view) {
    std::vector<Pending> waiting;
    waiting.swap(pending_);
    for (const Pending &candidate : waiting) {
        const LeadRecord lead = image_.lead(candidate.lead);
        const Outcome outcome =
            candidate.live ? body(view, image_.rule(lead.rule), candidate.body, candidate.seen)
                           : evaluate(view, lead, candidate.anchor);
        settle(outcome, candidate.lead, candidate.anchor, view.size);
    }
}

void Scanner::extend_open(const View &view) {
    std::size_t kept = 0;
    for (const Open &open : open_) {
        Span &span = spans_[open.span];
        const std::uint16_t body = image_.rule(open.rule).body;
        while (span.e < view.size && image_.in_class(body, view.text[span.e]))
            ++span.e;
        if (span.e == view.size && !view.ended)
            open_[kept++] = open;
    }
    open_.resize(kept);
}

void Scanner::candidate(const View &view, std::uint32_t at, std::uint32_t key, std::uint32_t hash) {
    const std::uint32_t bucket = bucket_of(hash);
    for (std::uint32_t i = image_.bucket(bucket); i < image_.bucket(bucket + 1); ++i) {
        const LinkRecord link = image_.link(i);
        if (link.key != key || link.offset > at)
            continue;
        const std::uint32_t anchor = at - link.offset;
        const LeadRecord lead = image_.lead(link.lead);
        const std::uint32_t next = anchor + lead.anchor.length;
        if (lead.next != no_class && next < view.size &&
            !image_.in_class(lead.next, view.text[next]))
            continue;
        const bool known = std::any_of(pending_.begin(), pending_.end(), [&](const Pending &one) {
            return one.lead == link.lead && one.anchor == anchor;
        });
        if (!known)
            settle(evaluate(view, lead, anchor), link.lead, anchor, view.size);
    }
}

void Scanner::scan_anchors(const View &view) {
    if (view.size < window_bytes)
        return;
    const std::uint8_t *filter = image_.filter();
    const auto *text = reinterpret_cast<const std::uint8_t *>(view.text);
    const std::uint32_t end = view.size - static_cast<std::uint32_t>(window_bytes) + 1;
    const auto look = [&](std::uint32_t at, std::uint32_t key) {
        const std::uint32_t hash = window_hash(key);
        if ((filter[hash >> 3] >> (hash & 7) & 1) != 0)
            candidate(view, at, key, hash);
    };
    std::uint32_t at = scanned_;
    for (; at + 1 < end; ++at) { // four bytes can be read here
        std::uint32_t word;
        std::memcpy(&word, text + at, sizeof word);
        look(at, word & 0xFFFFFF);
    }
    for (; at < end; ++at)
        look(at, text[at] | std::uint32_t{text[at + 1]} << 8 | std::uint32_t{text[at + 2]} << 16);
    scanned_ = std::max(scanned_, end);
}

void Scanner::add_material(std::uint16_t rule) {
    const auto last = std::find_if(spans_.rbegin(), spans_.rend(),
                                   [&](const Span &span) { return span.rule == rule; });
    if (last != spans_.rend() && last->e == walked_)
        ++last->e;
    else
        spans_.push_back({walked_, walked_ + 1, rule});
}

void Scanner::walk_block(const View &view) {
    std::sort(block_starts_.begin(), block_starts_.end(),
              [](const Span &a, const Span &b) { return a.s < b.s; });
    std::size_t next = 0;
    std::uint16_t rule = block_rule_;
    for (;;) {
        for (; block_.on() && walked_ < view.size; ++walked_) {
            if (block_.take(view.text[walked_]))
                add_material(rule);
        }
        while (next < block_starts_.size() && block_starts_[next].s < walked_)
            ++next;
        if (block_.on() || next == block_starts_.size())
            break;
        block_.begin();
        ++blocks_[block_starts_[next].rule];
        walked_ = block_starts_[next].s;
        rule = block_rule_ = block_starts_[next].rule;
    }
    block_starts_.clear();
    walked_ = block_.on() ? view.size : 0;
}

void Scanner::scan(std::string_view text, bool ended) {
    const View view{text.data(), static_cast<std::uint32_t>(text.size()), ended};
    run_ = Run{};
    extend_open(view);
    if (!pending_.empty())
        resume(view);
    scan_anchors(view);
    if (block_.on() || !block_starts_.empty())
        walk_block(view);
    size_ = view.size;
}

std::uint32_t Scanner::hold() const {
    std::uint32_t first = size_;
    for (const Pending &candidate : pending_)
        if (candidate.live)
            first = std::min(first, candidate.body);
    return first;
}

void Scanner::append_live(std::vector<Span> &to) const {
    for (const Pending &candidate : pending_)
        if (candidate.live)
            to.push_back({candidate.body, size_, image_.lead(candidate.lead).rule});
}

std::uint32_t Scanner::needed(std::uint32_t limit) const {
    for (const Pending &candidate : pending_)
        limit = std::min(limit, candidate.anchor);
    return limit;
}

void Scanner::drop(std::uint32_t count) {
    const auto back = [&](std::uint32_t &at) { at -= std::min(at, count); };
    std::size_t kept = 0;
    std::vector<std::size_t> moved(spans_.size());
    for (std::size_t i = 0; i < spans_.size(); ++i) {
        const bool growing = std::any_of(open_.begin(), open_.end(),
                                         [&](const Open &open) { return open.span == i; });
        moved[i] = kept;
        if (spans_[i].e <= count && !growing)
            continue;
        spans_[kept] = spans_[i];
        back(spans_[kept].s);
        back(spans_[kept].e);
        ++kept;
    }
    spans_.resize(kept);
    for (Open &open : open_)
        open.span = moved[open.span];
    for (Pending &candidate : pending_) {
        back(candidate.anchor);
        back(candidate.body);
        back(candidate.seen);
    }
    back(scanned_);
    back(walked_);
    back(size_);
}

void Scanner::truncate(std::uint32_t size) {
    for (Span &span : spans_) {
        span.s = std::min(span.s, size);
        span.e = std::min(span.e, size);
    }
    const auto gone = [&](const Pending &candidate) { return candidate.anchor >= size; };
    pending_.erase(std::remove_if(pending_.begin(), pending_.end(), gone), pending_.end());
    for (Pending &candidate : pending_) {
        candidate.seen = std::min(candidate.seen, size);
        candidate.live = candidate.live && candidate.body < size;
    }
    // A candidate that the overstruck characters had ended may go on now.
    scanned_ = std::min(scanned_, size - std::min<std::uint32_t>(size, max_lead_bytes));
    walked_ = std::min(walked_, size);
    size_ = size;
}

void Scanner::clear() {
    pending_.clear();
    open_.clear();
    spans_.clear();
    scanned_ = walked_ = size_ = 0;
}

} // namespace sallyport::mask
