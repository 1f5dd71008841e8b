#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed_stub.py IN OUT: the stub as a C++ file, without comment lines and blank lines."""
import sys

with open(sys.argv[1], encoding="ascii") as source:
    lines = [line.rstrip("\n") for line in source]
travelling = [line for line in lines if line and not line.startswith("#")]
with open(sys.argv[2], "w", encoding="ascii") as out:
    out.write('#include "sallyport/prompt/boot.hpp"\n\nnamespace sallyport::prompt {\n')
    out.write("std::string_view bash_stub() {\n    return\n")
    for line in travelling:
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
        out.write(f'        "{escaped}\\n"\n')
    out.write("        ;\n}\n} // namespace sallyport::prompt\n")
