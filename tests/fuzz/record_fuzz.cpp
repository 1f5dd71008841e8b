// SPDX-License-Identifier: Apache-2.0
// A container, its seal and a tail as hostile bytes: nothing may crash, hang or take more than a
// frame's memory. The digest is a stub that corpus files can satisfy.
#include "sallyport/record/export.hpp"

using namespace sallyport;

namespace {
class ZeroDigest final : public record::Digest {
    class Zero final : public record::Hasher {
        void update(base::BytesView) override {}
        record::Hash finish() override { return {}; }
    };

  public:
    std::unique_ptr<record::Hasher> hasher() const override { return std::make_unique<Zero>(); }
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const base::BytesView file(data, size);
    const ZeroDigest digest;
    const auto accept = [](auto, auto, auto) { return true; };
    (void)record::verify(file, base::as_text(file), accept, {{1, {}}}, digest);
    const auto recovered = record::recover(file, {file}, digest);
    if (recovered.ok()) {
        base::Bytes whole(data, data + recovered.value().keep);
        base::append(whole, recovered.value().append);
        if (!record::verify(whole, "", accept, {}, digest).intact() && recovered.value().needed)
            __builtin_trap();
    }
    (void)record::parse_event_line(base::as_text(file));
    (void)record::parse_seal_file(base::as_text(file));
    (void)record::export_record(file, {record::ExportForm::Text, {}},
                                [](std::string_view) { return base::success(); });
    if (size >= record::tail_head_bytes) {
        const auto head = record::decode_tail_head(file);
        if (head.ok())
            (void)record::read_tail(file, head.value().session, 0);
    }
    return 0;
}
