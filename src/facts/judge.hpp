// SPDX-License-Identifier: Apache-2.0
// One judgement: the walk over the tree (walk.cpp), the folding of words (expand.cpp), the shell's
// own commands (builtins.cpp) and the opening of programs (open.cpp) call each other, since a text
// may hold commands and a command may hold texts. One object a unit; not shared between threads.
#pragma once
#include "constants.hpp"
#include "entry.hpp"
#include "environment.hpp"
#include "options.hpp"
#include "paths.hpp"
#include "rows.hpp"

#include "sallyport/facts/facts.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::facts {

using Words = std::vector<model::FactWord>;

// What stands on standard input. Copies are the same input: what one command takes from it is gone
// for all.
struct Input {
    enum class From : std::uint8_t { Session, Unknown, Text };
    From from = From::Session;
    std::string text;            // with From::Text
    bool script = false;         // a shell reads its own text from here, a line at a time
    std::shared_ptr<bool> taken; // with From::Text: a command may have taken a part

    static Input of(std::string text) {
        return {From::Text, std::move(text), false, std::make_shared<bool>(false)};
    }
    static Input unknown() { return {From::Unknown, {}, false, nullptr}; }
    // For a body that runs again and again: nobody in it reads the whole.
    Input shared() const {
        return from == From::Text ? Input{From::Unknown, {}, script, taken} : *this;
    }
    // Whoever reads it now reads exactly `text`.
    bool whole() const { return from == From::Text && !*taken; }
};

// Around a command: who runs it, where, inside what.
struct Scene {
    std::vector<model::Via> via;
    model::AccountKind as = model::AccountKind::Same;
    std::string as_name;
    model::PlaceKind place = model::PlaceKind::Here;
    std::string place_name;
    std::vector<model::ContextFlag> context;
    Input input;
    model::Dialect dialect = model::Dialect::Bash;
    const shell::Unit *unit = nullptr;
    std::optional<model::Span> where; // of the text that is parsed again; nothing: the unit itself
    std::size_t depth = 0;            // wrappers and second parses
    std::size_t calls = 0;            // functions in functions
    bool outer = true;                // the shell of the unit resolves names itself
    bool output_piped = false;
    bool skip_functions = false; // command, builtin, exec, a wrapper
    bool direct = true;          // the shell itself looks the name up: builtins count
    bool builtin_done = false;   // the builtin was walked; the knowledge only adds effects
    bool keeps_shell = true;     // an assignment here lasts for the rest of the text

    void in(model::ContextFlag flag);
};

struct Piece { // a folded part of a word
    enum class Kind : std::uint8_t { Text, Glob, Hole, Break };
    Kind kind = Kind::Text;
    std::string text;
    bool quoted = false;
    bool split = false; // from an expansion: to be split and globbed where the dialect does
};
using Pieces = std::vector<Piece>;
using Choices = std::vector<Pieces>; // alternatives of one word

// Names that a loop assigns, and whether only numbers were assigned.
using Assigned = std::map<std::string, bool, std::less<>>;

inline constexpr std::size_t max_nesting = 256; // nodes within nodes, all texts together

class Nesting { // counts how deep the walk is
  public:
    explicit Nesting(std::size_t &depth) : depth_(depth) { ++depth_; }
    ~Nesting() { --depth_; }
    Nesting(const Nesting &) = delete;
    Nesting &operator=(const Nesting &) = delete;

  private:
    std::size_t &depth_;
};

struct Link { // a name that the text gave to something that is there
    model::PathPattern name, target;
    bool operator==(const Link &) const = default;
};

class Judge {
  public:
    Judge(std::string_view text, const Knowledge &knowledge, const SessionState &session,
          std::size_t command_limit)
        : text_(text), knowledge_(knowledge), session_(session), command_limit_(command_limit) {}

    model::CommandFacts derive(const shell::Unit &unit);

  private:
    struct Redirected {
        Input input;
        bool has_input = false, output = false;
        bool empties = false; // a file that is opened for writing loses what it held
        std::vector<model::PathPattern> reads, writes;
        std::vector<model::Effect> effects;
        std::vector<model::NetSink> net;                          // /dev/tcp and /dev/udp
        std::vector<std::pair<std::uint32_t, std::string>> texts; // descriptors with known text
    };

