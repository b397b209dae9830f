extension MistakeGrammar {
  static let expressions = """
    expressions: expression (',' expression)* ','?
    expression*: invalid_expression | invalid_legacy_expression
      | disjunction 'if' disjunction 'else' expression | disjunction | lambdef
    expression_without_invalid: disjunction 'if' disjunction 'else' expression | disjunction | lambdef
    yield_expr: 'yield' 'from' expression | 'yield' star_expressions?
    star_expressions: star_expression (',' star_expression)* ','?
    star_expression*: '*' bitwise_or | expression
    star_named_expressions: ','.star_named_expression+ ','?
    star_named_expression: '*' bitwise_or | named_expression
    assignment_expression: NAME ':=' ~ expression
    named_expression: assignment_expression | invalid_named_expression | expression !':='
    invalid_expression: !(NAME (STRING | BYTES) | SOFT_KEYWORD) a=disjunction b=expression_without_invalid {comma a b}
      | a=disjunction 'if' b=disjunction !('else' | ':') {range a b "expected 'else' after 'if' expression"}
      | a='lambda' lambda_params? b=':' &(FSTRING_MIDDLE | '}')
        {range a b "f-string: lambda expressions are not allowed without parentheses"}
    invalid_legacy_expression: a=NAME !'(' b=star_expressions {legacy a b}
    invalid_named_expression*: a=expression ':=' expression {at a "cannot use assignment expressions with %"}
      | a=NAME '=' b=bitwise_or !('=' | ':=')
        {range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"}
      | !(list | tuple | genexp | 'True' | 'None' | 'False') a=bitwise_or '=' bitwise_or !('=' | ':=')
        {at a "cannot assign to % here. Maybe you meant '==' instead of '='?"}

    disjunction*: conjunction ('or' conjunction)*
    conjunction*: inversion ('and' inversion)*
    inversion*: 'not' inversion | comparison
    comparison: bitwise_or (comparison_operator bitwise_or)*
    comparison_operator: '==' | '!=' | '<=' | '<' | '>=' | '>' | 'not' 'in' | 'in' | 'is' 'not' | 'is'
    bitwise_or*: bitwise_xor ('|' bitwise_xor)*
    bitwise_xor*: bitwise_and ('^' bitwise_and)*
    bitwise_and*: shift_expr ('&' shift_expr)*
    shift_expr*: sum (('<<' | '>>') sum)*
    sum*: term (('+' | '-') (term | invalid_operand))*
    term*: factor (('*' | '/' | '//' | '%' | '@') (factor | invalid_operand))*
    factor*: '+' factor | '-' factor | '~' factor | invalid_factor | power
    invalid_operand: a='not' b=inversion {range a b "'not' after an operator must be parenthesized"}
    invalid_factor: ('+' | '-' | '~') a='not' b=factor {range a b "'not' after an operator must be parenthesized"}
    power: await_primary '**' factor | await_primary
    await_primary*: 'await' primary | primary
    primary*: atom postfix*
    postfix: '.' NAME | genexp | '(' arguments? ')' | '[' slices ']'
    slices: slice !',' | ','.(slice | starred_expression)+ ','?
    slice: expression? ':' expression? (':' expression?)? | named_expression
    atom: NAME | 'True' | 'False' | 'None' | &(STRING | BYTES | FSTRING_START) strings | NUMBER
      | &'(' (tuple | group | genexp) | &'[' (list | listcomp) | &'{' (dict | set | dictcomp | setcomp) | '...'

    star_targets: star_target !',' | star_target (',' star_target)* ','?
    star_target*: '*' !'*' star_target | target_with_star_atom
    target_with_star_atom*: t_primary ('.' NAME | '[' slices ']') !t_lookahead | star_atom
    star_atom: NAME | '(' target_with_star_atom ')' | '(' star_targets_tuple_seq? ')' | '[' star_targets_list_seq? ']'
    star_targets_tuple_seq: star_target (',' star_target)+ ','? | star_target ','
    star_targets_list_seq: ','.star_target+ ','?
    single_target: single_subscript_attribute_target | NAME | '(' single_target ')'
    single_subscript_attribute_target: t_primary ('.' NAME | '[' slices ']') !t_lookahead
    t_primary*: atom &t_lookahead (postfix &t_lookahead)*
    t_lookahead: '(' | '[' | '.'
    del_targets: ','.del_target+ ','?
    del_target*: t_primary ('.' NAME | '[' slices ']') !t_lookahead | del_t_atom
    del_t_atom: NAME | '(' del_target ')' | '(' del_targets? ')' | '[' del_targets? ']'

    arguments*: args ','? &')' | invalid_arguments
    args: ','.(starred_expression | (assignment_expression | expression !':=') !'=')+ (',' kwargs)? | kwargs
    kwargs: ','.kwarg_or_starred+ ',' ','.kwarg_or_double_starred+ | ','.kwarg_or_starred+
      | ','.kwarg_or_double_starred+
    starred_expression: invalid_starred_expression_unpacking | '*' expression | lone_star
    kwarg_or_starred: invalid_kwarg | NAME '=' expression | starred_expression
    kwarg_or_double_starred: invalid_kwarg | NAME '=' expression | '**' expression
    invalid_arguments: (','.(starred_expression | (assignment_expression | expression !':=') !'=')+ ',' kwargs
        | kwargs) a=',' b=','.(starred_expression !'=')+
        {range a b "iterable argument unpacking follows keyword argument unpacking"}
      | a=expression b=for_if_clauses ',' (args | expression for_if_clauses)?
        {range a b "Generator expression must be parenthesized"}
      | a=NAME b='=' expression for_if_clauses
        {range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"}
      | (args ',')? a=NAME b='=' &(',' | ')') {range a b "expected argument value expression"}
      | a=args b=for_if_clauses {generator a b}
      | args ',' a=expression b=for_if_clauses {range a b "Generator expression must be parenthesized"}
      | a=args ',' args {positional a}
    invalid_kwarg: a=('True' | 'False' | 'None') b='=' {range a b "cannot assign to %"}
      | a=NAME b='=' expression for_if_clauses
        {range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"}
      | !(NAME '=') a=expression b='='
        {range a b 'expression cannot contain assignment, perhaps you meant "=="?'}
      | a='**' expression '=' b=expression {range a b "cannot assign to keyword argument unpacking"}
    invalid_starred_expression_unpacking: a='*' expression '=' b=expression
        {range a b "cannot assign to iterable argument unpacking"}
    lone_star: '*' {last "Invalid star expression"}

    """

  static let displays = """
    list: '[' star_named_expressions? ']'
    tuple: '(' (star_named_expression ',' star_named_expressions?)? ')'
    set: '{' star_named_expressions '}'
    group: '(' (yield_expr | named_expression) ')' | invalid_group
    invalid_group: '(' a=starred_expression ')' {at a "cannot use starred expression here"}
      | '(' a='**' expression ')' {at a "cannot use double starred expression here"}
    dict: '{' double_starred_kvpairs? '}' | '{' invalid_double_starred_kvpairs '}'
    double_starred_kvpairs: ','.double_starred_kvpair+ ','?
    double_starred_kvpair: '**' bitwise_or | kvpair
    kvpair: expression ':' expression
    invalid_double_starred_kvpairs: ','.double_starred_kvpair+ ',' invalid_kvpair
      | expression ':' a='*' bitwise_or {from a "cannot use a starred expression in a dictionary value"}
      | expression a=':' &('}' | ',') {at a "expression expected after dictionary key and ':'"}
    invalid_kvpair: a=expression !':' {key a "':' expected after dictionary key"}
      | expression ':' a='*' bitwise_or {from a "cannot use a starred expression in a dictionary value"}
      | expression a=':' &('}' | ',') {at a "expression expected after dictionary key and ':'"}

    for_if_clauses: for_if_clause+
    for_if_clause: 'async' 'for' star_targets 'in' ~ disjunction ('if' disjunction)*
      | 'for' star_targets 'in' ~ disjunction ('if' disjunction)* | for_without_in | invalid_for_target
    listcomp: '[' named_expression for_if_clauses ']' | invalid_comprehension
    setcomp: '{' named_expression for_if_clauses '}' | invalid_comprehension
    genexp: '(' (assignment_expression | expression !':=') for_if_clauses ')' | invalid_comprehension
    dictcomp: '{' kvpair for_if_clauses '}' | invalid_dict_comprehension
    invalid_comprehension: ('[' | '(' | '{') a=starred_expression for_if_clauses
        {at a "iterable unpacking cannot be used in comprehension"}
      | ('[' | '{') a=star_named_expression ',' b=star_named_expressions for_if_clauses
        {range a b "did you forget parentheses around the comprehension target?"}
      | ('[' | '{') a=star_named_expression b=',' for_if_clauses
        {range a b "did you forget parentheses around the comprehension target?"}
    invalid_dict_comprehension: '{' a='**' bitwise_or for_if_clauses '}'
        {at a "dict unpacking cannot be used in dict comprehension"}
    for_without_in: 'async'? 'for' (bitwise_or (',' bitwise_or)* ','?) !'in'
        {last "'in' expected after for-loop variables"}

    strings*: (STRING | BYTES | fstring)+ {strings}
    fstring: FSTRING_START fstring_middle* FSTRING_END
    fstring_middle: fstring_replacement_field | FSTRING_MIDDLE
    fstring_replacement_field: '{' annotated_rhs '='? fstring_conversion? (':' fstring_format_spec*)? '}'
      | invalid_replacement_field
    fstring_conversion: a='!' b=NAME {conversion a b}
    fstring_format_spec: FSTRING_MIDDLE | fstring_replacement_field
    invalid_replacement_field: '{' a='=' {at a "f-string: valid expression required before '='"}
      | '{' a='!' {at a "f-string: valid expression required before '!'"}
      | '{' a=':' {at a "f-string: valid expression required before ':'"}
      | '{' a='}' {at a "f-string: valid expression required before '}'"}
      | '{' !annotated_rhs {next "f-string: expecting a valid expression after '{'"}
      | '{' annotated_rhs !('=' | '!' | ':' | '}') {next "f-string: expecting '=', or '!', or ':', or '}'"}
      | '{' annotated_rhs '=' !('!' | ':' | '}') {next "f-string: expecting '!', or ':', or '}'"}
      | '{' annotated_rhs '='? invalid_conversion_character
      | '{' annotated_rhs '='? ('!' NAME)? !(':' | '}') {next "f-string: expecting ':' or '}'"}
      | '{' annotated_rhs '='? ('!' NAME)? ':' fstring_format_spec* !'}'
        {next "f-string: expecting '}', or format specs"}
      | '{' annotated_rhs '='? ('!' NAME)? !'}' {next "f-string: expecting '}'"}
    invalid_conversion_character: '!' &(':' | '}') {next "f-string: missing conversion character"}
      | '!' !NAME {next "f-string: invalid conversion character"}

    """
}
