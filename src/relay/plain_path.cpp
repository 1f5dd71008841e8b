// SPDX-License-Identifier: Apache-2.0
#include "sallyport/relay/output_path.hpp"

namespace sallyport::relay {
namespace {

class PlainPath final : public OutputPath {
  public:
    base::Status take(ssh::Stream, base::BytesView bytes, base::Bytes &out) override {
        base::append(out, bytes);
        return base::success();
    }
    base::Status finish(ssh::Stream, base::Bytes &) override { return base::success(); }
    PathTotals totals() const override { return {}; }
};
class PlainPaths final : public PathMaker {
  public:
    base::Result<std::unique_ptr<OutputPath>> make(const wire::SessionOpened &,
                                                   std::vector<base::UniqueFd>) override {
        return std::unique_ptr<OutputPath>(new PlainPath);
    }
};

} // namespace
std::unique_ptr<PathMaker> make_paths(ipc::Edge &) {
    return std::make_unique<PlainPaths>();
}
} // namespace sallyport::relay
