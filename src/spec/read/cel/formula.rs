//! Makes a [`Formula`] of an expression that was lowered.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr as Cel, LiteralValue, operators};

use crate::spec::{
    Expr, ExprPart, Formula, Function, Gives, Loop, MessagePath, Name, OfLine, Operator, Question, Within, operator,
};

/// The formula of an expression; `None` where something in it is the interpreter's alone: decimal numbers, times, objects that
/// the spec writes, `null`.
pub(super) fn formula(expr: &IdedExpr, parts: &[ExprPart]) -> Option<Formula> {
    Maker { parts, members: Vec::new() }.formula(expr)
}

struct Maker<'e> {
    parts: &'e [ExprPart],
    /// The names of members of macros, innermost last.
    members: Vec<&'e str>,
}

impl<'e> Maker<'e> {
    fn formula(&mut self, expr: &'e IdedExpr) -> Option<Formula> {
        match &expr.expr {
            Cel::Literal(LiteralValue::String(text)) => Some(Formula::Text(text.inner().to_owned())),
            Cel::Literal(LiteralValue::Int(int)) => Some(Formula::Int(*int.inner())),
            Cel::Literal(LiteralValue::Boolean(truth)) => Some(Formula::Truth(*truth.inner())),
            Cel::Ident(name) => self.name(name),
            Cel::Select(select) => {
                let on = self.boxed(&select.operand)?;
                let text = select.field.clone();
                if select.test {
                    return Some(Formula::Has(on, text));
                }
                let of_line = match text.as_str() {
                    "name" => Some(OfLine::Name),
                    "value" => Some(OfLine::Value),
                    _ => None,
                };
                Some(Formula::Named(on, Name { text, of_line }))
            }
            Cel::List(list) => {
                list.elements.iter().map(|member| self.formula(kept(member))).collect::<Option<_>>().map(Formula::List)
            }
            Cel::Call(call) => self.call(call),
            Cel::Comprehension(of) => self.macro_(of),
            Cel::Literal(_) | Cel::Map(_) | Cel::Struct(_) | Cel::Unspecified => None,
        }
    }

    fn boxed(&mut self, expr: &'e IdedExpr) -> Option<Box<Formula>> {
        self.formula(expr).map(Box::new)
    }

    fn name(&self, name: &str) -> Option<Formula> {
        if let Some(number) = ExprPart::number(name) {
            return Some(match &self.parts.get(number)?.expr {
                Expr::Message { side, path: MessagePath::Headers } => Formula::Lines(*side),
                _ => Formula::Part(number),
            });
        }
        match self.members.iter().rev().position(|member| *member == name) {
            Some(outward) => Some(Formula::Member(outward)),
            None if name == "key" => Some(Formula::Key),
            None if name == "value" => Some(Formula::Value),
            None => None,
        }
    }

