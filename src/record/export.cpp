// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/export.hpp"

namespace sallyport::record {
namespace {

class Exporter {
  public:
    Exporter(const ExportOptions &options, const Write &write) : options_(options), write_(write) {}
    base::Status line(std::string_view line);
    bool found() const { return !options_.command || command_ >= *options_.command; }

  private:
    base::Status event(std::string_view line);
    base::Status write(const CastEvent &event, std::string_view line);

    ExportOptions options_;
    const Write &write_;
    bool header_ = true;
    std::uint64_t command_ = 0;
    Offset start_{0};
    TextFilter filter_;
};

base::Status Exporter::line(std::string_view line) {
    if (!std::exchange(header_, false))
        return event(line);
    if (options_.form == ExportForm::Text)
        return base::success();
    return write_(std::string(line) + "\n");
}

base::Status Exporter::event(std::string_view line) {
    SALLYPORT_TRY(const CastEvent event, parse_event_line(line));
    if (event.code == "m" && ++command_ == options_.command)
        start_ = event.time;
    if (options_.command && command_ != *options_.command)
        return base::success();
    return write(event, line);
}

base::Status Exporter::write(const CastEvent &event, std::string_view line) {
    if (options_.form == ExportForm::Text) {
        if (event.code != "o")
            return base::success();
        const std::string shown = filter_.feed(event.data);
        return shown.empty() ? base::success() : write_(shown);
    }
    if (options_.command)
        return write_(event_line(event.time - start_, event.code, event.data));
    return write_(std::string(line) + "\n");
}

} // namespace

base::Status for_each_line(base::BytesView file,
                           const std::function<base::Status(std::string_view line)> &line) {
    SALLYPORT_TRY(Walker walker, Walker::open(file));
    for (;;) {
        SALLYPORT_TRY(const std::optional<Frame> frame, walker.next());
        if (!frame)
            return base::success();
        SALLYPORT_TRY(const std::string raw, decompress(*frame));
        std::string_view rest = raw;
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            SALLYPORT_CHECK(line(rest.substr(0, end)));
            rest.remove_prefix(end + 1);
        }
    }
}

base::Status export_record(base::BytesView file, const ExportOptions &options, const Write &write) {
    Exporter exporter(options, write);
    SALLYPORT_CHECK(
        for_each_line(file, [&](std::string_view line) { return exporter.line(line); }));
    if (!exporter.found())
        return base::fail(base::ErrorCode::NotFound,
                          "the record has no command " + std::to_string(*options.command));
    return base::success();
}

std::string TextFilter::feed(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        switch (state_) {
        case State::Text:
            if (c == '\x1b')
                state_ = State::Escape;
            else if ((byte >= 0x20 && byte != 0x7f) || c == '\n' || c == '\t')
                shown += c;
            break;
        case State::Escape:
            state_ = c == '['                                                   ? State::Csi
                     : c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X' ? State::String
                     : byte >= 0x20 && byte < 0x30 ? State::Intermediate
                                                   : State::Text;
            break;
        case State::Csi:
            if (byte >= 0x40 && byte <= 0x7e)
                state_ = State::Text;
            break;
        case State::Intermediate:
            state_ = byte >= 0x20 && byte < 0x30 ? State::Intermediate : State::Text;
            break;
        case State::String:
            if (c == '\x07' || c == '\x18' || c == '\x1a')
                state_ = State::Text;
            else if (c == '\x1b')
                state_ = State::StringEscape;
            break;
        case State::StringEscape:
            state_ = c == '\\' ? State::Text : c == '[' ? State::Csi : State::String;
            break;
        }
    }
    return shown;
}

} // namespace sallyport::record
