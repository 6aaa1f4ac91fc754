//! Finds in an expression that was lowered the conditions over field lines that can be answered where the lines lie.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr as Cel, LiteralValue, operators};

use crate::spec::{Expr, ExprPart, LineTest, Lines, MessagePath, TextTest, operator};

/// `headers.exists(h, …)` or `headers.all(h, …)`, with `!` before it or not, where nothing but the names and values of lines
/// is compared with texts of the spec; `None` for all else.
pub(super) fn question(expr: &IdedExpr, parts: &[ExprPart]) -> Option<Lines> {
    match &expr.expr {
        Cel::Comprehension(macro_) => exists_or_all(macro_, parts),
        Cel::Call(call) if call.func_name == operators::LOGICAL_NOT => {
            let [on] = arguments(call)?;
            let inner = question(on, parts)?;
            Some(Lines { negated: !inner.negated, ..inner })
        }
        _ => None,
    }
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
    Some(Lines { side, all, negated: false, test: line_test(test, iter_var)? })
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
        operator::NE => Some(LineTest::Not(Box::new(text_test(operator::EQ, call, line)?))),
        name => text_test(name, call, line),
    }
}

fn text_test(name: &str, call: &CallExpr, line: &str) -> Option<LineTest> {
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
        for (expr, all, negated, test) in [
            (r#"request.headers.exists(h, h.name.lower() == "via")"#, false, false, via()),
            (r#"request.headers.exists(line, "via" == line.name.lower())"#, false, false, via()),
            (r#"!request.headers.exists(h, h.name.lower() == "via")"#, false, true, via()),
            (r#"request.headers.all(h, h.name.lower() != "via")"#, true, false, LineTest::Not(Box::new(via()))),
            (
                r#"request.headers.all(h, h.name.lower() == "via" || h.value.matches("^a+$"))"#,
                true,
                false,
                LineTest::Either(Box::new([via(), long()])),
            ),
            (
                r#"request.headers.exists(h, h.value in ["a", "b"])"#,
                false,
                false,
                text(true, false, TextTest::OneOf(vec!["a".into(), "b".into()])),
            ),
        ] {
            assert_eq!(lines(expr), Some(Lines { side: crate::spec::Side::Request, all, negated, test }), "{expr}");
        }
        assert_eq!(
            lines(r#"response.headers.exists(h, h.name == "a")"#).map(|lines| lines.side),
            Some(crate::spec::Side::Response)
        );
    }

    #[test]
    fn what_else_there_is_stays_the_interpreters() {
        for expr in [
            r#"request.headers.exists_one(h, h.name == "a")"#,
            r#"request.headers.exists(h, h.name == h.value)"#,
            r#"request.headers.exists(h, h.name == request.method)"#,
            r#"request.headers.exists(h, h.value.size() < 9)"#,
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
