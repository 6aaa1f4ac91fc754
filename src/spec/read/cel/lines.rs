//! Finds in an expression that was lowered the conditions over field lines that can be answered where the lines lie.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr as Cel, LiteralValue, operators};

use crate::spec::{Comparison, Expr, ExprPart, LineTest, Lines, MessagePath, Quantity, TextTest, operator};

/// `headers.exists(h, …)` or `headers.all(h, …)`, with `!` before it or not, where nothing but the names and values of lines
/// is compared with texts of the spec; `None` for all else.
pub(super) fn question(expr: &IdedExpr, parts: &[ExprPart]) -> Option<Lines> {
    match &expr.expr {
        Cel::Comprehension(macro_) => exists_or_all(macro_, parts).or_else(|| exists_one(macro_, parts)),
        Cel::Call(call) if call.func_name == operators::LOGICAL_NOT => {
            let [on] = arguments(call)?;
            let inner = question(on, parts)?;
            Some(Lines { negated: !inner.negated, ..inner })
        }
        Cel::Call(call) => number_of_lines(call, parts),
        _ => None,
    }
}

/// `headers.size() < 30`, `headers.filter(h, …).size() == 1`
fn number_of_lines(call: &CallExpr, parts: &[ExprPart]) -> Option<Lines> {
    let (list, number) = size_compared(call)?;
    let of = Quantity::Number(number);
    if let Some(side) = lines_in(list, parts) {
        return Some(Lines { side, of, negated: false, test: LineTest::Any });
    }
    let Cel::Comprehension(macro_) = &list.expr else { return None };
    let ComprehensionExpr { iter_range, iter_var, iter_var2: None, accu_var, accu_init, loop_cond, loop_step, result } =
        &**macro_
    else {
        return None;
    };
    let side = lines_of(iter_range, parts)?;
    let empty = matches!(&accu_init.expr, Cel::List(list) if list.elements.is_empty());
    let [test, kept_too, as_before] = called::<3>(loop_step, operators::CONDITIONAL)?;
    // A list that a macro gathers stays `+`.
    let [before, line] = called::<2>(kept_too, operators::ADD)?;
    let Cel::List(line) = &line.expr else { return None };
    let [line] = line.elements.as_slice() else { return None };
    let whole = empty
        && is_true(loop_cond)
        && [before, as_before, result].into_iter().all(|expr| is_name(expr, accu_var))
        && is_name(kept(line), iter_var);
    if !whole {
        return None;
    }
    Some(Lines { side, of, negated: false, test: line_test(test, iter_var)? })
}

/// `exists_one`
fn exists_one(macro_: &ComprehensionExpr, parts: &[ExprPart]) -> Option<Lines> {
    let ComprehensionExpr { iter_range, iter_var, iter_var2: None, accu_var, accu_init, loop_cond, loop_step, result } = macro_
    else {
        return None;
    };
    let side = lines_of(iter_range, parts)?;
    let [test, one_more, as_before] = called::<3>(loop_step, operators::CONDITIONAL)?;
    let [before, one] = called::<2>(one_more, operator::ADD)?;
    let [sum, once] = called::<2>(result, operator::EQ)?;
    let whole = int(accu_init) == Some(0)
        && is_true(loop_cond)
        && [int(one), int(once)] == [Some(1); 2]
        && [before, as_before, sum].into_iter().all(|expr| is_name(expr, accu_var));
    let number = Comparison { fits: [false, true, false], with: 1 };
    let test = line_test(test, iter_var).filter(|_| whole)?;
    Some(Lines { side, of: Quantity::Number(number), negated: false, test })
}

/// What is asked for its size, and with what that is compared.
fn size_compared(call: &CallExpr) -> Option<(&IdedExpr, Comparison)> {
    let fits = match call.func_name.as_str() {
        operator::LT => [true, false, false],
        operator::LE => [true, true, false],
        operator::EQ => [false, true, false],
        operator::NE => [true, false, true],
        operator::GE => [false, true, true],
        operator::GT => [false, false, true],
        _ => return None,
    };
    let [a, b] = arguments(call)?;
    let sized = |expr| called::<1>(expr, operator::SIZE).map(|[of]| of);
    match (sized(a), int(b), int(a), sized(b)) {
        (Some(of), Some(with), ..) => Some((of, Comparison { fits, with })),
        (.., Some(with), Some(of)) => Some((of, Comparison { fits, with }.turned())),
        _ => None,
    }
}

fn called<'e, const N: usize>(expr: &'e IdedExpr, name: &str) -> Option<&'e [IdedExpr; N]> {
    match &expr.expr {
        Cel::Call(call) if call.func_name == name => arguments(call),
        _ => None,
    }
}

fn int(expr: &IdedExpr) -> Option<i64> {
    match &expr.expr {
        Cel::Literal(LiteralValue::Int(int)) => Some(*int.inner()),
        _ => None,
    }
}