    fn call(&mut self, call: &'e CallExpr) -> Option<Formula> {
        if call.target.is_some() {
            return None;
        }
        let name = call.func_name.as_str();
        match (name, call.args.as_slice()) {
            (operators::LOGICAL_NOT, [on]) => self.boxed(on).map(Formula::Not),
            (operators::NEGATE, [on]) => self.boxed(on).map(Formula::Negative),
            (operator::SIZE, [on]) => self.boxed(on).map(Formula::Size),
            ("int", [on]) => self.boxed(on).map(Formula::ToInt),
            ("string", [on]) => self.boxed(on).map(Formula::ToText),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                Some(Formula::If(Box::new([self.formula(condition)?, self.formula(yes)?, self.formula(no)?])))
            }
            (operator::MATCHES, [on, pattern]) => Some(Formula::Matches(self.boxed(on)?, Within::new(text(pattern)?))),
            (_, [on, arguments @ ..]) => {
                if let [with] = arguments {
                    let mut sides = || Some(Box::new([self.formula(on)?, self.formula(with)?]));
                    if let Some(question) = question(name) {
                        return sides().map(|sides| Formula::Holds(question, sides));
                    }
                    if let Some(made) = made(name) {
                        return sides().map(|sides| Formula::Two(made, sides));
                    }
                }
                let name = name.strip_prefix('@')?;
                let (function, _) = Function::ALL.iter().find(|(_, known)| *known == name)?;
                let argument = match arguments {
                    [] => None,
                    [argument] => Some(self.boxed(argument)?),
                    _ => return None,
                };
                Some(Formula::Call(*function, self.boxed(on)?, argument))
            }
            _ => None,
        }
    }

    /// A macro, by what `cel` makes of each.
    fn macro_(&mut self, of: &'e ComprehensionExpr) -> Option<Formula> {
        let ComprehensionExpr { iter_range, iter_var, iter_var2: None, accu_var, accu_init, loop_cond, loop_step, result } = of
        else {
            return None;
        };
        let [range] = called(iter_range, operator::STEPS)?;
        let over = self.formula(range)?;
        self.members.push(iter_var);
        let is_sum = |expr: &IdedExpr| is_name(expr, accu_var);
        let gives = match &accu_init.expr {
            Cel::Literal(LiteralValue::Boolean(all)) => {
                let all = *all.inner();
                let [sum, test] = called(loop_step, if all { operators::LOGICAL_AND } else { operators::LOGICAL_OR })?;
                let whole = is_sum(sum) && is_sum(result) && ends_when_decided(loop_cond, accu_var, all);
                let test = self.formula(test).filter(|_| whole)?;
                if all { Gives::All(test) } else { Gives::Exists(test) }
            }
            Cel::Literal(LiteralValue::Int(none)) => {
                let [test, one_more, as_before] = called(loop_step, operators::CONDITIONAL)?;
                let [before, one] = called(one_more, operator::ADD)?;
                let [sum, once] = called(result, operator::EQ)?;
                let whole = *none.inner() == 0 && is_true(loop_cond) && [one, once].into_iter().all(is_one);
                let test = self.formula(test).filter(|_| whole && [before, as_before, sum].into_iter().all(is_sum))?;
                Gives::ExistsOne(test)
            }
            Cel::List(none) if none.elements.is_empty() && is_true(loop_cond) && is_sum(result) => {
                let (test, more) = match called::<3>(loop_step, operators::CONDITIONAL) {
                    Some([test, more, as_before]) => (Some(self.formula(test).filter(|_| is_sum(as_before))?), more),
                    None => (None, loop_step),
                };
                // A list that a macro gathers stays `+`.
                let [before, member] = called(more, operators::ADD)?;
                let Cel::List(member) = &member.expr else { return None };
                let [member] = member.elements.as_slice() else { return None };
                match test.filter(|_| is_sum(before)) {
                    Some(test) if is_name(kept(member), iter_var) => Gives::Filter(test),
                    test => Gives::Map(test, self.formula(kept(member)).filter(|_| is_sum(before))?),
                }
            }
            _ => return None,
        };
        self.members.pop();
        Some(Formula::Loop(Box::new(Loop { over, gives })))
    }
}

fn question(name: &str) -> Option<Question> {
    Some(match name {
        operators::LOGICAL_AND => Question::And,
        operators::LOGICAL_OR => Question::Or,
        operator::EQ => Question::Equal,
        operator::NE => Question::Unequal,
        operator::LT => Question::Less,
        operator::LE => Question::AtMost,
        operator::GT => Question::Greater,
        operator::GE => Question::AtLeast,
        operator::ONE_OF => Question::OneOf,
        operator::STARTS => Question::Starts,
        operator::ENDS => Question::Ends,
        operator::CONTAINS => Question::Contains,
        _ => return None,
    })
}

fn made(name: &str) -> Option<Operator> {
    Some(match name {
        operators::ADD | operator::ADD => Operator::Add,
        operators::SUBSTRACT => Operator::Subtract,
        operators::MULTIPLY => Operator::Multiply,
        operators::DIVIDE => Operator::Divide,
        operators::MODULO => Operator::Remainder,
        operator::MEMBER => Operator::Nth,
        operators::INDEX => Operator::OfKey,
        _ => return None,
    })
}

/// `exists` goes on while nothing is found, `all` while nothing else is.
fn ends_when_decided(expr: &IdedExpr, accu: &str, all: bool) -> bool {
    let Some([goes_on]) = called(expr, operators::NOT_STRICTLY_FALSE) else { return false };
    let undecided = if all { Some(goes_on) } else { called(goes_on, operators::LOGICAL_NOT).map(|[on]| on) };
    undecided.is_some_and(|on| is_name(on, accu))
}

/// A member of a list within a macro, which is counted when it is kept.
fn kept(expr: &IdedExpr) -> &IdedExpr {
    called(expr, operator::KEEP).map_or(expr, |[member]| member)
}

