// SPDX-License-Identifier: Apache-2.0
#include "guarded_exec.hpp"

#include "stdin_script.hpp"

namespace sallyport::supervisor {

// In POSIX mode special builtins (unset, trap, exit) are found before functions of the same name;
// that a function cannot be unset because it is readonly ends it. A backslash keeps aliases out.
std::string name_check(const std::vector<std::string> &programs) {
    std::string names;
    for (const std::string &name : programs)
        names += " " + shell_quoted(name);
    return "POSIXLY_CORRECT=y\n"
           "\\unset -f builtin type hash unalias echo || \\exit 70\n"
           "\\trap - DEBUG ERR RETURN EXIT\n"
           "\\builtin unalias -a; \\builtin hash -r\n"
           "_sallyport() { \\builtin echo \"sallyport: \\`$1' is $2 here, not what was judged: "
           "nothing "
           "was run\" >&2; \\exit 77; }\n"
           "for _name in" +
           names +
           "; do\n"
           "case $(\\builtin type -t \"$_name\") in\n"
           "function) _sallyport \"$_name\" 'a function of the account';;\n"
           "file) case $_name in */*) ;; *) case $(\\builtin type -P \"$_name\") in\n"
           "/bin/*|/usr/bin/*|/sbin/*|/usr/sbin/*|/usr/local/bin/*|/usr/local/sbin/*) ;;\n"
           "*) _sallyport \"$_name\" 'a program of the account';; esac;; esac;;\n"
           "esac\n"
           "done\n"
           "\\unset -f _sallyport; \\unset _name POSIXLY_CORRECT\n";
}

} // namespace sallyport::supervisor
