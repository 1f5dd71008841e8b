// SPDX-License-Identifier: Apache-2.0
// The control socket: the CLI on this machine asks the desk as an administrator. Who that is, the
// kernel says: root, or the user that sallyportd runs as.
#pragma once
#include "desk.hpp"

namespace sallyport::supervisor {

class Control {
  public:
    static base::Result<std::unique_ptr<Control>> open(DeskHouse &house, base::UniqueFd listening);
    ~Control();

  private:
    class Client;
    Control(DeskHouse &house, base::UniqueFd listening);
    void accept();

    DeskHouse &house_;
    base::UniqueFd listening_;
    std::map<int, std::unique_ptr<Client>> clients_;
};

} // namespace sallyport::supervisor