fn called<'e, const N: usize>(expr: &'e IdedExpr, name: &str) -> Option<&'e [IdedExpr; N]> {
    match &expr.expr {
        Cel::Call(call) if call.func_name == name && call.target.is_none() => call.args.as_slice().try_into().ok(),
        _ => None,
    }
}

fn text(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Cel::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

fn is_one(expr: &IdedExpr) -> bool {
    matches!(&expr.expr, Cel::Literal(LiteralValue::Int(int)) if *int.inner() == 1)
}

fn is_true(expr: &IdedExpr) -> bool {
    matches!(&expr.expr, Cel::Literal(LiteralValue::Boolean(is)) if *is.inner())
}

fn is_name(expr: &IdedExpr, name: &str) -> bool {
    matches!(&expr.expr, Cel::Ident(known) if known == name)
}

#[cfg(test)]
mod tests {
    use super::super::super::expression::Stand;
    use super::super::interpreted;
    use super::*;

    fn formula(text: &str) -> Option<Formula> {
        match interpreted(text, Stand::Exchange, &[]) {
            Ok((Expr::Interpreted(interpreted), _)) => interpreted.program.formula.clone(),
            Ok(_) => panic!("{text} is not interpreted"),
            Err(mistake) => panic!("{text}: {}", mistake.message),
        }
    }

    #[test]
    fn what_specs_are_made_of_has_a_formula() {
        for text in [
            r#"request.header("A") == "b" && response.status != 200 || !request.has_header("C")"#,
            r#"request.headers.exists(h, h.name.lower() == "via" && h.value.matches("^1"))"#,
            r#"request.headers.all(h, h.value.size() < 9 || h.name in ["a", "b"])"#,
            r#"request.headers.exists_one(h, h.value.startsWith(h.name))"#,
            r#"request.headers.filter(h, h.name == "a").size() == 1"#,
            r#"request.headers.filter(h, h.name == "a")[0].value == "b""#,
            r#"request.headers.map(h, h.name + ":" + h.value) == ["a:b"]"#,
            r#"request.headers.map(h, h.name == "a", h.value)[-1].endsWith("b")"#,
            r#"request.header("A").members().all(m, response.headers.exists(h, h.value.contains(m)))"#,
            r#"int(request.header("A").pair("b")) * 2 - 1 > -(response.status % 7) / 3"#,
            r#"has(response.json.a) && response.json.a["b"][0] == string(response.status)"#,
            r#"(request.method == "GET" ? 1 : 2) <= request.header("A").members().size()"#,
        ] {
            assert!(formula(text).is_some(), "{text}");
        }
    }

    #[test]
    fn the_rest_is_the_interpreters() {
        for text in [
            "response.json.f < 2.5",
            "response.json.a == null",
            r#"time > timestamp("2020-06-14T10:04:49Z")"#,
            r#"response.json == {"a": 1}"#,
            "double(response.status) > 1.0",
        ] {
            assert!(formula(text).is_none(), "{text}");
        }
    }

    #[test]
    fn macros_are_told_apart() {
        let gives = |text: &str| match formula(text) {
            Some(Formula::Loop(of)) => of.gives,
            other => panic!("{text}: {other:?}"),
        };
        assert!(matches!(gives("request.headers.exists(h, true)"), Gives::Exists(Formula::Truth(true))));
        assert!(matches!(gives("request.headers.all(h, true)"), Gives::All(Formula::Truth(true))));
        assert!(matches!(gives("request.headers.exists_one(h, true)"), Gives::ExistsOne(Formula::Truth(true))));
        assert!(matches!(gives("request.headers.filter(h, true)"), Gives::Filter(Formula::Truth(true))));
        assert!(matches!(gives("request.headers.map(h, 1)"), Gives::Map(None, Formula::Int(1))));
        assert!(matches!(gives("request.headers.map(h, true, 1)"), Gives::Map(Some(Formula::Truth(true)), Formula::Int(1))));
        let Gives::All(Formula::Loop(inner)) = gives("request.headers.all(a, response.headers.all(b, a.name == b.name))") else {
            panic!("a macro in a macro")
        };
        let Gives::All(Formula::Holds(Question::Equal, sides)) = inner.gives else { panic!("a comparison") };
        let outward = sides.map(|side| match side {
            Formula::Named(on, _) => match *on {
                Formula::Member(outward) => outward,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        });
        assert_eq!(outward, [1, 0]);
    }
}
