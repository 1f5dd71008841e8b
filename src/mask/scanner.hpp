// SPDX-License-Identifier: Apache-2.0
// The engine: finds what to star in a text that grows at its end. Every answer depends only on what
// stands before and inside a match, so it is the same however the text grew:
//   - a candidate whose end is not known waits (live), and hold() says from where;
//   - a token that has reached its minimum is open: starred as it comes, no longer waiting.
// It keeps positions, not the text: whoever owns the text passes it each time and tells of drops.
#pragma once
#include "image.hpp"
#include "pem.hpp"

#include <map>
#include <utility>
#include <vector>

namespace sallyport::mask {

struct Span {
    std::uint32_t s = 0;
    std::uint32_t e = 0;
    std::uint16_t rule = 0;
};

class Scanner {
  public:
    explicit Scanner(const Database &database);

    // Looks at what is new in `text`. `ended`: nothing follows, its end ends every value.
    void scan(std::string_view text, bool ended);
    // All that is to be starred, open tokens up to the end of the text included. In no order.
    const std::vector<Span> &spans() const { return spans_; }
    std::vector<Span> &spans() { return spans_; }
    // How many blocks began since the last call, by rule; their spans are no values of their own.
    std::map<std::uint16_t, std::uint64_t> take_blocks() { return std::exchange(blocks_, {}); }
    bool is_block(std::uint16_t rule) const { return image_.rule(rule).kind == RuleKind::Block; }
    // The first character that must wait; the text's size if none must.
    std::uint32_t hold() const;
    // Appends the live candidates as spans up to the end of the text.
    void append_live(std::vector<Span> &to) const;
    // The first position that a candidate still needs, at most `limit`.
    std::uint32_t needed(std::uint32_t limit) const;

    // The text lost its first `count` characters; spans that end there are forgotten.
    void drop(std::uint32_t count);
    // The text was cut to `size` characters (an overstrike).
    void truncate(std::uint32_t size);
    void clear(); // the text is empty now; a block goes on
    bool idle_or_in_block() const { return pending_.empty() && open_.empty(); }

  private:
    enum class State { None, Lead, Live, Open, Match };
    struct Outcome {
        State state = State::None;
        std::uint32_t s = 0;
        std::uint32_t e = 0;
    };
    struct Pending {
        std::uint16_t lead = 0;
        std::uint32_t anchor = 0;
        std::uint32_t body = 0; // Live: where it begins and how far it was seen
        std::uint32_t seen = 0;
        bool live = false;
    };
    struct Open {
        std::uint16_t rule = 0;
        std::size_t span = 0; // of spans_, which grows with it
    };
    struct Run { // of body characters, found in this scan
        std::uint16_t body = no_class;
        std::uint32_t from = 0;
        std::uint32_t end = 0;
    };
    struct View {
        const char *text;
        std::uint32_t size;
        bool ended;
    };

    void scan_anchors(const View &view);
    void candidate(const View &view, std::uint32_t at, std::uint32_t key, std::uint32_t hash);
    void resume(const View &view);
    void extend_open(const View &view);
    void walk_block(const View &view);
    void add_material(std::uint16_t rule);
    void settle(const Outcome &outcome, std::uint16_t lead, std::uint32_t anchor,
                std::uint32_t size);
    bool anchor_matches(const View &view, const LeadRecord &lead, std::uint32_t anchor,
                        bool &more) const;
    bool before_matches(const View &view, const LeadRecord &lead, std::uint32_t anchor) const;
    bool forward(const View &view, const ElementRecord &element, bool any_case, std::uint32_t &at,
                 bool &more) const;
    bool equal(std::string_view text, const char *at, bool any_case) const;
    Outcome evaluate(const View &view, const LeadRecord &lead, std::uint32_t anchor);
    Outcome body(const View &view, const RuleRecord &rule, std::uint32_t begin, std::uint32_t from);
    std::uint32_t run_end(const View &view, std::uint16_t body, std::uint32_t from,
                          std::uint32_t stop);
    Outcome ended_body(const View &view, const RuleRecord &rule, std::uint32_t begin,
                       std::uint32_t end) const;
    Outcome tail(const View &view, const RuleRecord &rule, std::uint32_t begin,
                 std::uint32_t end) const;
    bool passes(const View &view, const RuleRecord &rule, std::uint32_t begin,
                std::uint32_t &end) const;

    ImageReader image_;
    Run run_;
    std::uint32_t scanned_ = 0; // anchors that begin before it are known
    std::uint32_t walked_ = 0;  // by the block
    std::vector<Pending> pending_;
    std::vector<Open> open_;
    std::vector<Span> spans_;
    std::vector<Span> block_starts_; // s: where its material begins
    std::map<std::uint16_t, std::uint64_t> blocks_;
    PemBlock block_;
    std::uint16_t block_rule_ = 0;
    std::uint32_t size_ = 0; // of the text at the last scan
};

} // namespace sallyport::mask
