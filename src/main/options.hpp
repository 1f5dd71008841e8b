// SPDX-License-Identifier: Apache-2.0
// The little command line of the daemons: `--name value`, and words before the first option. They
// are started by `sallyport run` or systemd, not by people: an option that is missing is empty, and
// whoever needs it fails by name.
#pragma once
#include <string>
#include <vector>

namespace sallyport::main_program {

class Options {
  public:
    Options(int count, char **arguments) : words_(arguments + 1, arguments + count) {}

    bool has(const std::string &name) const { return !values(name).empty(); }
    std::string value(const std::string &name) const {
        const auto all = values(name);
        return all.empty() ? "" : all.front();
    }
    std::vector<std::string> values(const std::string &name) const {
        std::vector<std::string> found;
        for (std::size_t i = 0; i + 1 < words_.size(); ++i)
            if (words_[i] == name)
                found.push_back(words_[i + 1]);
        return found;
    }
    std::string word() const {
        return words_.empty() || words_.front().starts_with("--") ? "" : words_.front();
    }

  private:
    std::vector<std::string> words_;
};

} // namespace sallyport::main_program