fn is_true(expr: &IdedExpr) -> bool {
    matches!(&expr.expr, Cel::Literal(LiteralValue::Boolean(is)) if *is.inner())
}

fn exists_or_all(macro_: &ComprehensionExpr, parts: &[ExprPart]) -> Option<Lines> {
    let ComprehensionExpr { iter_range, iter_var, iter_var2: None, accu_var, accu_init, loop_cond, loop_step, result } = macro_
    else {
        return None;
    };
    let side = lines_of(iter_range, parts)?;
    let Cel::Literal(LiteralValue::Boolean(all)) = &accu_init.expr else { return None };
    let all = *all.inner();
    let connective = if all { operators::LOGICAL_AND } else { operators::LOGICAL_OR };
    let Cel::Call(step) = &loop_step.expr else { return None };
    let [accu, test] = arguments(step)?;
    let whole = step.func_name == connective && is_name(accu, accu_var) && is_name(result, accu_var);
    if !whole || !ends_when_decided(loop_cond, accu_var, all) {
        return None;
    }
    let of = if all { Quantity::All } else { Quantity::Some };
    Some(Lines { side, of, negated: false, test: line_test(test, iter_var)? })
}

/// `exists` goes on while nothing is found, `all` while nothing else is.
fn ends_when_decided(expr: &IdedExpr, accu: &str, all: bool) -> bool {
    let on = |expr: &IdedExpr, name: &str, holds: &dyn Fn(&IdedExpr) -> bool| match &expr.expr {
        Cel::Call(call) if call.func_name == name => arguments(call).is_some_and(|[on]| holds(on)),
        _ => false,
    };
    let undecided = |expr: &IdedExpr| {
        if all { is_name(expr, accu) } else { on(expr, operators::LOGICAL_NOT, &|on| is_name(on, accu)) }
    };
    on(expr, operators::NOT_STRICTLY_FALSE, &undecided)
}

/// The message whose lines a macro goes through.
fn lines_of(range: &IdedExpr, parts: &[ExprPart]) -> Option<crate::spec::Side> {
    let Cel::Call(steps) = &range.expr else { return None };
    let [list] = arguments(steps).filter(|_| steps.func_name == operator::STEPS)?;
    lines_in(list, parts)
}

/// The message whose field lines an expression is.
fn lines_in(list: &IdedExpr, parts: &[ExprPart]) -> Option<crate::spec::Side> {
    let Cel::Ident(variable) = &list.expr else { return None };
    match &parts.get(ExprPart::number(variable)?)?.expr {
        Expr::Message { side, path: MessagePath::Headers } => Some(*side),
        _ => None,
    }
}

fn line_test(expr: &IdedExpr, line: &str) -> Option<LineTest> {
    let Cel::Call(call) = &expr.expr else { return None };
    let both = || {
        let [a, b] = arguments(call)?;
        Some(Box::new([line_test(a, line)?, line_test(b, line)?]))
    };
    match call.func_name.as_str() {
        operators::LOGICAL_AND => Some(LineTest::Both(both()?)),
        operators::LOGICAL_OR => Some(LineTest::Either(both()?)),
        operators::LOGICAL_NOT => {
            let [on] = arguments(call)?;
            Some(LineTest::Not(Box::new(line_test(on, line)?)))
        }
        operator::NE if size_compared(call).is_none() => Some(LineTest::Not(Box::new(text_test(operator::EQ, call, line)?))),
        name => text_test(name, call, line),
    }
}

fn text_test(name: &str, call: &CallExpr, line: &str) -> Option<LineTest> {
    if let Some((on, size)) = size_compared(call) {
        return text_of(on, line, TextTest::Size(size));
    }
    let [a, b] = arguments(call)?;
    let (on, with) = if name == operator::EQ && literal(a).is_some() { (b, a) } else { (a, b) };
    let how = match name {
        operator::EQ => TextTest::OneOf(vec![literal(with)?]),
        operator::ONE_OF => {
            let Cel::List(list) = &with.expr else { return None };
            TextTest::OneOf(list.elements.iter().map(|member| literal(kept(member))).collect::<Option<_>>()?)
        }
        operator::STARTS => TextTest::Starts(literal(with)?),
        operator::ENDS => TextTest::Ends(literal(with)?),
        operator::CONTAINS => TextTest::Contains(literal(with)?),
        operator::MATCHES => TextTest::Matches(literal(with)?),
        _ => return None,
    };
    text_of(on, line, how)
}

/// A question about the name or the value of a line.
fn text_of(on: &IdedExpr, line: &str, how: TextTest) -> Option<LineTest> {
    let (on, lower) = match &on.expr {
        Cel::Call(call) if call.func_name == operator::function("lower") => (arguments::<1>(call).map(|[on]| on)?, true),
        _ => (on, false),
    };
    let Cel::Select(select) = &on.expr else { return None };
    let value = match select.field.as_str() {
        "name" => false,
        "value" => true,
        _ => return None,
    };
    (!select.test && is_name(&select.operand, line)).then_some(LineTest::Text { value, lower, how })
}