    // walk.cpp
    Environment start(Scene &scene);
    void take_input(const Scene &scene, model::Command &command);
    bool leaves_input(const model::Command &command, const Scene &scene) const;
    void list(const shell::List &list, Environment &env, const Scene &scene);
    void node(const shell::Node &node, Environment &env, const Scene &scene);
    void bare(const shell::Node &node, Environment &env, const Scene &scene);
    void pipeline(const shell::Pipeline &pipe, Environment &env, const Scene &scene);
    void and_or(const shell::AndOr &chain, Environment &env, const Scene &scene);
    void branches(const shell::If &branches, Environment &env, const Scene &scene);
    void loop(const shell::Loop &loop, Environment &env, const Scene &scene);
    void for_each(const shell::For &loop, Environment &env, const Scene &scene);
    void arithmetic_for(const shell::ArithmeticFor &loop, Environment &env, const Scene &scene,
                        model::Span where);
    void choose(const shell::Case &choice, Environment &env, const Scene &scene);
    void define(const shell::Function &function, Environment &env, const Scene &scene,
                model::Span where);
    void test(const shell::Test &test, Environment &env, const Scene &scene, model::Span where);
    void coproc(const shell::Coproc &coproc, Environment &env, const Scene &scene);
    template <typename Body>
    void repeat(Environment &env, const Body &body);
    void assigned(std::string_view name, bool number = false);

    // simple.cpp
    void simple(const shell::Simple &simple, const shell::Node &node, Environment &env,
                const Scene &scene);
    void assign(const shell::Assignment &assignment, Environment &env, const Scene &scene,
                model::Command *command);
    Variable assigned_value(const shell::Assignment &assignment, Environment &env,
                            const Scene &scene);
    Constant array_value(const shell::ArrayValue &array, Environment &env, const Scene &scene,
                         bool &hole);
    void set(Environment &env, std::string_view name, Variable variable);
    void assigning(std::string_view name, const Variable &value, Environment &env,
                   const Scene &scene, model::Span where);
    void watch(std::string_view name, const Variable &value, Environment &env, const Scene &scene,
               model::Span where, model::Command *command);
    Redirected redirects(const std::vector<shell::Redirect> &list, Environment &env,
                         const Scene &scene);
    void here_document(const shell::Redirect &redirect, Environment &env, const Scene &scene,
                       Redirected &out);
    void redirect_to(const shell::Redirect &redirect, const model::FactWord &target,
                     const Environment &env, Redirected &out);
    bool redirect_to_network(const shell::Redirect &redirect, const model::FactWord &target,
                             Redirected &out) const;
    void add_write(const model::PathPattern &path, std::vector<model::PathPattern> &writes,
                   std::vector<model::Effect> &effects) const;
    void restore(const std::vector<shell::Assignment> &assignments, const Environment &before,
                 bool lasts, Environment &after) const;
    std::optional<std::string> known_output(const std::string &name, std::vector<std::string> words,
                                            const Redirected &redirected) const;
    void guard_redirect(const shell::Redirect &redirect, const Scene &scene);
    void apply(const Redirected &redirected, model::Command &command);
    void note_made(const std::vector<shell::Word> &words, const std::vector<Words> &choices);
    std::vector<Words> alternatives(const std::vector<shell::Word> &words, Environment &env,
                                    const Scene &scene);
    std::optional<std::string> constant_output(const shell::List &list, Environment &env,
                                               const Scene &scene);
    std::optional<std::string> constant_output(const shell::Node &node, Environment &env,
                                               const Scene &scene);

