// SPDX-License-Identifier: Apache-2.0
#include "pieces.hpp"

#include "cursor.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sallyport::shell {

namespace {

const Literal *plain_literal(const Piece &piece) {
    const auto *literal = std::get_if<Literal>(&piece.part.value);
    return literal && literal->quoting == Quoting::None ? literal : nullptr;
}

// ---- brace expansion ---------------------------------------------------------------------------

bool is_integer(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+'))
        text.remove_prefix(1);
    return !text.empty() && text.size() <= 18 &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c); });
}

std::optional<BraceExpansion> sequence(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos)
        return std::nullopt;
    BraceExpansion result;
    result.first = text.substr(0, dots);
    text.remove_prefix(dots + 2);
    const std::size_t more = text.find("..");
    result.last = text.substr(0, more);
    if (more != std::string_view::npos) {
        result.step = text.substr(more + 2);
        if (!is_integer(result.step))
            return std::nullopt;
    }
    const auto is_one_letter = [](std::string_view s) { return s.size() == 1 && is_letter(s[0]); };
    if (is_integer(result.first) && is_integer(result.last))
        return result;
    if (is_one_letter(result.first) && is_one_letter(result.last))
        return result;
    return std::nullopt;
}

struct OpenBrace {
    std::size_t at;
    std::vector<std::size_t> commas;
    std::uint32_t inner_depth = 0;
};

class Settler {
  public:
    Settler(const WordStyle &style, BraceRule braces, std::uint32_t depth_limit)
        : style_(style), braces_(braces), depth_limit_(depth_limit) {}

    Settled run(Pieces pieces) {
        if (braces_ != BraceRule::None)
            pieces = expand_braces(std::move(pieces));
        if (result_.depth <= depth_limit_)
            result_.parts = parts_of(pieces.begin(), pieces.end(), style_.tilde);
        return std::move(result_);
    }

  private:
    using Iterator = Pieces::iterator;

    Pieces expand_braces(Pieces pieces) {
        Pieces out;
        std::vector<OpenBrace> open;
        for (Piece &piece : pieces) {
            if (piece.mark == '{')
                open.push_back({out.size(), {}, 0});
            if (piece.mark == ',' && !open.empty())
                open.back().commas.push_back(out.size());
            const bool closes = piece.mark == '}' && !open.empty();
            out.push_back(std::move(piece));
            if (!closes)
                continue;
            const OpenBrace brace = std::move(open.back());
            open.pop_back();
            const std::uint32_t depth = brace.inner_depth + 1;
            if (!collapse(out, brace))
                continue;
            result_.depth = std::max(result_.depth, depth);
            if (!open.empty())
                open.back().inner_depth = std::max(open.back().inner_depth, depth);
            if (result_.depth > depth_limit_)
                return {};
        }
        return out;
    }

    // Replaces the pieces from an opening brace on by one expansion, if they are one.
    bool collapse(Pieces &out, const OpenBrace &brace) {
        const auto begin = out.begin() + static_cast<std::ptrdiff_t>(brace.at);
        const Span where{begin->part.where.begin, out.back().part.where.end};
        std::optional<BraceExpansion> expansion;
        if (!brace.commas.empty()) {
            expansion.emplace();
            alternatives(*expansion, out, brace);
        } else {
            std::string text; // a `[` or `*` within is no number or letter anyway
            for (auto it = begin + 1; it + 1 != out.end(); ++it) {
                const Literal *literal = plain_literal(*it);
                if (!literal)
                    return false;
                text += literal->bytes;
            }
            expansion = sequence(text);
        }
        if (!expansion)
            return false;
        out.erase(begin, out.end());
        if (braces_ == BraceRule::Varies) {
            ++result_.unsupported;
            add_part(out, UnsupportedPart{"shells disagree on brace expansion", {}}, where);
        } else {
            add_part(out, std::move(*expansion), where);
        }
        return true;
    }

    void alternatives(BraceExpansion &expansion, Pieces &out, const OpenBrace &brace) {
        std::size_t from = brace.at + 1;
        const TildeRule tilde = brace.at == 0 ? style_.tilde : TildeRule::None;
        const auto add = [&](std::size_t to) {
            const auto first = out.begin() + static_cast<std::ptrdiff_t>(from);
            const auto last = out.begin() + static_cast<std::ptrdiff_t>(to);
            const Span where{out[from - 1].part.where.end, out[to].part.where.begin};
            expansion.alternatives.push_back(Word{parts_of(first, last, tilde), where});
            from = to + 1;
        };
        for (const std::size_t comma : brace.commas)
            add(comma);
        add(out.size() - 1);
    }

    // ---- patterns ------------------------------------------------------------------------------

    std::vector<Part> parts_of(Iterator begin, Iterator end, TildeRule tilde) {
        std::vector<Part> parts;
        Iterator closing = end; // the next `]`, searched for once
        bool searched = false;
        for (Iterator it = begin; it != end; ++it) {
            if (!style_.globs || !(it->mark == '[' || it->mark == '*' || it->mark == '?')) {
                append(parts, *it, {it == begin, it + 1 == end}, tilde);
                continue;
            }
            if (it->mark != '[') {
                const char pattern = it->mark;
                parts.push_back(Part{it->part.where, Glob{std::string(1, pattern), true}});
                continue;
            }
            if (!searched || (closing != end && closing <= it + 1)) {
                closing = closing_bracket(it, end);
                searched = true;
            }
            if (closing == end || closing == it)
                append(parts, *it, {it == begin, it + 1 == end}, tilde);
            else
                it = bracket(parts, it, closing);
        }
        return parts;
    }

