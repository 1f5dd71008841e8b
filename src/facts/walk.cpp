// SPDX-License-Identifier: Apache-2.0
// The walk over compound commands. Branches are joined, loops are walked twice: first to learn
// which names they assign, then with those names as holes.
#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::ContextFlag;
using model::OpaqueReason;

constexpr std::size_t max_steps_per_command = 64; // bounds the walk whatever functions call
// Markers among the names that a loop assigns.
constexpr std::string_view assigned_cwd = "/cwd", assigned_positional = "@", assigned_any = "*";

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

// Something put together from parts that the walk could not follow is run by a shell.
bool runs_unknown(const model::CommandFacts &facts) {
    const auto unknown = [](const std::vector<model::Opaque> &list) {
        return std::any_of(list.begin(), list.end(), [](const model::Opaque &opaque) {
            return opaque.reason == OpaqueReason::HoleCommand ||
                   opaque.reason == OpaqueReason::GlobCommand ||
                   opaque.reason == OpaqueReason::EvalHole ||
                   opaque.reason == OpaqueReason::ArithEval ||
                   opaque.reason == OpaqueReason::OverLimit;
        });
    };
    return unknown(facts.opaque) ||
           std::any_of(facts.commands.begin(), facts.commands.end(),
                       [&](const model::Command &command) { return unknown(command.opaque); });
}
} // namespace

void Scene::in(ContextFlag flag) {
    if (std::find(context.begin(), context.end(), flag) == context.end())
        context.push_back(flag);
}

model::CommandFacts Judge::derive(const shell::Unit &unit) {
    facts_.dialect = unit.dialect;
    facts_.state = unit.state;
    facts_.error = unit.error;
    facts_.bytes = static_cast<std::uint32_t>(text_.size());
    facts_.notices = unit.notices;
    if (unit.state != model::ParseState::Ok)
        return std::move(facts_);
    Scene scene;
    scene.dialect = unit.dialect;
    scene.unit = &unit;
    if (session_.input)
        scene.input = Input::of(*session_.input);
    Environment env = start(scene);
    list(unit.body, env, scene);
    std::sort(facts_.programs.begin(), facts_.programs.end());
    facts_.programs.erase(std::unique(facts_.programs.begin(), facts_.programs.end()),
                          facts_.programs.end());
    follow_links();
    ran_.unknown = runs_unknown(facts_);
    facts_.constants = constant_spans(unit, text_, knowledge_, ran_);
    return std::move(facts_);
}

Environment Judge::start(Scene &scene) {
    Environment env;
    env.cwd = session_.cwd;
    env.aliases = {session_.aliases.begin(), session_.aliases.end()};
    for (const auto &[name, value] : session_.variables) {
        env.variables[name] = known(constant(value));
        env.variables[name].exported = true;
    }
    for (const auto &[name, definition] : session_.functions) {
        units_.push_back(shell::parse(definition, scene.dialect));
        const shell::Unit &unit = units_.back();
        const shell::Function *function = nullptr;
        if (unit.state == model::ParseState::Ok && unit.body.items.size() == 1)
            function = std::get_if<shell::Function>(&unit.body.items[0].command.value);
        if (function == nullptr || function->body.size() != 1) {
            env.rebound.insert(name); // its meaning is not known
            continue;
        }
        env.functions[name] = FunctionSet{{{&function->body[0], &unit}}, false};
    }
    return env;
}

bool Judge::step() {
    if (facts_.state == model::ParseState::OverLimit)
        return false;
    if (++steps_ > command_limit_ * max_steps_per_command) {
        over_limit("too many steps");
        return false;
    }
    return true;
}

void Judge::assigned(std::string_view name, bool number) {
    for (auto *names : trackers_) {
        const auto [at, fresh] = names->try_emplace(std::string(name), number);
        if (!fresh)
            at->second = at->second && number;
    }
}

