// SPDX-License-Identifier: Apache-2.0
// Every message of every edge: what decodes must encode to the same bytes.
#include "sallyport/model/request.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <cstdlib>

using namespace sallyport;

namespace {
template <typename M>
void check(base::BytesView bytes) {
    const auto message = wire::decode<M>(bytes);
    if (message.ok() && wire::encode(*message) != base::to_bytes(bytes))
        std::abort();
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const base::BytesView bytes(data, size);
    check<wire::HostSign>(bytes);
    check<wire::ChannelAsk>(bytes);
    check<wire::TargetExchange>(bytes);
    check<wire::UnitAsk>(bytes);
    check<wire::SessionEnded>(bytes);
    check<wire::SessionOpened>(bytes);
    check<wire::Released>(bytes);
    check<wire::UserCertificateAsk>(bytes);
    check<wire::TargetLoginAsk>(bytes);
    check<wire::NoticeAsk>(bytes);
    check<wire::JudgeAnswer>(bytes);
    check<wire::ControlAsk>(bytes);
    check<model::Request>(bytes);
    return 0;
}