    // expand.cpp
    std::vector<Words> fields(const shell::Word &word, Environment &env, const Scene &scene);
    Variable value_of(const shell::Word &word, Environment &env, const Scene &scene);
    Choices expand(const std::vector<const shell::Part *> &parts, bool quoted, Environment &env,
                   const Scene &scene);
    Choices expand(const std::vector<shell::Part> &parts, bool quoted, Environment &env,
                   const Scene &scene);
    Choices expand(const shell::Part &part, bool quoted, Environment &env, const Scene &scene);
    Choices substitution(const shell::CommandSubstitution &substitution, bool quoted,
                         Environment &env, const Scene &scene);
    std::vector<std::vector<const shell::Part *>> braces(const std::vector<shell::Part> &parts,
                                                         bool &overflow);
    void expand_all(const std::vector<shell::Part> &parts, Environment &env, const Scene &scene);
    Choices expand_quoted(const shell::DoubleQuoted &value, Environment &env, const Scene &scene);
    Variable value_of(const Choices &choices) const;
    Words split(const Pieces &pieces, const Environment &env, const Scene &scene) const;
    const shell::Part *made(std::string text, model::Span where);

    // parameter.cpp
    Choices parameter(const shell::Parameter &parameter, bool quoted, Environment &env,
                      const Scene &scene, model::Span where);
    Choices positional(const shell::Parameter &parameter, bool quoted,
                       const Environment &env) const;
    std::optional<std::vector<Constant>> values(const shell::Parameter &parameter, Environment &env,
                                                const Scene &scene, model::Span where);
    std::optional<Constant> element(const shell::Parameter &parameter, const Constant &value,
                                    Environment &env, const Scene &scene);
    Pieces pieces(const Constant &value, const shell::Parameter &parameter, bool quoted) const;
    std::optional<std::string> operated(const shell::Parameter &parameter, const std::string &value,
                                        const std::vector<Variable> &arguments) const;
    Choices defaulted(const shell::Parameter &parameter, bool quoted, Environment &env,
                      const Scene &scene, model::Span where);

    // arithmetic.cpp
    void arithmetic(const shell::ArithmeticExpansion &expression, Environment &env,
                    const Scene &scene, model::Span where);
    void evaluated(std::string_view text, Environment &env, const Scene &scene, model::Span where,
                   std::size_t depth = 0);
    void evaluated(const model::FactWord &word, Environment &env, const Scene &scene,
                   model::Span where);
    void subscript_text(const model::FactWord &word, Environment &env, const Scene &scene,
                        model::Span where);
    void double_quoted_text(std::string_view text, Environment &env, const Scene &scene,
                            model::Span where);
    void prompt_text(const std::string &text, Environment &env, const Scene &scene,
                     model::Span where);

    // texts.cpp
    void parse_again(std::string text, model::Dialect dialect, Environment &env, Scene scene,
                     model::Span where);
    void run_text(const model::FactWord &word, ShellName shell, Environment &env,
                  const Scene &scene, model::Span where, std::optional<Words> positional = {});
    void run_words(const Words &words, ShellName shell, bool escape, Environment &env,
                   const Scene &scene, model::Span where);
    void text_in(const std::string &text, ShellName shell, Environment &env, const Scene &scene,
                 model::Span where, std::optional<Words> positional);
    void standard_input(ShellName shell, Environment &env, const Scene &scene,
                        model::Command &command, std::optional<Words> positional = {});
    model::Dialect dialect_of(ShellName shell, const Scene &scene) const;
    Environment child(const Environment &env) const;

    // builtins.cpp
    bool builtin(const Words &argv, Environment &env, Scene &scene, model::Command &command);
    void change_directory(const Words &argv, Environment &env);
    void declare(const Words &argv, Environment &env, const Scene &scene, model::Command &command);
    void read_into(const Words &argv, Environment &env, const Scene &scene,
                   model::Command &command);
    void print_into(const Words &argv, Environment &env, const Scene &scene,
                    model::Command &command);
    void set_options(const Words &argv, Environment &env, const Scene &scene,
                     model::Command &command);
    void source(const Words &argv, Environment &env, const Scene &scene, model::Command &command);
    void becomes_integer(const std::string &name, Environment &env, const Scene &scene,
                         model::Span where);
    void refers_anywhere(const std::string &name, Environment &env, const Scene &scene,
                         model::Span where);
    void reference_to(const std::string &name, const model::FactWord &goal, Environment &env,
                      const Scene &scene, model::Command &command);
    void rebind(const Words &argv, Environment &env, const Scene &scene, model::Command &command);
    void trap(const Words &argv, Environment &env, const Scene &scene, model::Command &command);
    void wait(const Words &argv, Environment &env, const Scene &scene, model::Span where);
    void test_operands(const Words &argv, Environment &env, const Scene &scene, model::Span where);
    void forget(const Words &argv, Environment &env, const Scene &scene, model::Command &command);
    bool call(const Words &argv, Environment &env, const Scene &scene, model::Span where);
    bool is_builtin(std::string_view name, const Scene &scene) const;