namespace {
// What a loop may have put there by a later round; the attributes of the name stay.
void forget_value(Environment &env, const std::string &name, bool number) {
    const Variable old = env.find(name);
    Variable &variable = env.variables[name];
    variable = number && numeric(old) ? number_hole() : Variable{};
    variable.associative = old.associative;
    variable.integer = old.integer;
    variable.exported = old.exported;
}
} // namespace

template <typename Body>
void Judge::repeat(Environment &env, const Body &body) {
    Assigned names;
    {
        trackers_.push_back(&names);
        ++dry_;
        Environment first = env;
        body(first);
        --dry_;
        trackers_.pop_back();
        for (const auto &[name, functions] : first.functions) {
            if (env.functions.count(name) == 0)
                env.functions[name] = FunctionSet{functions.bodies, true};
        }
        env.fresh_aliases = first.fresh_aliases;
        env.rebound = first.rebound;
        env.splitting_changed = first.splitting_changed;
        env.any_case = first.any_case;
        env.changing = first.changing;
        if (first.code)
            env.code = first.code;
    }
    if (names.count(assigned_any) != 0)
        env.forget_all();
    for (const auto &[name, number] : names) {
        if (name == assigned_cwd)
            env.cwd.reset();
        else if (name == assigned_positional)
            env.positional.reset();
        else
            forget_value(env, name, number);
    }
    const Environment before = env;
    body(env);
    env = join(before, env);
}

void Judge::list(const shell::List &list, Environment &env, const Scene &scene) {
    for (const shell::Item &item : list.items) {
        if (item.separator == shell::Separator::Background) {
            Environment aside = env;
            Scene apart = scene;
            apart.in(ContextFlag::Background);
            apart.keeps_shell = false;
            node(item.command, aside, apart);
            continue;
        }
        const auto cwd = env.cwd;
        node(item.command, env, scene);
        if (env.cwd != cwd) // a `cd` may fail, and what follows runs all the same
            env.cwd.reset();
    }
}

void Judge::node(const shell::Node &node, Environment &env, const Scene &scene) {
    const Nesting nested(nesting_);
    if (!step())
        return;
    if (nesting_ > max_nesting) {
        over_limit("nested too deep");
        return;
    }
    if (std::holds_alternative<shell::Simple>(node.value) || node.redirects.empty()) {
        bare(node, env, scene);
        return;
    }
    if (std::holds_alternative<shell::Function>(node.value)) { // they apply at each call
        bare(node, env, scene);
        return;
    }
    const Redirected redirected = redirects(node.redirects, env, scene);
    Scene inside = scene;
    if (redirected.has_input)
        inside.input = redirected.input;
    redirection_only(redirected, scene, node.where);
    bare(node, env, inside);
}

void Judge::bare(const shell::Node &node, Environment &env, const Scene &scene) {
    std::visit(Overloaded{
                   [&](const shell::Simple &value) { simple(value, node, env, scene); },
                   [&](const shell::Pipeline &value) { pipeline(value, env, scene); },
                   [&](const shell::AndOr &value) { and_or(value, env, scene); },
                   [&](const shell::Group &value) { list(value.body, env, scene); },
                   [&](const shell::Subshell &value) {
                       Environment inside = env;
                       Scene apart = scene;
                       apart.in(ContextFlag::Subshell);
                       apart.keeps_shell = false;
                       list(value.body, inside, apart);
                   },
                   [&](const shell::If &value) { branches(value, env, scene); },
                   [&](const shell::Loop &value) { loop(value, env, scene); },
                   [&](const shell::For &value) { for_each(value, env, scene); },
                   [&](const shell::ArithmeticFor &value) {
                       arithmetic_for(value, env, scene, node.where);
                   },
                   [&](const shell::Case &value) { choose(value, env, scene); },
                   [&](const shell::Function &value) { define(value, env, scene, node.where); },
                   [&](const shell::ArithmeticCommand &value) {
                       arithmetic(value.expression, env, scene, node.where);
                   },
                   [&](const shell::Test &value) { test(value, env, scene, node.where); },
                   [&](const shell::Coproc &value) { coproc(value, env, scene); },
                   [&](const shell::Unsupported &value) {
                       opaque_unit(scene, OpaqueReason::UnsupportedSyntax, node.where,
                                   value.reason);
                       env.forget_all();
                       assigned(assigned_any);
                   },
               },
               node.value);
}

