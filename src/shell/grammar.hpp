// SPDX-License-Identifier: Apache-2.0
// The recursive-descent grammar over one Source. One class because words hold commands and
// commands hold words; its parts stand in a file each: list, simple, compound, test, redirect,
// here_doc, word, quotes, dollar, parameter, arithmetic.
#pragma once
#include "cursor.hpp"
#include "pieces.hpp"

#include <string_view>
#include <vector>

namespace sallyport::shell {

enum class Keyword : std::uint8_t {
    None,
    If,
    Then,
    Elif,
    Else,
    Fi,
    While,
    Until,
    For,
    Select,
    Case,
    Do,
    Done,
    Esac,
    Function,
    Time,
    Coproc,
    OpenBrace,
    CloseBrace,
    Bang,
    OpenTest,
    CloseTest,
    In,
    Foreach,
    Repeat,
    End,
};

class Grammar : private Cursor {
  public:
    Grammar(Context &context, Source source) : Cursor(context, source) {}

    List whole(); // the source as a list of commands, nothing left over
    std::vector<Part> here_doc_body();

  private:
    // list.cpp
    List list();
    List list_of_some();
    Node and_or();
    Node pipeline();
    void pipeline_prefix(Pipeline &pipeline);
    Node command();
    std::optional<Separator> separator();
    bool at_list_end();
    void skip_blanks();
    void skip_newlines();
    void newline();
    Keyword keyword();
    bool take_keyword(Keyword wanted);
    void expect_keyword(Keyword wanted, std::string_view shown);
    bool delimits_keyword(int c);
    bool zsh_closing_brace();

    // simple.cpp
    Node simple();
    bool at_word();
    bool assignment(std::vector<Assignment> &assignments);
    bool element_subscript(Assignment &assignment, std::size_t name_at);
    ArrayValue array_value();
    ArrayElement array_element();
    bool array_operand(Word &word);
    bool function_parentheses(const Simple &simple);
    Node function_definition(std::uint32_t begin, std::string name, bool with_keyword);
    void note_option_change(const Simple &simple);

    // compound.cpp
    std::optional<Node> compound();
    std::optional<Node> keyword_command(Keyword word);
    Node finish_compound(Node node);
    Node if_command();
    Node loop_command(bool until);
    Node for_command(Keyword keyword);
    void for_name(For &loop);
    void for_words(For &loop);
    Node arithmetic_for(std::uint32_t begin);
    void loop_words(For &loop);
    bool at_in();
    List loop_body();
    List do_group();
    Node case_command();
    bool case_item(Case &node);
    bool case_patterns(CaseItem &item);
    CaseEnd case_end();
    Node group();
    List brace_list();
    Node subshell();
    Node function_command();
    Node coproc_command();
    std::optional<Node> arithmetic_command();

    // zsh.cpp
    bool short_form(Keyword usual);
    List short_body();
    List foreach_body();
    Node repeat_command();
    Node always(Node node);
    Node nameless_function(std::uint32_t begin);
    std::optional<Node> zsh_compound(const Simple &before, std::vector<Redirect> &redirects);
    Node not_taken_apart(std::uint32_t begin, std::string_view reason);
    RedirectOperator zsh_output_operator(bool appends);

    // test.cpp
    Node test_command();
    void test_or(Test &test);
    void test_and(Test &test);
    void test_not(Test &test);
    void test_primary(Test &test);
    bool zsh_condition(Test &test);
    void test_space();
    bool at_test_end();
    Word test_word();
    Word regex_word();
    std::string binary_operator();

    // redirect.cpp
    bool redirect(std::vector<Redirect> &redirects);
    void redirects(std::vector<Redirect> &redirects);
    bool redirect_prefix(Redirect &redirect);
    std::optional<RedirectOperator> redirect_operator(Redirect &redirect, bool &strips_tabs);
    std::optional<RedirectOperator> input_operator(bool &strips_tabs);
    std::optional<RedirectOperator> output_operator();

    // here_doc.cpp
    void here_doc_start(Redirect &redirect, bool strips_tabs);
    bool here_doc_delimiter(HereDoc &doc);
    void delimiter_quotes(HereDoc &doc);
    void read_here_docs();
    void read_here_doc(std::uint32_t index);
    bool here_doc_line(const HereDoc &doc, Derived &line);

    // word.cpp
    Word word(const WordStyle &style);
    void word_pieces(const WordStyle &style, Pieces &pieces);
    bool ends_word(int c, const WordStyle &style, const Pieces &pieces);
    std::size_t number_pattern();
    bool special_piece(int c, const WordStyle &style, Pieces &pieces);
    void escaped(const WordStyle &style, Pieces &pieces);
    bool extended_glob(int c, const WordStyle &style, Pieces &pieces);
    bool process_substitution(Pieces &pieces);
    bool zsh_piece(int c, const WordStyle &style, Pieces &pieces);
    void zsh_parentheses(Pieces &pieces);
    std::vector<Part> finish(Pieces pieces, const WordStyle &style);
    void unsupported(Pieces &pieces, std::uint32_t begin, std::string_view reason);

    // quotes.cpp
    void single_quoted(Pieces &pieces);
    void dollar_single_quoted(Pieces &pieces, std::uint32_t begin);
    bool decode_escape(std::string &bytes);
    bool decode_number(std::string &bytes, unsigned base, unsigned most);
    void double_quoted(Pieces &pieces, std::uint32_t begin, bool translated);
    void quoted_pieces(Pieces &pieces, int closer);

    // dollar.cpp
    void dollar(Pieces &pieces, bool quoted);
    bool named_parameter(Pieces &pieces, std::uint32_t begin);
    void zsh_after_name(Pieces &pieces, std::uint32_t begin);
    bool zsh_dollar(Pieces &pieces, std::uint32_t begin);
    void command_substitution(Pieces &pieces, std::uint32_t begin);
    List substituted_list();
    void backquoted(Pieces &pieces, bool quoted);

    // arithmetic.cpp
    void dollar_parentheses(Pieces &pieces, std::uint32_t begin);
    std::optional<ArithmeticExpansion> try_arithmetic();
    ArithmeticExpansion arithmetic_text(std::string_view stops);
    std::size_t quoted_alike() const;
    void bracket_arithmetic(Pieces &pieces, std::uint32_t begin);

    // parameter.cpp
    void braced_parameter(Pieces &pieces, std::uint32_t begin, bool quoted);
    bool parameter_prefix(Parameter &parameter);
    void parameter_name(Parameter &parameter);
    bool parameter_operator(Parameter &parameter, bool quoted);
    bool name_listing(Parameter &parameter);
    bool colon_operator(Parameter &parameter, bool quoted);
    bool replace_operator(Parameter &parameter, bool quoted);
    bool case_operator(Parameter &parameter, bool quoted);
    bool transform_operator(Parameter &parameter);
    void argument(Parameter &parameter, const WordStyle &style);
    void bad_parameter(Pieces &pieces, std::uint32_t begin, bool quoted);
    Word subscript();

    std::vector<std::uint32_t> pending_; // here-documents whose bodies come after the next newline
    std::uint32_t conditions_ = 0;       // zsh short forms are possible here
    bool in_substitution_ = false;
};

} // namespace sallyport::shell
