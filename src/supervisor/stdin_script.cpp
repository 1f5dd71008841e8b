// SPDX-License-Identifier: Apache-2.0
#include "stdin_script.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::size_t max_headline_bytes = 4096;

// Reads the judged text into $_sallyport. Command substitution drops newlines at the end, hence the
// `x`.
std::string read_judged(std::string_view text) {
    const std::string hash = base::hex(crypto::sha256(base::as_bytes(text)));
    return "_sallyport=$(head -c " + std::to_string(text.size()) +
           " && echo x) && _sallyport=${_sallyport%x} && "
           "[ \"$(printf %s \"$_sallyport\" | sha256sum)\" = '" +
           hash +
           "  -' ] || { echo 'sallyport: the script did not arrive as it was judged' >&2; exit 70; "
           "}\n";
}

} // namespace

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string login_shell(model::Dialect shell) {
    return "exec " + std::string(model::dialect_name(shell)) + " -l";
}

std::string run_script(std::string_view script, model::Dialect shell, const std::string &before) {
    return login_shell(shell) + " -c " +
           shell_quoted(before + read_judged(script) +
                        "exec </dev/null\neval \"unset _sallyport; $_sallyport\"");
}

std::string run_with_input(std::string_view command, std::string_view input) {
    return read_judged(input) + "printf %s \"$_sallyport\" | \"$SHELL\" -c " +
           shell_quoted(command);
}

std::string with_input(std::string_view input, std::string_view shown) {
    return "\n--- on standard input, " + std::to_string(input.size()) + " bytes:\n" +
           std::string(shown);
}

std::string headline(const std::string &shown) {
    if (shown.size() <= max_headline_bytes)
        return shown;
    std::size_t end = max_headline_bytes;
    while (end > max_headline_bytes - 4 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80)
        --end; // not in the middle of a character
    return shown.substr(0, end) + "\n<" + std::to_string(shown.size()) + " bytes in all, sha256 " +
           base::hex(crypto::sha256(base::as_bytes(shown))) + ">";
}

} // namespace sallyport::supervisor
