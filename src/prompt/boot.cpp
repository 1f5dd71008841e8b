// SPDX-License-Identifier: Apache-2.0
#include "sallyport/prompt/boot.hpp"

#include "sallyport/prompt/frame.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace sallyport::prompt {

namespace {

constexpr std::size_t max_tty_bytes = 64;

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_tty_path(std::string_view path) {
    constexpr std::string_view folder = "/dev/";
    if (path.size() > max_tty_bytes || path.substr(0, folder.size()) != folder ||
        path.find("..") != std::string_view::npos)
        return false;
    const auto name = path.substr(folder.size());
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '/' ||
               c == '_' || c == '.' || c == '-';
    });
}

} // namespace

std::string_view boot_text() {
    return R"boot(exec /bin/sh -c 'stty -echo; n=$(printf "\n."); n=${n%.}; t=$(tty); )boot"
           R"boot([ -r "$t" ] && [ -w "$t" ] || t=/dev/tty; )boot"
           R"boot(printf "\033]7717;H1;%s;%s;%s;%s\007" )boot"
           R"boot("$SHELL" "$(readlink -f "$SHELL")" "$(id -u)" "$t"; )boot"
           R"boot(IFS= read -r a; b=; while IFS= read -r l; do case $l in .) break;; esac; )boot"
           R"boot(b=$b$l$n; done; stty echo; eval "exec $a <<\"E_O_F\"$n${b}E_O_F"')boot";
}

base::Result<Hello> parse_hello(std::string_view payload) {
    if (payload.size() > max_hello_bytes)
        return base::fail(base::ErrorCode::TooLarge, "hello of the target is too long");
    std::array<std::string_view, 4> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto end = payload.find(';');
        if ((end == std::string_view::npos) != (i + 1 == fields.size()))
            return base::invalid("hello of the target does not have four fields");
        fields[i] = payload.substr(0, end);
        payload.remove_prefix(end == std::string_view::npos ? payload.size() : end + 1);
    }
    const auto uid = fields[2];
    if (uid.empty() || uid.size() > 10 || !std::all_of(uid.begin(), uid.end(), is_digit))
        return base::invalid("hello of the target has no user number");
    if (!is_tty_path(fields[3]))
        return base::invalid("hello of the target names no terminal");
    return Hello{std::string(fields[0]), std::string(fields[1]), std::string(uid),
                 std::string(fields[3])};
}

bool can_guard(const Hello &hello) {
    return base_name(hello.shell) == "bash" && base_name(hello.path) == "bash";
}

std::string start_lines(const Hello &hello, std::string_view challenge, std::string_view mark) {
    assert(can_guard(hello) && is_nonce(challenge) && is_nonce(mark));
    constexpr std::string_view placeholder = "/dev/tty";
    std::string lines = "\"$SHELL\" --noediting --norc --noprofile -l -i\n_sp_n=";
    lines.append(challenge).append(" _sp_m=").append(mark).append("\n");
    auto stub = bash_stub();
    for (auto at = stub.find(placeholder); at != std::string_view::npos;
         at = stub.find(placeholder)) {
        lines.append(stub.substr(0, at)).append(hello.tty);
        stub.remove_prefix(at + placeholder.size());
    }
    return lines.append(stub).append(".\n");
}

} // namespace sallyport::prompt
