// SPDX-License-Identifier: Apache-2.0
// A scratch folder and the stock ssh-keygen in it, as the judge of what we read and write.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace sallyport::support {

class Scratch {
  public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "sallyport-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no scratch folder");
        path_ = name;
    }
    ~Scratch() { std::filesystem::remove_all(path_); }
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;

    std::string path(const std::string &name) const { return path_ + "/" + name; }
    std::string read(const std::string &name) const {
        std::ifstream file(path(name), std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    void write(const std::string &name, std::string_view text) const {
        std::ofstream(path(name), std::ios::binary) << text;
        ::chmod(path(name).c_str(), 0600);
    }

    struct Outcome {
        int status = -1;
        std::string text; // stdout and stderr
    };
    // Runs in the scratch folder. The arguments are the test's own words.
    Outcome run(const std::string &command) const {
        Outcome outcome;
        const std::string line = "cd '" + path_ + "' && (" + command + ") 2>&1 </dev/null";
        FILE *pipe = ::popen(line.c_str(), "r");
        if (pipe == nullptr)
            return outcome;
        char buffer[4096];
        for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
            outcome.text.append(buffer, n);
        outcome.status = ::pclose(pipe);
        return outcome;
    }

  private:
    std::string path_;
};

} // namespace sallyport::support
