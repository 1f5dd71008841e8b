// SPDX-License-Identifier: Apache-2.0
#include "recorder.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/os/random.hpp"
#include "sallyport/record/seal.hpp"
#include "sallyport/supervisor/seal_helper.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds helper_limit = 120s;

base::Error failed(const std::string &path) {
    return base::fail(base::ErrorCode::Unavailable,
                      "record `" + path + "`: " + std::strerror(errno));
}

std::string tail_path(const std::string &base_path, std::uint64_t number) {
    return base_path + ".tail." + std::to_string(number);
}

base::Status check_room(const Core &core) {
    struct statvfs room {};
    const std::string path = core.prefix.records();
    if (::statvfs(path.c_str(), &room) != 0)
        return failed(path);
    const std::uint64_t free_bytes = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
    if (free_bytes < core.setup->config.record.free_floor_bytes)
        return base::fail(base::ErrorCode::Unavailable,
                          "records: only " + std::to_string(free_bytes) + " bytes are free");
    return base::success();
}

// The session's tail files that are left, in the order of their numbers.
base::Result<std::vector<std::string>> tail_files(const std::string &base_path) {
    const std::size_t slash = base_path.rfind('/');
    const std::string folder = base_path.substr(0, slash),
                      prefix = base_path.substr(slash + 1) + ".tail.";
    SALLYPORT_TRY(const auto names, os::list_directory(folder, ""));
    std::vector<std::pair<unsigned long, std::string>> numbered;
    for (const std::string &name : names)
        if (name.starts_with(prefix))
            numbered.emplace_back(std::strtoul(name.c_str() + prefix.size(), nullptr, 10),
                                  folder + '/' + name);
    std::sort(numbered.begin(), numbered.end());
    std::vector<std::string> paths;
    for (auto &[number, path] : numbered)
        paths.push_back(std::move(path));
    return paths;
}

base::Result<base::UniqueFd> create(const std::string &path) {
    base::UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    return fd ? base::Result<base::UniqueFd>(std::move(fd)) : failed(path);
}

base::Result<record::Hash> as_hash(const base::Bytes &bytes) {
    record::Hash hash{};
    if (bytes.size() != hash.size())
        return base::fail(base::ErrorCode::Internal, "a hash has the wrong size");
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
}

// One seal under way: helper process, its answer, the signature, the file.
class Sealing : public std::enable_shared_from_this<Sealing> {
  public:
    Sealing(Core &core, std::string path, model::SessionId session,
            std::function<void(base::Status)> done)
        : core_(core), path_(std::move(path)), session_(std::move(session)),
          done_(std::move(done)) {}

    void start() {
        const base::Status started = try_start();
        if (!started.ok())
            done_(started);
    }

  private:
    base::Status try_start() {
        SALLYPORT_TRY(auto ends, os::socket_pair());
        const std::string file = path_ + ".cast.zst";
        const base::UniqueFd frames(::open(file.c_str(), O_RDWR | O_CLOEXEC));
        if (!frames)
            return failed(file);
        os::Program program;
        program.path = os::program_directory() + "/sallyportd";
        program.arguments = {"--seal", core_.keys.seal_key_id};
        program.passed = {{ends.second.get(), 3}, {frames.get(), 4}};
        SALLYPORT_TRY(tails_, tail_files(path_));
        std::vector<base::UniqueFd> opened;
        const std::size_t first =
            tails_.size() > seal_helper_max_tails ? tails_.size() - seal_helper_max_tails : 0;
        for (std::size_t i = first; i < tails_.size(); ++i) {
            opened.emplace_back(::open(tails_[i].c_str(), O_RDONLY | O_CLOEXEC));
            if (!opened.back())
                return failed(tails_[i]);
            program.passed.emplace_back(
                opened.back().get(), seal_helper_first_tail + static_cast<int>(opened.size()) - 1);
        }
        SALLYPORT_TRY(child_, os::start(program));
        answer_ = std::move(ends.first);
        timer_ =
            core_.loop.after(helper_limit, [self = shared_from_this()] { self->child_.signal(9); });
        return core_.loop.watch(answer_.get(),
                                [self = shared_from_this()](os::Ready) { self->readable(); });
    }