    // open.cpp
    void command(Words argv, Environment &env, Scene scene, model::Span where,
                 const Redirected &redirected, const std::vector<shell::Assignment> &prefix);
    void resolve(const Words &argv, Environment &env, Scene &scene, model::Span where,
                 model::Command &command);
    bool renamed(const Words &argv, Environment &env, const Scene &scene, model::Span where,
                 model::Command &command);
    void program(const Entry &entry, const Words &argv, Environment &env, const Scene &scene,
                 model::Command &command, std::size_t redirections);
    void name(const Words &argv, const Environment &env, const Scene &scene,
              model::Command &command);
    void note_program(const std::string &name);
    void record_options(const Entry &entry, const Parsed &parsed, model::Command &command);
    void unknown_options(const Entry &entry, const Parsed &parsed, bool safe,
                         model::Command &command);
    model::OpaqueReason reason_of(const Entry &entry) const;
    void static_effects(const Entry &entry, model::Command &command) const;
    void effects(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows,
                 bool safe, bool has_inner, const Scene &scene, model::Command &command);
    void account(const Entry &entry, const Parsed &parsed, Scene &scene);
    void place(const Entry &entry, const Parsed &parsed, Scene &scene);
    void sinks(const Entry &entry, const Parsed &parsed, model::Command &command) const;
    model::Command framed(const Scene &scene, model::Span where) const;

    // reach.cpp
    Words selected(const Selector &selector, const Parsed &parsed, const Words &argv) const;
    void paths(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows,
               const Words &argv, bool safe, const Environment &env, model::Command &command);
    void texts(const Entry &entry, const Parsed &parsed, const Words &argv,
               const std::vector<MatchedRow> &rows, Environment &env, const Scene &scene,
               model::Command &command);
    void sql_text(std::string_view text, Environment &env, const Scene &scene,
                  model::Command &command);
    void program_text(const Entry &entry, const Parsed &parsed,
                      const std::optional<std::string> &cwd, model::Command &command);

    // hooks.cpp
    void may_run_any_time(Environment &env, const std::function<void(Environment &)> &body);

    // links.cpp
    model::PathPattern reached(const model::FactWord &word,
                               const std::optional<std::string> &cwd) const;
    void note_link(const model::FactWord &target, const model::PathPattern &name,
                   const std::optional<std::string> &cwd);
    void note_links(const Entry &entry, const Parsed &parsed, const Environment &env);
    void follow_links();

    // inner.cpp
    bool inner_of(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows,
                  const Words &argv, bool safe, Environment &env, Scene &scene,
                  model::Command &command);
    bool operands_inner(const Inner &inner, const Entry &entry, const Parsed &parsed,
                        const Words &argv, std::size_t skip, Environment &env, const Scene &scene,
                        model::Command &command);
    bool option_inner(const Entry &entry, const Parsed &parsed, Environment &env,
                      const Scene &scene, model::Command &command);
    bool option_text(const Inner &inner, const model::FactWord &value, const Parsed &parsed,
                     Environment &env, const Scene &scene, model::Command &command);
    bool program_value(const model::FactWord &value, Environment &env, const Scene &scene,
                       model::Command &command);
    bool setting(const Inner &inner, std::string_view text, Environment &env, const Scene &scene,
                 model::Command &command);
    bool split_string(const model::FactWord &value, const Parsed &parsed, Environment &env,
                      const Scene &scene, model::Command &command);
    void run_argv(Words argv, Environment &env, const Scene &scene, model::Command &command);
    void wrapper_environment(const Parsed &parsed, Environment &env, const Scene &scene,
                             model::Command &command);
    bool after_first_word(const Entry &entry, Environment &env, const Scene &scene,
                          model::Command &command);
    bool no_inner(const Entry &entry, model::Command &command) const;
    bool has_shell_option(const model::Command &command) const;
    bool interactive(Environment &env, const Scene &scene, model::Command &command);

