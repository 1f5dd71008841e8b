// SPDX-License-Identifier: Apache-2.0
// Random bytes of the kernel (getrandom). The process ends if there are none: no caller could go on
// safely.
#pragma once
#include "sallyport/base/bytes.hpp"

namespace sallyport::os {

base::Bytes random_bytes(std::size_t size);

} // namespace sallyport::os