    // The `]` that closes the `[` at `open`; `end` if none follows at all.
    static Iterator closing_bracket(Iterator open, Iterator end) {
        Iterator it = open + 1;
        if (it != end && plain_literal(*it) && !it->mark &&
            (plain_literal(*it)->bytes == "!" || plain_literal(*it)->bytes == "^"))
            ++it;
        if (it != end && it->mark == ']')
            ++it; // `[]a]`
        for (; it != end; ++it) {
            if (it->mark == ']')
                return it;
            if (it->mark != '[' || it + 1 == end)
                continue;
            const Literal *name = plain_literal(*(it + 1));
            const bool is_class =
                name && !name->bytes.empty() && it + 2 < end && (it + 2)->mark == ']' &&
                name->bytes.back() == name->bytes[0] &&
                (name->bytes[0] == ':' || name->bytes[0] == '.' || name->bytes[0] == '=');
            if (is_class)
                it += 2;
        }
        return end;
    }

    Iterator bracket(std::vector<Part> &parts, Iterator open, Iterator close) {
        const bool whole = std::all_of(open, close, [](const Piece &piece) {
            return std::holds_alternative<Literal>(piece.part.value);
        });
        if (!whole) {
            parts.push_back(Part{open->part.where, Glob{"[", false}});
            return open;
        }
        std::string pattern;
        for (Iterator it = open; it <= close; ++it) {
            const auto &literal = std::get<Literal>(it->part.value);
            for (const char c : literal.bytes) {
                if (literal.quoting != Quoting::None)
                    pattern.push_back('\\');
                pattern.push_back(c);
            }
        }
        parts.push_back(
            Part{{open->part.where.begin, close->part.where.end}, Glob{std::move(pattern), true}});
        return close;
    }

    // ---- literals and tildes -------------------------------------------------------------------

    struct Place { // of a piece in its word
        bool first, last;
    };

    static void append(std::vector<Part> &parts, Piece &piece, Place place, TildeRule tilde) {
        const Literal *literal = plain_literal(piece);
        if (!literal)
            parts.push_back(std::move(piece.part));
        else if (tilde != TildeRule::None && literal->bytes.find('~') != std::string::npos)
            split_tildes(parts, *literal, piece.part.where, place, tilde);
        else
            append_plain(parts, literal->bytes, piece.part.where);
    }

    static void append_plain(std::vector<Part> &parts, std::string_view bytes, Span where) {
        auto *last = parts.empty() ? nullptr : std::get_if<Literal>(&parts.back().value);
        if (last && last->quoting == Quoting::None) {
            last->bytes += bytes;
            parts.back().where.end = where.end;
        } else if (!bytes.empty()) {
            parts.push_back(Part{where, Literal{std::string(bytes), Quoting::None}});
        }
    }

    static void split_tildes(std::vector<Part> &parts, const Literal &literal, Span where,
                             Place place, TildeRule tilde) {
        const std::string &bytes = literal.bytes;
        const std::size_t value_at = place.first ? assignment_value(bytes) : 0;
        std::size_t done = 0;
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const bool starts =
                (place.first && at == 0) ||
                (tilde == TildeRule::Assignment && at > 0 && bytes[at - 1] == ':') ||
                (tilde == TildeRule::Operand && value_at > 0 && at >= value_at &&
                 (at == value_at || bytes[at - 1] == ':'));
            if (bytes[at] != '~' || !starts)
                continue;
            std::size_t stop = at + 1;
            while (stop < bytes.size() && bytes[stop] != '/' && bytes[stop] != ':')
                ++stop;
            if (stop == bytes.size() && !place.last)
                continue; // `~"x"`: quoted bytes in the name switch it off
            append_plain(parts, std::string_view(bytes).substr(done, at - done), where);
            parts.push_back(Part{where, Tilde{bytes.substr(at + 1, stop - at - 1)}});
            done = stop;
            at = stop - 1;
        }
        append_plain(parts, std::string_view(bytes).substr(done), where);
    }

    static std::size_t assignment_value(std::string_view bytes) {
        const std::size_t equals = bytes.find('=');
        if (equals == std::string_view::npos || equals == 0 || !is_name_start(bytes[0]))
            return 0;
        for (std::size_t i = 0; i < equals; ++i)
            if (!is_name(bytes[i]))
                return 0;
        return equals + 1;
    }

    const WordStyle &style_;
    BraceRule braces_;
    std::uint32_t depth_limit_;
    Settled result_;
};

} // namespace

void add_plain(Pieces &pieces, int byte, Span where) {
    if (!pieces.empty() && !pieces.back().mark) {
        auto *literal = std::get_if<Literal>(&pieces.back().part.value);
        if (literal && literal->quoting == Quoting::None) {
            literal->bytes.push_back(static_cast<char>(byte));
            pieces.back().part.where.end = where.end;
            return;
        }
    }
    add_literal(pieces, std::string(1, static_cast<char>(byte)), Quoting::None, where);
}

void add_mark(Pieces &pieces, int byte, Span where) {
    add_literal(pieces, std::string(1, static_cast<char>(byte)), Quoting::None, where);
    pieces.back().mark = static_cast<char>(byte);
}

void add_literal(Pieces &pieces, std::string bytes, Quoting quoting, Span where) {
    add_part(pieces, Literal{std::move(bytes), quoting}, where);
}

Settled settle(Pieces pieces, const WordStyle &style, BraceRule braces, std::uint32_t depth_limit) {
    return Settler(style, braces, depth_limit).run(std::move(pieces));
}

} // namespace sallyport::shell