    void readable() {
        char buffer[4096];
        const ssize_t got = ::read(answer_.get(), buffer, sizeof buffer);
        if (got > 0 && line_.size() < record::max_seal_bytes) {
            line_.append(buffer, static_cast<std::size_t>(got));
            return;
        }
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        const std::shared_ptr<Sealing> self =
            shared_from_this(); // forget() lets go of the last other owner
        core_.loop.forget(answer_.get());
        core_.loop.cancel(timer_);
        answer_.reset();
        child_.wait();
        walked();
    }

    void walked() {
        const auto seal = record::parse_seal_line(line_);
        if (!seal.ok() || seal->session != session_.text || seal->key_id != core_.keys.seal_key_id)
            return done_(base::invalid("record cannot be sealed: " +
                                       (seal.ok()       ? "of another session"
                                        : line_.empty() ? "the walk failed"
                                                        : base::printable(line_, 300))));
        core_.services.signer->ask<wire::SealAnswer>(
            wire::SealAsk{0, line_}, 10s,
            [self = shared_from_this()](base::Result<ipc::Caller::Reply<wire::SealAnswer>> answer) {
                self->done_(answer.ok() ? self->write(answer->message.signature)
                                        : base::Status(answer.error()));
            });
    }

    base::Status write(const base::Bytes &signature) {
        SALLYPORT_CHECK(os::write_atomically(path_ + ".seal", record::seal_file(line_, signature)));
        for (const std::string &tail : tails_)
            ::unlink(tail.c_str());
        return base::success();
    }

    Core &core_;
    std::string path_;
    model::SessionId session_;
    std::function<void(base::Status)> done_;
    os::Child child_;
    base::UniqueFd answer_;
    os::Loop::Timer timer_ = 0;
    std::string line_;
    std::vector<std::string> tails_;
};

} // namespace

base::Result<OpenedRecord> open_record(const Core &core, const model::SessionId &session) {
    SALLYPORT_CHECK(check_room(core));
    const base::WallTime now = core.clock.now();
    const std::string day = base::rfc3339(now).substr(0, 10); // yyyy-mm-dd
    OpenedRecord opened;
    opened.path =
        day.substr(0, 4) + '/' + day.substr(5, 2) + '/' + day.substr(8, 2) + '/' + session.text;
    const std::string whole = core.prefix.records() + '/' + opened.path;
    SALLYPORT_CHECK(os::make_directories(whole.substr(0, whole.rfind('/'))));
    record::Head head;
    SALLYPORT_TRY(const base::Bytes id, model::ulid_bytes(session.text));
    std::copy(id.begin(), id.end(), head.session.begin());
    head.start = now;
    SALLYPORT_TRY(const base::Bytes config, base::from_hex(core.setup->config_hash));
    SALLYPORT_TRY(head.config, as_hash(config));
    SALLYPORT_TRY(head.nonce, as_hash(os::random_bytes(32)));
    const base::Bytes bytes = record::encode_head(head);
    opened.head = base::Bytes(bytes.begin() + record::record_header_bytes, bytes.end());
    SALLYPORT_TRY(opened.frames, create(whole + ".cast.zst"));
    SALLYPORT_CHECK(os::write_all(opened.frames.get(), bytes));
    // Room for the end of the record, whatever else fills the disk; not every file system can do
    // it.
    const auto reserve = static_cast<off_t>(core.setup->config.record.reserve_bytes);
    if (reserve > 0 && ::fallocate(opened.frames.get(), FALLOC_FL_KEEP_SIZE, 0, reserve) != 0 &&
        errno == ENOSPC)
        return failed(whole);
    SALLYPORT_TRY(opened.tail, create(tail_path(whole, 1)));
    return opened;
}

base::Result<base::UniqueFd> open_tail(const Core &core, const std::string &path,
                                       std::uint64_t number) {
    SALLYPORT_CHECK(check_room(core));
    const std::string whole = core.prefix.records() + '/' + path;
    // What the tail before the last one held is in frames by now: two are enough for recovery.
    if (number > 2)
        ::unlink(tail_path(whole, number - 2).c_str());
    return create(tail_path(whole, number));
}

void seal_record(Core &core, const std::string &path, const model::SessionId &session,
                 std::function<void(base::Status)> done) {
    std::make_shared<Sealing>(core, core.prefix.records() + '/' + path, session, std::move(done))
        ->start();
}

} // namespace sallyport::supervisor
