/// Python's grammar with its mistakes: rules named `invalid_...` describe wrong programs, and their actions say what
/// CPython says about them. The order of alternatives is CPython's, because it decides which mistake is found first.
/// See `Grammar` for the notation.
enum MistakeGrammar {
  static let grammar = GrammarReader.read(statements + definitions + expressions + displays)

  private static let statements = """
    file: statement* ENDMARKER
    eval: expressions NEWLINE* ENDMARKER
    statement: compound_stmt | simple_stmts
    simple_stmts: simple_stmt !';' NEWLINE | ';'.simple_stmt+ ';'? NEWLINE
    simple_stmt*: assignment | &"type" type_alias | star_expressions | &'return' return_stmt
      | &('import' | 'from') import_stmt | &'raise' raise_stmt | 'pass' | &'del' del_stmt | &'yield' yield_expr
      | &'assert' assert_stmt | 'break' | 'continue' | &'global' global_stmt | &'nonlocal' nonlocal_stmt
    compound_stmt: &('def' | '@' | 'async') function_def | &'if' if_stmt | &('class' | '@') class_def
      | &('with' | 'async') with_stmt | &('for' | 'async') for_stmt | &'try' try_stmt | &'while' while_stmt
      | match_stmt

    assignment: NAME ':' expression ('=' annotated_rhs)?
      | ('(' single_target ')' | single_subscript_attribute_target) ':' expression ('=' annotated_rhs)?
      | (star_targets '=')+ annotated_rhs !'='
      | single_target augassign ~ annotated_rhs
      | invalid_assignment
    annotated_rhs: yield_expr | star_expressions
    augassign: '+=' | '-=' | '*=' | '@=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '**=' | '//='
    invalid_assignment: a=invalid_ann_assign_target ':' expression {at a "only single target (not %) can be annotated"}
      | a=star_named_expression ',' star_named_expressions* ':' expression
        {at a "only single target (not tuple) can be annotated"}
      | a=expression ':' expression {at a "illegal target for annotation"}
      | (star_targets '=')* a=star_expressions '=' {target star a "cannot assign to %"}
      | (star_targets '=')* a=yield_expr '=' {at a "assignment to yield expression not possible"}
      | a=star_expressions augassign annotated_rhs {at a "'%' is an illegal expression for augmented assignment"}
    invalid_ann_assign_target: list | tuple | '(' invalid_ann_assign_target ')'

    return_stmt: 'return' star_expressions?
    raise_stmt: 'raise' expression ('from' expression)? | 'raise'
    global_stmt: 'global' ','.NAME+
    nonlocal_stmt: 'nonlocal' ','.NAME+
    assert_stmt: 'assert' expression (',' expression)?
    del_stmt: 'del' del_targets &(';' | NEWLINE) | invalid_del_stmt
    invalid_del_stmt: 'del' a=star_expressions {target delete a "cannot delete %"}
    type_alias: "type" NAME type_params? '=' expression

    import_stmt: invalid_import | 'import' ','.dotted_as_name+ | import_from
    import_from: 'from' ('.' | '...')* dotted_name 'import' import_from_targets
      | 'from' ('.' | '...')+ 'import' import_from_targets
    import_from_targets: '(' ','.import_from_as_name+ ','? ')' | ','.import_from_as_name+ !',' | '*'
      | invalid_import_from_targets
    import_from_as_name: NAME ('as' NAME)?
    dotted_as_name: dotted_name ('as' NAME)?
    dotted_name*: NAME ('.' NAME)*
    invalid_import: a='import' ','.dotted_name+ 'from' dotted_name
        {from a "Did you mean to use 'from ... import ...' instead?"}
      | 'import' a=NEWLINE {from a "Expected one or more names after 'import'"}
    invalid_import_from_targets: ','.import_from_as_name+ ',' NEWLINE
        {last "trailing comma not allowed without surrounding parentheses"}
      | a=NEWLINE {from a "Expected one or more names after 'import'"}

    block*: NEWLINE INDENT statement+ DEDENT | simple_stmts | invalid_block
    invalid_block: NEWLINE !INDENT {indent "expected an indented block"}

    if_stmt: invalid_if_stmt | 'if' named_expression ':' block elif_stmt | 'if' named_expression ':' block else_block?
    elif_stmt: invalid_elif_stmt | 'elif' named_expression ':' block elif_stmt
      | 'elif' named_expression ':' block else_block?
    else_block: invalid_else_stmt | 'else' &&':' block
    while_stmt: invalid_while_stmt | 'while' named_expression ':' block else_block?
    for_stmt: invalid_for_stmt | 'for' star_targets 'in' ~ star_expressions ':' block else_block?
      | 'async' 'for' star_targets 'in' ~ star_expressions ':' block else_block? | invalid_for_target
    invalid_if_stmt: 'if' named_expression NEWLINE {last "expected ':'"}
      | a='if' named_expression ':' NEWLINE !INDENT {indent a "'if' statement"}
    invalid_elif_stmt: 'elif' named_expression NEWLINE {last "expected ':'"}
      | a='elif' named_expression ':' NEWLINE !INDENT {indent a "'elif' statement"}
    invalid_else_stmt: a='else' ':' NEWLINE !INDENT {indent a "'else' statement"}
    invalid_while_stmt: 'while' named_expression NEWLINE {last "expected ':'"}
      | a='while' named_expression ':' NEWLINE !INDENT {indent a "'while' statement"}
    invalid_for_stmt: 'async'? 'for' star_targets 'in' star_expressions NEWLINE {last "expected ':'"}
      | 'async'? a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT {indent a "'for' statement"}
    invalid_for_target: 'async'? 'for' a=star_expressions {target for a "cannot assign to %"}

    with_stmt: invalid_with_stmt_indent | 'async'? 'with' '(' ','.with_item+ ','? ')' ':' block
      | 'async'? 'with' ','.with_item+ ':' block | invalid_with_stmt
    with_item: expression 'as' star_target &(',' | ')' | ':') | invalid_with_item | expression
    invalid_with_item: expression 'as' a=expression &(',' | ')' | ':') {target star a "cannot assign to %"}
    invalid_with_stmt: 'async'? 'with' ','.(expression ('as' star_target)?)+ NEWLINE {last "expected ':'"}
      | 'async'? 'with' '(' ','.(expressions ('as' star_target)?)+ ','? ')' NEWLINE {last "expected ':'"}
    invalid_with_stmt_indent: 'async'? a='with' ','.(expression ('as' star_target)?)+ ':' NEWLINE !INDENT
        {indent a "'with' statement"}
      | 'async'? a='with' '(' ','.(expressions ('as' star_target)?)+ ','? ')' ':' NEWLINE !INDENT
        {indent a "'with' statement"}

    try_stmt: invalid_try_stmt | 'try' &&':' block finally_block
      | 'try' &&':' block except_block+ else_block? finally_block?
      | 'try' &&':' block except_star_block+ else_block? finally_block?
    except_block: invalid_except_stmt_indent | 'except' expression ('as' NAME)? ':' block | 'except' ':' block
      | invalid_except_stmt
    except_star_block: invalid_except_star_stmt_indent | 'except' '*' expression ('as' NAME)? ':' block
      | invalid_except_stmt
    finally_block: invalid_finally_stmt | 'finally' &&':' block
    invalid_try_stmt: a='try' ':' NEWLINE !INDENT {indent a "'try' statement"}
      | 'try' ':' block !('except' | 'finally') {last "expected 'except' or 'finally' block"}
      | 'try' ':' block* except_block+ a='except' b='*' expression ('as' NAME)? ':'
        {range a b "cannot have both 'except' and 'except*' on the same 'try'"}
      | 'try' ':' block* except_star_block+ a='except' (expression ('as' NAME)?)? ':'
        {at a "cannot have both 'except' and 'except*' on the same 'try'"}
    invalid_except_stmt: 'except' '*'? a=expression ',' expressions ('as' NAME)? ':'
        {from a "multiple exception types must be parenthesized"}
      | 'except' '*'? expression ('as' NAME)? NEWLINE {last "expected ':'"}
      | 'except' NEWLINE {last "expected ':'"}
      | 'except' '*' (NEWLINE | ':') {last "expected one or more exception types"}
    invalid_finally_stmt: a='finally' ':' NEWLINE !INDENT {indent a "'finally' statement"}
    invalid_except_stmt_indent: a='except' expression ('as' NAME)? ':' NEWLINE !INDENT
        {indent a "'except' statement"}
      | a='except' ':' NEWLINE !INDENT {indent a "'except' statement"}
    invalid_except_star_stmt_indent: a='except' '*' expression ('as' NAME)? ':' NEWLINE !INDENT
        {indent a "'except*' statement"}

    match_stmt: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT | invalid_match_stmt
    subject_expr: star_named_expression ',' star_named_expressions? | named_expression
    case_block: invalid_case_block | "case" patterns guard? ':' block
    guard: 'if' named_expression
    invalid_match_stmt: "match" subject_expr NEWLINE {last "expected ':'"}
      | a="match" subject_expr ':' NEWLINE !INDENT {indent a "'match' statement"}
    invalid_case_block: "case" patterns guard? NEWLINE {last "expected ':'"}
      | a="case" patterns guard? ':' NEWLINE !INDENT {indent a "'case' statement"}
    patterns: maybe_star_pattern ',' maybe_sequence_pattern? | pattern
    pattern: or_pattern 'as' capture_target | invalid_as_pattern | or_pattern
    or_pattern*: '|'.closed_pattern+
    closed_pattern*: literal_pattern | capture_target | "_" | value_pattern | '(' pattern ')' | sequence_pattern
      | mapping_pattern | class_pattern
    literal_pattern: signed_number !('+' | '-') | complex_number | strings | 'None' | 'True' | 'False'
    signed_number: NUMBER | '-' NUMBER
    complex_number: signed_number ('+' | '-') NUMBER
    capture_target: !"_" NAME !('.' | '(' | '=')
    value_pattern: NAME ('.' NAME)+ !('.' | '(' | '=')
    sequence_pattern: '[' maybe_sequence_pattern? ']' | '(' (maybe_star_pattern ',' maybe_sequence_pattern?)? ')'
    maybe_sequence_pattern: ','.maybe_star_pattern+ ','?
    maybe_star_pattern: '*' (capture_target | "_") | pattern
    mapping_pattern: '{' '}' | '{' '**' capture_target ','? '}'
      | '{' ','.key_value_pattern+ ',' '**' capture_target ','? '}' | '{' ','.key_value_pattern+ ','? '}'
    key_value_pattern: (literal_pattern | value_pattern) ':' pattern
    class_pattern: dotted_name '(' ')' | dotted_name '(' ','.pattern+ ','? ')'
      | dotted_name '(' ','.keyword_pattern+ ','? ')'
      | dotted_name '(' ','.pattern+ ',' ','.keyword_pattern+ ','? ')' | invalid_class_pattern
    keyword_pattern: NAME '=' pattern
    invalid_as_pattern: or_pattern 'as' a="_" {at a "cannot use '_' as a target"}
      | or_pattern 'as' !NAME a=expression {at a "invalid pattern target"}
    invalid_class_pattern: dotted_name '(' (','.pattern+ ',')? ','.keyword_pattern+ ',' a=','.pattern+
        {at a "positional patterns follow keyword patterns"}

    """

