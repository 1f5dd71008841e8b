// SPDX-License-Identifier: Apache-2.0
#include "sallyport/supervisor/setup.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/mask/rules.hpp"
#include "sallyport/os/files.hpp"

namespace sallyport::supervisor {
namespace {

class Reader {
  public:
    Reader(const Prefix &prefix, SetupResult &result) : prefix_(prefix), result_(result) {}

    // The text of a file, empty with a fault if it cannot be read. Everything read goes into the
    // configuration's hash.
    std::string read(const std::string &path) {
        auto text = os::read_text(path);
        if (!text.ok()) {
            fault(path, text.error().message);
            return {};
        }
        hash_.update(base::as_bytes(path + '\0' + std::to_string(text->size()) + '\0'));
        hash_.update(base::as_bytes(*text));
        return std::move(text).value();
    }
    void fault(const std::string &file, const std::string &message) {
        result_.faults.push_back({file, 0, 0, message});
    }
    void add(const std::vector<config::Fault> &faults) {
        result_.faults.insert(result_.faults.end(), faults.begin(), faults.end());
    }
    std::string hash() { return base::hex(hash_.finish()); }

    config::Config read_config() {
        auto loaded = config::parse_config(read(prefix_.config()), prefix_.config());
        add(loaded.faults);
        return std::move(loaded.value);
    }

    std::map<std::string, model::Target> read_targets() {
        std::vector<config::SourceFile> files;
        const auto names = os::list_directory(prefix_.targets(), ".toml");
        if (!names.ok()) {
            fault(prefix_.targets(), names.error().message);
            return {};
        }
        for (const std::string &name : *names)
            files.push_back({prefix_.targets() + "/" + name, read(prefix_.targets() + "/" + name)});
        auto loaded = config::parse_targets(files);
        add(loaded.faults);
        std::map<std::string, model::Target> targets;
        for (model::Target &target : loaded.value)
            targets.emplace(target.name, std::move(target));
        return targets;
    }

    std::shared_ptr<const policy::Policy> read_policy(const std::vector<std::string> &names) {
        std::vector<policy::File> files;
        files.reserve(names.size());
        for (const std::string &name : names)
            files.push_back(
                {prefix_.policies() + "/" + name, read(prefix_.policies() + "/" + name)});
        if (!result_.faults.empty())
            return nullptr;
        policy::Ports ports;
        ports.include = [this](std::string_view name) {
            return os::read_text(prefix_.policies() + "/" + std::string(name));
        };
        ports.zone = [](std::string_view zone) -> base::Result<base::Bytes> {
            SALLYPORT_TRY(const auto text,
                          os::read_text("/usr/share/zoneinfo/" + std::string(zone), 64 * 1024));
            return base::to_bytes(text);
        };
        ports.digest = [](std::string_view text) {
            return base::hex(crypto::sha256(base::as_bytes(text)));
        };
        policy::Loaded loaded = policy::Policy::load(files, ports);
        for (const policy::Fault &fault : loaded.faults)
            result_.faults.push_back({fault.file, fault.line, fault.column, fault.message});
        return loaded.policy ? std::make_shared<const policy::Policy>(std::move(*loaded.policy))
                             : nullptr;
    }

    base::Bytes read_mask_rules() {
        const std::string path = prefix_.mask_rules();
        const std::string text = read(path);
        const auto rules = mask::parse_rules(text);
        if (!rules.ok()) {
            fault(path, rules.error().message);
            return {};
        }
        auto image = mask::compile(*rules);
        if (!image.ok())
            fault(path, image.error().message);
        return image.ok() ? std::move(image).value() : base::Bytes();
    }

  private:
    const Prefix &prefix_;
    SetupResult &result_;
    crypto::Sha256 hash_;
};

} // namespace

SetupResult load_setup(const Prefix &prefix) {
    SetupResult result;
    Reader reader(prefix, result);
    auto setup = std::make_shared<Setup>();
    setup->config = reader.read_config();
    setup->targets = reader.read_targets();
    setup->mask_database = reader.read_mask_rules();
    setup->policy = reader.read_policy(setup->config.policy_files);
    setup->config_hash = reader.hash();
    if (result.faults.empty() && setup->policy)
        result.setup = std::move(setup);
    return result;
}

std::vector<std::string> configured_policies(const Prefix &prefix) {
    std::vector<std::string> paths;
    const auto text = os::read_text(prefix.config());
    if (text.ok())
        for (const std::string &name :
             config::parse_config(*text, prefix.config()).value.policy_files)
            paths.push_back(prefix.policies() + "/" + name);
    return paths;
}

} // namespace sallyport::supervisor
