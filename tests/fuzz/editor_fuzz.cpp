// SPDX-License-Identifier: Apache-2.0
// First byte: width; second: rows, terminal and where to split. Any keys keep the text clean and
// the rendering defined.
#include "sallyport/base/limits.hpp"
#include "sallyport/editor/editor.hpp"

#include <cstdlib>

namespace {

using namespace sallyport;

void type(editor::Editor &editor, base::BytesView keys) {
    while (!keys.empty()) {
        const auto fed = editor.feed(keys);
        keys = keys.subspan(fed.consumed);
        editor.render();
        if (!fed.event)
            continue;
        if (const auto *submit = std::get_if<editor::Submit>(&*fed.event)) {
            editor.remember(submit->text);
            if (submit->text.size() % 3 == 1) {
                editor.continue_line();
                continue;
            }
        }
        editor.open("$ ", editor::PromptIs::NotShown);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2)
        return 0;
    const base::BytesView keys(data + 2, size - 2);
    const auto terminal = (data[1] & 0x80) != 0 ? editor::Terminal::Dumb : editor::Terminal::Full;
    editor::Editor editor(terminal, {data[0], data[1] & 0x1fU});
    editor.open(base::as_text(keys.first(keys.size() / 4)), editor::PromptIs::Shown);
    const auto cut = keys.size() * (data[1] & 0x0fU) / 16;
    type(editor, keys.first(cut));
    editor.resize({data[1], data[0]});
    editor.hide();
    type(editor, keys.subspan(cut));
    editor.render();
    if (editor.text().size() > base::max_unit_bytes)
        std::abort();
    for (const char c : editor.text())
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            std::abort();
    return 0;
}