  private static let definitions = """
    decorators: ('@' named_expression NEWLINE)+
    class_def: decorators class_def_raw | class_def_raw
    class_def_raw: invalid_class_def_raw | 'class' NAME type_params? ('(' arguments? ')')? ':' block
    function_def: decorators function_def_raw | function_def_raw
    function_def_raw: invalid_def_raw
      | 'def' NAME type_params? &&'(' params? ')' ('->' expression)? &&':' block
      | 'async' 'def' NAME type_params? &&'(' params? ')' ('->' expression)? &&':' block
    invalid_def_raw: 'async'? a='def' NAME type_params? '(' params? ')' ('->' expression)? ':' NEWLINE !INDENT
        {indent a "function definition"}
    invalid_class_def_raw: 'class' NAME type_params? ('(' arguments? ')')? NEWLINE {last "expected ':'"}
      | a='class' NAME type_params? ('(' arguments? ')')? ':' NEWLINE !INDENT {indent a "class definition"}

    params: invalid_parameters | parameters
    parameters: slash_no_default param_no_default* param_with_default* star_etc?
      | slash_with_default param_with_default* star_etc?
      | param_no_default+ param_with_default* star_etc?
      | param_with_default+ star_etc?
      | star_etc
    slash_no_default: param_no_default+ '/' (',' | &')')
    slash_with_default: param_no_default* param_with_default+ '/' (',' | &')')
    star_etc: invalid_star_etc | '*' param_no_default param_maybe_default* kwds?
      | '*' param_no_default_star_annotation param_maybe_default* kwds?
      | '*' ',' param_maybe_default+ kwds? | kwds
    kwds: invalid_kwds | '**' param_no_default
    param_no_default: param (',' | &')')
    param_no_default_star_annotation: NAME ':' star_expression (',' | &')')
    param_with_default: param default (',' | &')')
    param_maybe_default: param default? (',' | &')')
    param: NAME (':' expression)?
    default: '=' expression | invalid_default
    invalid_default: a='=' &(')' | ',') {at a "expected default value expression"}
    invalid_parameters: a='/' ',' {at a "at least one argument must precede /"}
      | (slash_no_default | slash_with_default) param_maybe_default* a='/' {at a "/ may appear only once"}
      | slash_no_default? param_no_default* (slash_with_default | param_with_default+) a=param_no_default
        {name a "parameter without a default follows parameter with a default"}
      | param_no_default* a='(' param_no_default+ ','? b=')'
        {range a b "Function parameters cannot be parenthesized"}
      | (slash_no_default | slash_with_default)? param_maybe_default* '*' (',' | param_no_default)
        param_maybe_default* a='/' {at a "/ must be ahead of *"}
      | param_maybe_default+ '/' a='*' {at a "expected comma between / and *"}
    invalid_star_etc: a='*' (')' | ',' (')' | '**')) {at a "named arguments must follow bare *"}
      | '*' param a='=' {at a "var-positional argument cannot have default value"}
      | '*' (param_no_default | ',') param_maybe_default* a='*' (param_no_default | ',')
        {at a "* argument may appear only once"}
    invalid_kwds: '**' param a='=' {at a "var-keyword argument cannot have default value"}
      | '**' param ',' a=param {at a "arguments cannot follow var-keyword argument"}
      | '**' param ',' a=('*' | '**' | '/') {at a "arguments cannot follow var-keyword argument"}

    lambdef: 'lambda' lambda_params? ':' expression
    lambda_params: invalid_lambda_parameters | lambda_parameters
    lambda_parameters: lambda_slash_no_default lambda_param_no_default* lambda_param_with_default* lambda_star_etc?
      | lambda_slash_with_default lambda_param_with_default* lambda_star_etc?
      | lambda_param_no_default+ lambda_param_with_default* lambda_star_etc?
      | lambda_param_with_default+ lambda_star_etc?
      | lambda_star_etc
    lambda_slash_no_default: lambda_param_no_default+ '/' (',' | &':')
    lambda_slash_with_default: lambda_param_no_default* lambda_param_with_default+ '/' (',' | &':')
    lambda_star_etc: invalid_lambda_star_etc | '*' lambda_param_no_default lambda_param_maybe_default* lambda_kwds?
      | '*' ',' lambda_param_maybe_default+ lambda_kwds? | lambda_kwds
    lambda_kwds: invalid_lambda_kwds | '**' lambda_param_no_default
    lambda_param_no_default: NAME (',' | &':')
    lambda_param_with_default: NAME lambda_default (',' | &':')
    lambda_param_maybe_default: NAME lambda_default? (',' | &':')
    lambda_default: '=' expression | invalid_lambda_default
    invalid_lambda_default: a='=' &(')' | ',') {at a "expected default value expression"}
    invalid_lambda_parameters: a='/' ',' {at a "at least one argument must precede /"}
      | (lambda_slash_no_default | lambda_slash_with_default) lambda_param_maybe_default* a='/'
        {at a "/ may appear only once"}
      | lambda_slash_no_default? lambda_param_no_default* (lambda_slash_with_default | lambda_param_with_default+)
        a=lambda_param_no_default {name a "parameter without a default follows parameter with a default"}
      | lambda_param_no_default* a='(' ','.NAME+ ','? b=')'
        {range a b "Lambda expression parameters cannot be parenthesized"}
      | (lambda_slash_no_default | lambda_slash_with_default)? lambda_param_maybe_default*
        '*' (',' | lambda_param_no_default) lambda_param_maybe_default* a='/' {at a "/ must be ahead of *"}
      | lambda_param_maybe_default+ '/' a='*' {at a "expected comma between / and *"}
    invalid_lambda_star_etc: '*' (':' | ',' (':' | '**')) {last "named arguments must follow bare *"}
      | '*' NAME a='=' {at a "var-positional argument cannot have default value"}
      | '*' (lambda_param_no_default | ',') lambda_param_maybe_default* a='*' (lambda_param_no_default | ',')
        {at a "* argument may appear only once"}
    invalid_lambda_kwds: '**' NAME a='=' {at a "var-keyword argument cannot have default value"}
      | '**' NAME ',' a=NAME {at a "arguments cannot follow var-keyword argument"}
      | '**' NAME ',' a=('*' | '**' | '/') {at a "arguments cannot follow var-keyword argument"}

    type_params: invalid_type_params | '[' ','.type_param+ ','? ']'
    invalid_type_params: '[' a=']' {from a "Type parameter list cannot be empty"}
    type_param: NAME (':' expression)? ('=' expression)? | invalid_type_param | '*' NAME ('=' star_expression)?
      | '**' NAME ('=' expression)?
    invalid_type_param: '*' NAME a=':' b=expression {bound a b "TypeVarTuple"}
      | '**' NAME a=':' b=expression {bound a b "ParamSpec"}

    """
}