void Judge::pipeline(const shell::Pipeline &pipe, Environment &env, const Scene &scene) {
    if (pipe.commands.size() == 1) {
        const Environment before = env;
        node(pipe.commands[0], env, scene);
        if (pipe.timed && scene.dialect != model::Dialect::Bash) // zsh times a process of its own
            env = join(before, env);
        return;
    }
    Scene part = scene;
    part.in(ContextFlag::Pipeline);
    for (std::size_t i = 0; i < pipe.commands.size(); ++i) {
        const bool last = i + 1 == pipe.commands.size();
        part.output_piped = !last || scene.output_piped;
        Environment inside = env;
        std::optional<std::string> output;
        if (!last)
            output = constant_output(pipe.commands[i], inside, part);
        // The last part of a zsh pipeline is the shell itself.
        const bool in_shell = last && (scene.dialect == model::Dialect::Zsh ||
                                       scene.dialect == model::Dialect::Unknown);
        part.keeps_shell = in_shell && scene.keeps_shell;
        node(pipe.commands[i], inside, part);
        if (in_shell)
            env = scene.dialect == model::Dialect::Zsh ? inside : join(env, inside);
        part.input = output ? Input::of(*output) : Input::unknown();
    }
}

void Judge::and_or(const shell::AndOr &chain, Environment &env, const Scene &scene) {
    for (std::size_t i = 0; i < chain.commands.size(); ++i) {
        if (i == 0) {
            node(chain.commands[i], env, scene);
            continue;
        }
        Scene inside = scene;
        inside.in(ContextFlag::Conditional);
        Environment taken = env;
        node(chain.commands[i], taken, inside);
        env = join(env, taken);
    }
}

void Judge::branches(const shell::If &branches, Environment &env, const Scene &scene) {
    Scene inside = scene;
    inside.in(ContextFlag::Conditional);
    std::vector<Environment> ends;
    for (const shell::Branch &branch : branches.branches) {
        list(branch.condition, env, scene);
        Environment taken = env;
        list(branch.body, taken, inside);
        ends.push_back(std::move(taken));
    }
    if (branches.otherwise)
        list(*branches.otherwise, env, inside);
    for (const Environment &end : ends)
        env = join(env, end);
}

void Judge::loop(const shell::Loop &loop, Environment &env, const Scene &scene) {
    Scene inside = scene;
    inside.in(ContextFlag::Loop);
    inside.input = inside.input.shared();
    repeat(env, [&](Environment &round) {
        list(loop.condition, round, inside);
        list(loop.body, round, inside);
    });
}

void Judge::for_each(const shell::For &loop, Environment &env, const Scene &scene) {
    Variable item;
    Words words;
    bool several = false;
    if (loop.has_words) {
        for (const shell::Word &word : loop.words) {
            const auto found = fields(word, env, scene);
            several = several || found.size() != 1;
            if (!found.empty())
                words.insert(words.end(), found[0].begin(), found[0].end());
        }
    } else if (env.positional) {
        words = *env.positional;
    } else {
        several = true;
    }
    const bool literal =
        std::all_of(words.begin(), words.end(), [](const auto &word) { return word.literal(); });
    if (!several && literal && !words.empty() && words.size() <= max_alternatives) {
        item.hole = false;
        for (const model::FactWord &word : words)
            item.values.push_back(constant(word.text()));
    }
    watch(loop.name, item, env, scene, {}, nullptr);
    Scene inside = scene;
    inside.in(ContextFlag::Loop);
    inside.input = inside.input.shared();
    const auto reference = env.variables.find(loop.name);
    if (reference != env.variables.end() && !reference->second.refers_to.empty()) {
        env.changing.insert("*"); // each round it refers to another variable
        refers_anywhere(loop.name, env, scene, {});
    }
    repeat(env, [&](Environment &round) {
        set(round, loop.name, item);
        if (loop.select) {
            watch("REPLY", Variable{}, round, scene, {}, nullptr);
            set(round, "REPLY", Variable{});
        }
        list(loop.body, round, inside);
    });
}

