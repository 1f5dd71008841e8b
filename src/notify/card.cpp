// SPDX-License-Identifier: Apache-2.0
#include "sallyport/notify/card.hpp"

#include "sallyport/base/clock.hpp"
#include "sallyport/base/encoding.hpp"
#include "sallyport/base/log.hpp"

#include <algorithm>
#include <cassert>

namespace sallyport::notify {
namespace {

constexpr std::size_t max_reason_bytes = 400;
constexpr std::size_t max_directory_bytes = 200;
constexpr std::size_t max_word_bytes = 128;
constexpr std::size_t long_run_of_blanks = 16;

// Text and the code spans in it, counted as the platform counts.
class Writer {
  public:
    void plain(std::string_view text) {
        text_ += text;
        units_ += utf16_units(text);
    }
    void code(std::string_view kind, std::string_view text) {
        if (text.empty())
            return;
        wire::NoticeEntity entity;
        entity.kind = std::string(kind);
        entity.offset = static_cast<std::uint32_t>(units_);
        entity.length = static_cast<std::uint32_t>(utf16_units(text));
        entities_.push_back(std::move(entity));
        plain(text);
    }
    std::size_t units() const { return units_; }
    wire::NoticeAsk take() {
        wire::NoticeAsk ask;
        ask.text = std::move(text_);
        ask.entities = std::move(entities_);
        return ask;
    }

