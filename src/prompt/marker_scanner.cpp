// SPDX-License-Identifier: Apache-2.0
#include "sallyport/prompt/marker_scanner.hpp"

#include "sallyport/prompt/frame.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sallyport::prompt {

namespace {

std::string start_of(const std::string &mark) {
    return "\033]7717;" + mark + ";";
}
// The payload ends at the second mark, so that nothing in it can end it early.
constexpr std::string_view end_tail = "E\007";

void add_output(std::vector<Piece> &pieces, std::string_view bytes) {
    if (bytes.empty())
        return;
    if (!pieces.empty())
        if (auto *last = std::get_if<Output>(&pieces.back())) {
            last->bytes.append(bytes);
            return;
        }
    pieces.emplace_back(Output{std::string(bytes)});
}

} // namespace

void MarkerScanner::expect(std::string mark) {
    assert(is_nonce(mark));
    old_mark_ = std::move(mark_);
    old_start_ = std::move(start_);
    mark_ = std::move(mark);
    start_ = start_of(mark_);
    searched_ = 0;
}

MarkerScanner::Found MarkerScanner::find_start(std::size_t from) const {
    Found found;
    if (!start_.empty())
        found.at = held_.find(start_, from);
    if (old_start_.empty())
        return found;
    // Only an `S` of the old mark is a marker. One whose kind has not come yet may still be one.
    for (auto at = held_.find(old_start_, from); at < found.at;
         at = held_.find(old_start_, at + 1)) {
        const auto kind = at + old_start_.size();
        if (kind + 1 < held_.size() ? held_.compare(kind, 2, "S;") == 0
                                    : kind == held_.size() || held_[kind] == 'S')
            return {at, true};
    }
    return found;
}

// Where the longest end of held_ begins that is the beginning of a start.
std::size_t MarkerScanner::held_from(std::size_t from) const {
    const auto longest = std::max(start_.size(), old_start_.size());
    auto at = held_.size() - std::min(held_.size() - from, longest);
    for (at = held_.find('\033', at); at != std::string::npos; at = held_.find('\033', at + 1)) {
        const auto length = held_.size() - at;
        if (start_.compare(0, length, held_, at, length) == 0 ||
            old_start_.compare(0, length, held_, at, length) == 0)
            return at;
    }
    return held_.size();
}

std::vector<Piece> MarkerScanner::feed(base::BytesView bytes) {
    held_.append(base::as_text(bytes));
    std::vector<Piece> pieces;
    std::size_t done = 0;
    while (true) {
        const Found found = find_start(done);
        if (found.at == std::string::npos) {
            const auto keep = held_from(done);
            add_output(pieces, std::string_view(held_).substr(done, keep - done));
            held_.erase(0, keep);
            searched_ = 0;
            return pieces;
        }
        add_output(pieces, std::string_view(held_).substr(done, found.at - done));
        const auto &start = found.old ? old_start_ : start_;
        const std::string end = start + std::string(end_tail);
        const auto body = found.at + start.size();
        const bool resumed = found.at == 0 && done == 0;
        const auto end_at = held_.find(end, std::max(body, resumed ? searched_ : 0));
        searched_ = 0;
        // Without an end, as long as no end could be complete within the limit: the same bytes give
        // the same pieces however they are split.
        const bool too_long = end_at == std::string::npos
                                  ? held_.size() - body >= max_marker_payload_bytes + end.size()
                                  : end_at - body > max_marker_payload_bytes;
        if (too_long) {
            add_output(pieces, std::string_view(held_).substr(found.at, start.size()));
            done = body;
            continue;
        }
        if (end_at == std::string::npos) {
            held_.erase(0, found.at);
            const auto resume = held_.size() - std::min(held_.size(), end.size());
            searched_ = std::max(resume, start.size());
            return pieces;
        }
        const auto length = end_at - body;
        Marker marker;
        if (length > 0)
            marker.kind = held_[body];
        // `K;payload`
        if (length > 2)
            marker.payload = held_.substr(body + 2, length - 2);
        pieces.emplace_back(std::move(marker));
        done = end_at + end.size();
    }
}

std::string MarkerScanner::flush() {
    searched_ = 0;
    return std::exchange(held_, {});
}

} // namespace sallyport::prompt