/// A member of a list within a macro, which is counted when it is kept.
fn kept(expr: &IdedExpr) -> &IdedExpr {
    match &expr.expr {
        Cel::Call(call) if call.func_name == operator::KEEP => call.args.first().unwrap_or(expr),
        _ => expr,
    }
}

fn arguments<const N: usize>(call: &CallExpr) -> Option<&[IdedExpr; N]> {
    call.args.as_slice().try_into().ok().filter(|_| call.target.is_none())
}

fn literal(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Cel::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

fn is_name(expr: &IdedExpr, name: &str) -> bool {
    matches!(&expr.expr, Cel::Ident(known) if known == name)
}

#[cfg(test)]
mod tests {
    use super::super::super::expression::Stand;
    use super::super::interpreted;
    use super::*;

    fn lines(text: &str) -> Option<Lines> {
        match interpreted(text, Stand::Exchange, &[]) {
            Ok((Expr::Interpreted(interpreted), _)) => interpreted.lines.clone(),
            Ok(_) => panic!("{text} is not interpreted"),
            Err(mistake) => panic!("{text}: {}", mistake.message),
        }
    }

    #[test]
    fn names_and_values_against_texts() {
        let text = |value, lower, how| LineTest::Text { value, lower, how };
        let via = || text(false, true, TextTest::OneOf(vec!["via".into()]));
        let long = || text(true, false, TextTest::Matches("^a+$".into()));
        let (some, every) = (Quantity::Some, Quantity::All);
        let number = |fits, with| Quantity::Number(Comparison { fits, with });
        for (expr, of, negated, test) in [
            (r#"request.headers.exists(h, h.name.lower() == "via")"#, some, false, via()),
            (r#"request.headers.exists(line, "via" == line.name.lower())"#, some, false, via()),
            (r#"!request.headers.exists(h, h.name.lower() == "via")"#, some, true, via()),
            (r#"request.headers.all(h, h.name.lower() != "via")"#, every, false, LineTest::Not(Box::new(via()))),
            (
                r#"request.headers.all(h, h.name.lower() == "via" || h.value.matches("^a+$"))"#,
                every,
                false,
                LineTest::Either(Box::new([via(), long()])),
            ),
            (
                r#"request.headers.exists(h, h.value in ["a", "b"])"#,
                some,
                false,
                text(true, false, TextTest::OneOf(vec!["a".into(), "b".into()])),
            ),
            (r#"request.headers.exists_one(h, h.name.lower() == "via")"#, number([false, true, false], 1), false, via()),
            (r#"request.headers.filter(h, h.name.lower() == "via").size() <= 2"#, number([true, true, false], 2), false, via()),
            (r#"!(3 > request.headers.size())"#, number([true, false, false], 3), true, LineTest::Any),
            (
                r#"request.headers.all(h, h.value.size() < 9)"#,
                every,
                false,
                text(true, false, TextTest::Size(Comparison { fits: [true, false, false], with: 9 })),
            ),
            (
                r#"request.headers.exists(h, 9 != h.name.size())"#,
                some,
                false,
                text(false, false, TextTest::Size(Comparison { fits: [true, false, true], with: 9 })),
            ),
        ] {
            assert_eq!(lines(expr), Some(Lines { side: crate::spec::Side::Request, of, negated, test }), "{expr}");
        }
        assert_eq!(
            lines(r#"response.headers.exists(h, h.name == "a")"#).map(|lines| lines.side),
            Some(crate::spec::Side::Response)
        );
    }

    #[test]
    fn what_else_there_is_stays_the_interpreters() {
        for expr in [
            r#"request.headers.exists(h, h.name == h.value)"#,
            r#"request.headers.exists(h, h.name == request.method)"#,
            r#"request.headers.exists(h, h.value.size() < h.name.size())"#,
            r#"request.headers.filter(h, h.name == "a").size() < request.method.size()"#,
            r#"request.headers.filter(h, h.name == "a").map(h, h.value).size() == 1"#,
            r#"request.headers.exists(h, h.value.contains("a") == true)"#,
            r#"request.headers.exists(h, "abc".contains(h.value))"#,
            r#"request.headers.exists(h, h.value < "a")"#,
            r#"request.headers.exists(h, "a" == "a")"#,
            r#"request.headers.filter(h, h.name == "a").exists(h, h.name == "a")"#,
            r#"request.headers.exists(h, response.headers.exists(i, h.name == "a"))"#,
            r#"request.headers.map(h, h.name).exists(n, n == "a")"#,
        ] {
            assert_eq!(lines(expr), None, "{expr}");
        }
    }
}