  private:
    std::string text_;
    std::vector<wire::NoticeEntity> entities_;
    std::size_t units_ = 0;
};

// A run of blanks can push the end of a line out of sight: it is counted instead of shown.
std::string count_blanks(std::string_view line) {
    std::string shown;
    while (!line.empty()) {
        const std::size_t run = std::min(line.find_first_not_of(' '), line.size());
        shown += run > long_run_of_blanks ? '<' + std::to_string(run) + " blanks>"
                                          : std::string(run, ' ');
        line.remove_prefix(run);
        const std::size_t word = std::min(line.find(' '), line.size());
        shown += line.substr(0, word);
        line.remove_prefix(word);
    }
    return shown;
}

struct Command {
    std::string text;
    std::size_t lines = 1;
    bool ascii = true;
};
Command shown_command(std::string_view bytes) {
    Command command;
    command.ascii = std::all_of(bytes.begin(), bytes.end(),
                                [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    for (;;) {
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        // a byte becomes at most 8 characters: nothing is ever cut here
        const std::string line =
            base::printable(bytes.substr(0, end), 8 * bytes.size() + max_word_bytes);
        command.text += count_blanks(line);
        if (end == bytes.size())
            return command;
        command.text += "⏎\n";
        ++command.lines;
        bytes.remove_prefix(end + 1);
    }
}

std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : ", ") + base::printable(word, max_word_bytes);
    return text;
}

// Who decided as that answer says, and the channels that their answers came by.
std::string voters(const model::Request &request, model::Answer answer) {
    std::string text;
    for (const model::Vote &vote : request.votes)
        if (vote.answer == answer)
            text += (text.empty() ? "" : ", ") + base::printable(vote.person, max_word_bytes) +
                    " (" + base::printable(vote.channel, max_word_bytes) + ')';
    return text;
}

std::string state_line(const model::Request &request) {
    const std::string id = ' ' + request.id.text;
    const std::string approved = " by " + voters(request, model::Answer::Approve);
    switch (request.state) {
    case model::RequestState::Pending:
        return "⏳ PENDING" + id;
    case model::RequestState::Approved:
        return "✅ APPROVED" + id + approved;
    case model::RequestState::Released:
        return "✅ APPROVED" + id + approved + ", released";
    case model::RequestState::Ended:
        return "✅ APPROVED" + id + approved + ", ended";
    case model::RequestState::OutcomeUnknown:
        return "❔ APPROVED" + id + approved + ", released; its outcome is unknown";
    case model::RequestState::Denied: {
        const std::string by = voters(request, model::Answer::Deny);
        return "⛔ DENIED" + id + " by " + (by.empty() ? "the policy in force" : by);
    }
    case model::RequestState::Cancelled:
        return "✖ CANCELLED" + id;
    case model::RequestState::Expired:
        return "⌛ EXPIRED" + id;
    }
    return "PENDING" + id;
}

void write_head(Writer &writer, const model::Request &request) {
    writer.plain(state_line(request) + '\n');
    writer.code("code", base::printable(request.person, max_word_bytes));
    writer.plain(" asks for " + std::string(model::action_kind_name(request.kind)) + " on ");
    writer.code("code", base::printable(request.account, max_word_bytes) + '@' +
                            base::printable(request.target, max_word_bytes));
    writer.plain("\n");
}

void write_field(Writer &writer, std::string_view name, std::string_view value, std::size_t limit) {
    if (value.empty())
        return;
    writer.plain('\n' + std::string(name) + ": ");
    writer.code("code", base::printable(value, limit));
}

std::string minutes(base::WallTime time) {
    std::string text = base::rfc3339(time); // 2026-03-04T11:00:00.000000Z
    text[10] = ' ';
    return text.substr(0, 19) + " UTC";
}

void write_foot(Writer &writer, const Card &card) {
    const model::Request &request = card.request;
    writer.plain("\nHeld by: " + joined(request.rules));
    if (request.state == model::RequestState::Pending)
        writer.plain(", " + base::printable(card.needs, max_reason_bytes));
    write_field(writer, "Reason", request.reason, max_reason_bytes);
    write_field(writer, "From", request.from, max_word_bytes);
    write_field(writer, "Directory, " + std::string(model::directory_source(request.kind)),
                request.cwd, max_directory_bytes);
    write_field(writer, "Bound to",
                std::string_view(request.binding).substr(0, shown_binding_digits), max_word_bytes);
    for (const model::Vote &vote : request.votes)
        write_field(writer, vote.person + " said", vote.why, max_directory_bytes);
    if (request.state == model::RequestState::Pending)
        writer.plain("\nOpen until " + minutes(request.expires));
}

void write_ssh_hint(Writer &writer, const Card &card, std::string_view why) {
    if (card.request.state != model::RequestState::Pending)
        return;
    writer.plain('\n' + std::string(why) + " Answer it over ssh: ");
    writer.code("code", "ssh " + base::printable(card.bastion, max_word_bytes) + " approve " +
                            card.request.id.text);
}

Writer write_whole(const Card &card) {
    Writer writer;
    const Command command = shown_command(card.request.shown);
    write_head(writer, card.request);
    writer.code("pre", command.text);
    if (!command.ascii)
        writer.plain("\n⚠ The command has characters outside ASCII; some may look like others.");
    write_foot(writer, card);
    if (card.request.need.confirm != model::Confirm::None)
        write_ssh_hint(writer, card, "\nThis rule takes no click.");
    return writer;
}

bool fits(const Card &card) {
    const Command command = shown_command(card.request.shown);
    return command.lines <= max_command_lines && write_whole(card).units() <= max_card_units;
}

Writer write_short(const Card &card) {
    Writer writer;
    write_head(writer, card.request);
    writer.plain("\n⚠ The command has " + std::to_string(card.request.shown.size()) +
                 " bytes and does not fit here, so it cannot be answered here.");
    write_foot(writer, card);
    write_ssh_hint(writer, card, "\nRead it whole first.");
    return writer;
}

} // namespace

std::string button_value(base::BytesView random) {
    assert(random.size() == 16);
    return base::base64url(random);
}

std::size_t utf16_units(std::string_view text) {
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) // not a continuation
            units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
}

bool takes_clicks(const Card &card) {
    return card.request.state == model::RequestState::Pending &&
           card.request.need.confirm == model::Confirm::None && fits(card);
}

wire::NoticeAsk render(const Card &card, const Buttons &buttons) {
    wire::NoticeAsk ask = fits(card) ? write_whole(card).take() : write_short(card).take();
    if (!takes_clicks(card) || buttons.approve.empty() || buttons.deny.empty())
        return ask;
    ask.buttons = {{"Approve", buttons.approve}, {"Deny", buttons.deny}};
    return ask;
}

} // namespace sallyport::notify