    // programs.cpp
    bool shell_program(const Entry &entry, const Parsed &parsed, Environment &env, Scene &scene,
                       model::Command &command);
    bool su_program(const Parsed &parsed, Environment &env, const Scene &scene,
                    model::Command &command);
    bool find_program(const Entry &entry, const Words &argv, Environment &env, const Scene &scene,
                      model::Command &command);
    std::vector<model::FactWord> starting_points(const Words &argv) const;
    bool xargs_program(const Parsed &parsed, Environment &env, const Scene &scene,
                       model::Command &command);
    bool parallel_program(const Parsed &parsed, Environment &env, const Scene &scene,
                          model::Command &command);
    bool option_program(const Parsed &parsed, Environment &env, const Scene &scene,
                        model::Command &command);
    bool git_program(const Parsed &parsed, Environment &env, const Scene &scene,
                     model::Command &command);
    bool cron_table(const Parsed &parsed, Environment &env, const Scene &scene,
                    model::Command &command);
    void socat_addresses(const Parsed &parsed, Environment &env, const Scene &scene,
                         model::Command &command);

    // guard.cpp: what would open the guarded shell (mandatory rules of the guard)
    void guard_words(const Words &argv, const Scene &scene, model::Command &command);
    bool guard_name(std::string_view name) const;
    bool protected_name(std::string_view name) const;
    bool positional_follow(const Words &argv, std::size_t at) const;
    void guard_break(const Scene &scene, model::Span where, std::string name);

    // what is found, in walk.cpp
    std::size_t reserve(); // a place in the order of the text; 0: nowhere
    void emit(std::size_t slot, model::Command command);
    void redirection_only(const Redirected &redirected, const Scene &scene, model::Span where);
    void opaque(model::Command &command, model::OpaqueReason reason, std::string note) const;
    void opaque_unit(const Scene &scene, model::OpaqueReason reason, model::Span where,
                     std::string note);
    void over_limit(std::string note);
    bool step(); // false: over the limit, stop walking
    model::Span span(const Scene &scene, model::Span where) const;
    void effect(model::Command &command, model::Effect effect) const;
    void ran(const model::FactWord &word, bool is_name); // its literal parts are never masked

    std::string_view text_;
    const Knowledge &knowledge_;
    const SessionState &session_;
    std::size_t command_limit_;
    model::CommandFacts facts_;
    Ran ran_;
    std::vector<Link> links_;          // made by the text so far
    std::deque<shell::Unit> units_;    // texts parsed again; functions point into them
    std::deque<shell::Part> parts_;    // made by brace expansion
    std::vector<Assigned *> trackers_; // names assigned in loops
    std::size_t dry_ = 0;              // inside the first pass of a loop nothing is recorded
    std::size_t steps_ = 0, words_ = 0, reparsed_ = 0, nesting_ = 0;
};

// Small helpers on words.
std::string literal_prefix(const model::FactWord &word); // bytes before the first hole or glob
model::FactWord hole_word(std::string text, bool may_split);
bool begins_unknown(const model::FactWord &word); // its first bytes are not known
bool is_hook(std::string_view function);          // the shell calls a function of this name
bool keeps_value(std::string_view variable);      // false: the shell itself assigns to it
// An integer before any `declare -i`: what is assigned to it is evaluated.
bool is_shell_integer(std::string_view variable, model::Dialect dialect);
// An assignment to the name, or to what it refers to, is evaluated as arithmetic.
bool evaluates(std::string_view name, const Environment &env, const Scene &scene);
bool is_process(const model::FactWord &word); // <(..) or >(..)
bool is_number(std::string_view text);
bool numeric(const Variable &variable); // surely an integer
Variable number_hole();

} // namespace sallyport::facts
