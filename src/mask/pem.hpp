// SPDX-License-Identifier: Apache-2.0
// The lines of a private key, character by character: what is starred needs no look ahead, so
// nothing is held back while a key streams by.
#pragma once
#include <cstddef>
#include <string_view>

namespace sallyport::mask {

class PemBlock {
  public:
    bool on() const { return on_; }
    void begin();
    // True if `c` is key material. Turns itself off at `-----`, and at what no key has.
    bool take(char c);

  private:
    void line_start();
    bool on_ = false;
    bool material_ = false; // in this line
    bool gap_ = false;      // a blank after material
    bool header_ = false;   // a colon: `Proc-Type: 4,ENCRYPTED`
    bool escape_ = false;   // `\n` inside a JSON string
    int dashes_ = 0;
    std::size_t lines_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace sallyport::mask
