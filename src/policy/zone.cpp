// SPDX-License-Identifier: Apache-2.0
#include "zone.hpp"

#include <algorithm>

namespace sallyport::policy {
namespace {

constexpr std::size_t header_bytes = 44;
constexpr std::uint32_t max_counts = 10'000; // transitions or types; real zones have some hundred

std::uint64_t big_endian(base::BytesView bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | bytes[at + i];
    return value;
}

struct Counts {
    std::uint32_t utc = 0, standard = 0, leap = 0, times = 0, types = 0, characters = 0;
    std::size_t body(std::size_t time_bytes) const {
        return std::size_t{times} * (time_bytes + 1) + std::size_t{types} * 6 + characters +
               std::size_t{leap} * (time_bytes + 4) + standard + utc;
    }
};

std::optional<Counts> read_counts(base::BytesView bytes, std::size_t at) {
    if (bytes.size() < at + header_bytes || base::as_text(bytes.subspan(at, 4)) != "TZif" ||
        bytes[at + 4] < '2')
        return std::nullopt;
    const auto count = [&](std::size_t index) {
        return static_cast<std::uint32_t>(big_endian(bytes, at + 20 + index * 4, 4));
    };
    const Counts counts{count(0), count(1), count(2), count(3), count(4), count(5)};
    for (const std::uint32_t each :
         {counts.utc, counts.standard, counts.leap, counts.times, counts.types, counts.characters})
        if (each > max_counts)
            return std::nullopt;
    return counts;
}

class FooterReader {
  public:
    explicit FooterReader(std::string_view text) : text_(text) {}
    bool done() const { return text_.empty(); }
    bool take(char c) {
        if (text_.empty() || text_.front() != c)
            return false;
        text_.remove_prefix(1);
        return true;
    }
    bool name() {
        const bool quoted = take('<');
        std::size_t length = 0;
        while (length < text_.size() &&
               (quoted ? text_[length] != '>' : std::isalpha(text_[length]) != 0))
            ++length;
        text_.remove_prefix(length);
        return length >= 3 && (!quoted || take('>'));
    }
    std::optional<int> number() {
        std::optional<int> value;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9' &&
               value.value_or(0) < 1000) {
            value = value.value_or(0) * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        return value;
    }
    std::optional<std::int32_t> time() { // [+-]hh[:mm[:ss]]
        const bool negative = take('-');
        if (!negative)
            take('+');
        std::int32_t seconds = 0;
        std::int32_t unit = 3600;
        do {
            const std::optional<int> part = number();
            if (!part || unit == 0)
                return std::nullopt;
            seconds += *part * unit;
            unit = unit == 3600 ? 60 : unit == 60 ? 1 : 0;
        } while (take(':'));
        return negative ? -seconds : seconds;
    }

  private:
    std::string_view text_;
};

} // namespace

std::optional<Zone::Footer> Zone::parse_footer(std::string_view text) {
    FooterReader in(text);
    Footer footer;
    if (!in.name())
        return std::nullopt;
    const std::optional<std::int32_t> standard = in.time();
    if (!standard)
        return std::nullopt;
    footer.standard = -*standard; // POSIX counts westward
    if (in.done())
        return footer;
    if (!in.name())
        return std::nullopt;
    footer.summer = footer.standard + 3600;
    if (!in.take(',')) {
        const std::optional<std::int32_t> summer = in.time();
        if (!summer || !in.take(','))
            return std::nullopt;
        footer.summer = -*summer;
    }
    for (Change *change : {&footer.begin, &footer.end}) {
        if (change == &footer.end && !in.take(','))
            return std::nullopt;
        if (!in.take('M'))
            return std::nullopt;
        change->month = in.number().value_or(0);
        change->week = in.take('.') ? in.number().value_or(0) : 0;
        change->day = in.take('.') ? in.number().value_or(9) : 9;
        change->seconds = in.take('/') ? in.time().value_or(-1) : 7200;
        if (change->month < 1 || change->month > 12 || change->week < 1 || change->week > 5 ||
            change->day > 6)
            return std::nullopt;
    }
    return in.done() ? std::optional(footer) : std::nullopt;
}

std::int64_t Zone::local_seconds(const Change &change, int year) {
    using namespace std::chrono;
    const auto in_month =
        std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(change.month)};
    const weekday day{static_cast<unsigned>(change.day)};
    const sys_days date = change.week == 5
                              ? sys_days{in_month / day[last]}
                              : sys_days{in_month / day[static_cast<unsigned>(change.week)]};
    return seconds{date.time_since_epoch()}.count() + change.seconds;
}