void Judge::arithmetic_for(const shell::ArithmeticFor &loop, Environment &env, const Scene &scene,
                           model::Span where) {
    arithmetic(loop.initial, env, scene, where);
    Scene inside = scene;
    inside.in(ContextFlag::Loop);
    repeat(env, [&](Environment &round) {
        arithmetic(loop.condition, round, inside, where);
        list(loop.body, round, inside);
        arithmetic(loop.step, round, inside, where);
    });
}

void Judge::choose(const shell::Case &choice, Environment &env, const Scene &scene) {
    (void)value_of(choice.subject, env, scene);
    Scene inside = scene;
    inside.in(ContextFlag::Conditional);
    std::vector<Environment> ends;
    Environment falling = env;
    for (const shell::CaseItem &item : choice.items) {
        for (const shell::Word &pattern : item.patterns)
            (void)value_of(pattern, env, scene);
        Environment taken = join(env, falling); // `;&` comes from the item before
        list(item.body, taken, inside);
        falling = taken;
        ends.push_back(std::move(taken));
    }
    for (const Environment &end : ends)
        env = join(env, end);
}

void Judge::define(const shell::Function &function, Environment &env, const Scene &scene,
                   model::Span where) {
    if (function.body.size() != 1)
        return;
    if (protected_name(function.name))
        guard_break(scene, where, function.name);
    env.functions[function.name] = FunctionSet{{{&function.body[0], scene.unit}}, false};
    if (scene.calls >= max_call_depth)
        return;
    // It may be called by a later text, whatever the variables hold then.
    Environment later = env;
    later.forget_all();
    Scene inside = scene;
    inside.in(ContextFlag::Function);
    inside.input = Input::unknown();
    inside.calls = max_call_depth; // calls are judged where they are made
    if (is_hook(function.name))
        may_run_any_time(env, [&](Environment &any) { node(function.body[0], any, inside); });
    else
        node(function.body[0], later, inside);
}

void Judge::test(const shell::Test &test, Environment &env, const Scene &scene, model::Span where) {
    static constexpr std::array<std::string_view, 6> numeric{"-eq", "-ne", "-lt",
                                                             "-le", "-gt", "-ge"};
    for (const shell::TestTerm &term : test.terms) {
        const bool number = std::find(numeric.begin(), numeric.end(), term.op) != numeric.end();
        for (const shell::Word &word : term.operands) {
            const Variable value = value_of(word, env, scene);
            if (!number && term.op != "-v")
                continue;
            if (value.hole && !value.number)
                evaluated(hole_word("", false), env, scene, where);
            for (const Constant &item : value.values) {
                const auto text =
                    model::literal_word(item.items.empty() ? "" : item.items[0].second);
                if (number)
                    evaluated(text, env, scene, where);
                else
                    subscript_text(text, env, scene, where);
            }
        }
    }
}

void Judge::coproc(const shell::Coproc &coproc, Environment &env, const Scene &scene) {
    if (coproc.body.size() != 1)
        return;
    Scene apart = scene;
    apart.in(ContextFlag::Background);
    apart.input = Input::unknown();
    apart.keeps_shell = false;
    Environment inside = env;
    node(coproc.body[0], inside, apart);
    const std::string name = coproc.name.empty() ? "COPROC" : coproc.name;
    for (const std::string &made : {name, name + "_PID"}) {
        watch(made, number_hole(), env, scene, coproc.body[0].where, nullptr);
        set(env, made, Variable{});
    }
}

