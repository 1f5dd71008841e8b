// SPDX-License-Identifier: Apache-2.0
// The log of a daemon: spdlog behind base::Log. Lines go to stderr (the journal, or the file that
// `sallyport run` made of it), with time, level and the program's name. Text is made printable: no
// line of a peer's making.
#pragma once
#include "sallyport/base/log.hpp"

#include <memory>

namespace sallyport::os {

std::unique_ptr<base::Log> open_log(const std::string &program);

} // namespace sallyport::os