base::Result<Zone> Zone::parse(base::BytesView tzif) {
    const base::Error error = base::invalid("the zone data is no TZif of version 2 or later");
    const std::optional<Counts> old = read_counts(tzif, 0);
    if (!old)
        return error;
    const std::size_t second = header_bytes + old->body(4);
    const std::optional<Counts> counts = read_counts(tzif, second);
    if (!counts || counts->types == 0)
        return error;
    const std::size_t times = second + header_bytes;
    const std::size_t indexes = times + std::size_t{counts->times} * 8;
    const std::size_t types = indexes + counts->times;
    const std::size_t end = times + counts->body(8);
    if (tzif.size() < end)
        return error;
    const auto offset = [&](std::size_t type) {
        return static_cast<std::int32_t>(
            static_cast<std::uint32_t>(big_endian(tzif, types + type * 6, 4)));
    };
    Zone zone;
    zone.first_ = offset(0);
    for (std::size_t i = 0; i < counts->times; ++i) {
        const std::size_t type = tzif[indexes + i];
        const auto at = static_cast<std::int64_t>(big_endian(tzif, times + i * 8, 8));
        if (type >= counts->types ||
            (!zone.transitions_.empty() && zone.transitions_.back().at >= at))
            return error;
        zone.transitions_.push_back({at, offset(type)});
    }
    const std::string_view rest = base::as_text(tzif.subspan(end));
    if (rest.size() >= 2 && rest.front() == '\n') {
        const std::string_view footer = rest.substr(1, rest.find('\n', 1) - 1);
        zone.has_rules_ = !footer.empty();
        zone.footer_ = parse_footer(footer);
    }
    return zone;
}

std::optional<Zone> Zone::fixed(std::string_view text) {
    Zone zone;
    if (text == "UTC" || text == "Z")
        return zone;
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || !digit(1) ||
        !digit(2) || !digit(4) || !digit(5))
        return std::nullopt;
    const int hours = (text[1] - '0') * 10 + (text[2] - '0');
    const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
    if (hours > 14 || minutes > 59)
        return std::nullopt;
    zone.first_ = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return zone;
}

std::optional<std::chrono::seconds> Zone::offset_at(base::WallTime time) const {
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    const auto next =
        std::upper_bound(transitions_.begin(), transitions_.end(), now,
                         [](std::int64_t value, const Transition &t) { return value < t.at; });
    const bool beyond = next == transitions_.end();
    if (!beyond || !has_rules_)
        return std::chrono::seconds{next == transitions_.begin() ? first_
                                                                 : std::prev(next)->offset};
    if (!footer_)
        return std::nullopt;
    if (!footer_->summer)
        return std::chrono::seconds{footer_->standard};
    const auto day = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_seconds{std::chrono::seconds{now + footer_->standard}});
    const int year = static_cast<int>(std::chrono::year_month_day{day}.year());
    const std::int64_t begin = local_seconds(footer_->begin, year) - footer_->standard;
    const std::int64_t end = local_seconds(footer_->end, year) - *footer_->summer;
    const bool summer = begin < end ? now >= begin && now < end : now >= begin || now < end;
    return std::chrono::seconds{summer ? *footer_->summer : footer_->standard};
}

} // namespace sallyport::policy
