// SPDX-License-Identifier: Apache-2.0
// Getting something out of a container for people and players. Only whole lines come out.
#pragma once
#include "sallyport/record/verify.hpp"

namespace sallyport::record {

enum class ExportForm {
    Asciicast, // version 2, unchanged
    Text,      // what was shown, without escape sequences and other control characters
};
struct ExportOptions {
    ExportForm form = ExportForm::Asciicast;
    std::optional<std::uint64_t> command; // from 1: only what lies between this marker and the next
};
// Called with pieces of output; an error ends the export and is returned.
using Write = std::function<base::Status(std::string_view piece)>;

// Fails with InvalidInput where the container does (what came before has been written), with
// NotFound if the record has no such command. One command keeps the header line and starts at zero.
base::Status export_record(base::BytesView file, const ExportOptions &options, const Write &write);

// Calls `line` for each whole line of the asciicast, without its newline.
base::Status for_each_line(base::BytesView file,
                           const std::function<base::Status(std::string_view line)> &line);

// Removes escape sequences and control characters from terminal output that may be cut anywhere.
class TextFilter {
  public:
    std::string feed(std::string_view text);

  private:
    enum class State { Text, Escape, Csi, String, StringEscape, Intermediate };
    State state_ = State::Text;
};

} // namespace sallyport::record
