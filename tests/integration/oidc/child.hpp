// SPDX-License-Identifier: Apache-2.0
// A program that a test starts: its first line of output says that it is ready, and it ends with
// the test.
#pragma once
#include "sallyport/base/unique_fd.hpp"

#include <string>
#include <vector>

namespace child {

class Child {
  public:
    // `file` is looked up in PATH. Output on stderr goes to /dev/null.
    explicit Child(const std::vector<std::string> &command);
    ~Child();
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    std::string read_line(int timeout_milliseconds); // empty if none came in time
    int wait();                                      // exit status, or -1

  private:
    int pid_ = -1;
    sallyport::base::UniqueFd output_;
};

// Runs the command to its end and returns the exit status.
int run(const std::vector<std::string> &command);
// The member of a flat JSON object whose value is a string; enough for our doubles' first lines.
std::string text_member(const std::string &json, const std::string &name);
// The path of the provider's node, or empty when `npm ci` was not run.
std::string node_path();

} // namespace child