// ---- what is found ------------------------------------------------------------------------------

model::Span Judge::span(const Scene &scene, model::Span where) const {
    return scene.where ? *scene.where : where;
}

std::size_t Judge::reserve() {
    if (dry_ != 0)
        return 0;
    if (facts_.commands.size() >= command_limit_) {
        over_limit("more than " + std::to_string(command_limit_) + " commands");
        return 0;
    }
    facts_.commands.emplace_back();
    return facts_.commands.size(); // one more than its index; 0 is nowhere
}

void Judge::emit(std::size_t slot, model::Command command) {
    if (slot == 0)
        return;
    std::sort(command.effects.begin(), command.effects.end());
    command.effects.erase(std::unique(command.effects.begin(), command.effects.end()),
                          command.effects.end());
    facts_.commands[slot - 1] = std::move(command);
}

void Judge::opaque(model::Command &command, OpaqueReason reason, std::string note) const {
    for (const model::Opaque &found : command.opaque) {
        if (found.reason == reason && found.note == note)
            return;
    }
    command.opaque.push_back({reason, command.where, std::move(note)});
}

void Judge::opaque_unit(const Scene &scene, OpaqueReason reason, model::Span where,
                        std::string note) {
    if (dry_ != 0)
        return;
    const model::Opaque found{reason, span(scene, where), std::move(note)};
    if (std::find(facts_.opaque.begin(), facts_.opaque.end(), found) == facts_.opaque.end())
        facts_.opaque.push_back(found);
}

void Judge::over_limit(std::string note) {
    if (facts_.state == model::ParseState::OverLimit)
        return;
    facts_.state = model::ParseState::OverLimit;
    facts_.opaque.push_back({OpaqueReason::OverLimit, {}, std::move(note)});
}

void Judge::effect(model::Command &command, model::Effect effect) const {
    command.effects.push_back(effect);
}

void Judge::ran(const model::FactWord &word, bool is_name) {
    for (const model::WordPart &part : word.parts) {
        if (part.kind != model::WordPartKind::Literal || part.text.empty())
            continue;
        if (is_name && word.literal())
            ran_.names.insert(part.text);
        else
            ran_.texts.insert(part.text);
    }
}

// A command that only redirects: `> f` is `: > f`.
void Judge::redirection_only(const Redirected &redirected, const Scene &scene, model::Span where) {
    if (redirected.effects.empty())
        return;
    model::Command command;
    command.where = span(scene, where);
    command.context = scene.context;
    command.via = scene.via;
    command.as = scene.as;
    command.as_name = scene.as_name;
    command.place = scene.place;
    command.place_name = scene.place_name;
    command.name = model::literal_word(":");
    command.known = true;
    command.argv = {command.name};
    apply(redirected, command);
    emit(reserve(), std::move(command));
}

model::CommandFacts derive(const shell::Unit &unit, std::string_view text,
                           const Knowledge &knowledge, const SessionState &session,
                           std::size_t command_limit) {
    return Judge(text, knowledge, session, command_limit).derive(unit);
}

model::CommandFacts judge_text(std::string_view text, model::Dialect dialect,
                               model::ActionKind kind, const Knowledge &knowledge,
                               const SessionState &session) {
    const bool script = kind == model::ActionKind::Script;
    shell::Limits limits = script ? shell::script_limits() : shell::Limits{};
    if (kind == model::ActionKind::Line) // a start-up file may have switched them on
        limits.extended_globs = shell::ExtendedGlobs::Unknown;
    return derive(shell::parse(text, dialect, limits), text, knowledge, session,
                  script ? max_script_commands : max_commands);
}

} // namespace sallyport::facts
