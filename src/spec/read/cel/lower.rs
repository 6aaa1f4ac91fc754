//! The walk over a parsed expression: types checked, paths compiled, operators replaced.

use std::ops::Range;
use std::sync::Arc;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr as Cel, LiteralValue, operators};

use super::super::expression::{Mistake, Parsed, Stand, compiled, unknown_function};
use super::super::functions::{METHODS, Type};
use super::super::lexer::{Token, tokens};
use super::formula::formula;
use super::functions::{CelFunction, FUNCTIONS};
use super::operators as kinds;
use super::parse::{node, parse};
use super::unparse::{binary, path, shown};
use crate::spec::near::did_you_mean;
use crate::spec::{Chain, Expr, ExprPart, Interpreted, Operand, Program, operator};

/// So many macros may stand in one another.
const DEEPEST_LOOP: usize = 3;

/// An expression for the interpreter, and its type. `locals` are names that it is given when it runs.
pub(in super::super) fn interpreted(text: &str, stand: Stand, locals: &[(&str, Type)]) -> Parsed {
    let program = parse(text)?;
    let locals = locals.iter().map(|(name, of)| ((*name).to_owned(), *of)).collect();
    let words = tokens(text).unwrap_or_default();
    let mut lower = Lower { text, words, stand, locals, parts: Vec::new(), loops: 0 };
    let (program, of) = lower.lower(program)?;
    let (chain, program) = (lower.chain(&program), lower.program(program));
    let parts = lower.parts;
    Ok((Expr::Interpreted(Arc::new(Interpreted { text: text.trim().to_owned(), parts, program, chain })), of))
}

type Lowered = Result<(IdedExpr, Type), Mistake>;

struct Lower<'t> {
    text: &'t str,
    words: Vec<(Token, Range<usize>)>,
    stand: Stand,
    /// Names of the expression's own, innermost last.
    locals: Vec<(String, Type)>,
    parts: Vec<ExprPart>,
    /// How many macros this is in.
    loops: usize,
}

impl Lower<'_> {
    fn lower(&mut self, expr: IdedExpr) -> Lowered {
        if let Some(part) = self.part(&expr)? {
            return Ok(part);
        }
        let IdedExpr { id, expr } = expr;
        let again = |expr| IdedExpr { id, expr };
        match expr {
            Cel::Literal(literal) => {
                let of = match &literal {
                    LiteralValue::Boolean(_) => Type::Bool,
                    LiteralValue::Int(_) => Type::Int,
                    LiteralValue::Double(_) => Type::Double,
                    LiteralValue::String(_) => Type::Text,
                    LiteralValue::Null => Type::Null,
                    LiteralValue::UInt(_) => return Err(self.mistake("unsigned numbers are not needed here: leave the `u` away")),
                    LiteralValue::Bytes(_) => return Err(self.mistake("bytes have no use here: write a text")),
                };
                Ok((again(Cel::Literal(literal)), of))
            }
            Cel::Ident(name) => match self.locals.iter().rev().find(|(local, _)| *local == name) {
                Some((_, of)) => Ok((again(Cel::Ident(name)), *of)),
                // Whatever is no local was a part, or a mistake in one.
                None => Err(self.at_word(&name, format!("`{name}` is nothing here"))),
            },
            Cel::Select(mut select) => {
                let (operand, of) = self.lower(*select.operand)?;
                let gives = match of {
                    Type::Json => Type::Json,
                    Type::Field if matches!(select.field.as_str(), "name" | "value") => Type::Text,
                    _ => {
                        let mistake = self.at_word(&select.field, format!("{} has no `{}`", of.what(), select.field));
                        return Err(match of {
                            Type::Field => mistake.help("a field line has `name` and `value`"),
                            Type::Headers => mistake.help("go through the lines: `headers.exists(h, h.name == \"Host\")`"),
                            _ => mistake.maybe_help(did_you_mean(&select.field, METHODS.iter().map(|m| m.name))),
                        });
                    }
                };
                let gives = if select.test { Type::Bool } else { gives };
                select.operand = Box::new(operand);
                Ok((again(Cel::Select(select)), gives))
            }
            Cel::List(mut list) => {
                let mut kinds = Vec::new();
                for element in &mut list.elements {
                    let (lowered, of) = self.lower(std::mem::take(element))?;
                    kinds.push(of);
                    // A macro that gathers keeps each element.
                    *element = if self.loops > 0 { call(lowered.id, operator::KEEP, vec![lowered]) } else { lowered };
                }
                Ok((again(Cel::List(list)), kinds::list_of(&kinds)))
            }
            Cel::Map(mut map) => {
                for entry in &mut map.entries {
                    let EntryExpr::MapEntry(entry) = &mut entry.expr else {
                        return Err(self.mistake("this has no meaning here"));
                    };
                    let (key, of) = self.lower(std::mem::take(&mut entry.key))?;
                    if !matches!(of, Type::Text | Type::Json) {
                        return Err(self.mistake(format!("a key of a map is a text, and here stands {}", of.what())));
                    }
                    entry.key = key;
                    entry.value = self.lower(std::mem::take(&mut entry.value))?.0;
                }
                Ok((again(Cel::Map(map)), Type::Json))
            }
            Cel::Struct(of) => Err(self.at_word(&of.type_name, format!("there is no type `{}`", of.type_name))),
            Cel::Comprehension(macro_) => {
                let (macro_, of) = self.comprehension(*macro_)?;
                Ok((again(Cel::Comprehension(Box::new(macro_))), of))
            }
            Cel::Call(call) => self.call(id, call),
            Cel::Unspecified => Err(self.mistake("a value is expected here")),
        }
    }

    /// What the compiled part of the language knows becomes a part of its own, and a variable here.
    fn part(&mut self, expr: &IdedExpr) -> Result<Option<(IdedExpr, Type)>, Mistake> {
        if matches!(expr.expr, Cel::Literal(_)) || self.names_local(expr) {
            return Ok(None);
        }
        let Some(text) = path(expr) else { return Ok(None) };
        let (part, of) = match compiled(&text, self.stand) {
            Ok(compiled) => compiled,
            Err(mistake) if mistake.more => return Ok(None),
            Err(mistake) => return Err(self.moved(mistake, &text)),
        };
        let known = self.parts.iter().position(|part| part.text == text);
        let number = known.unwrap_or(self.parts.len());
        if known.is_none() {
            self.parts.push(ExprPart::new(text, part));
        }
        Ok(Some((IdedExpr { id: expr.id, expr: Cel::Ident(ExprPart::variable(number)) }, of)))
    }

    fn names_local(&self, expr: &IdedExpr) -> bool {
        let any = |exprs: &[IdedExpr]| exprs.iter().any(|expr| self.names_local(expr));
        match &expr.expr {
            Cel::Ident(name) => self.locals.iter().any(|(local, _)| local == name),
            Cel::Select(select) => self.names_local(&select.operand),
            Cel::Call(call) => call.target.as_ref().is_some_and(|target| self.names_local(target)) || any(&call.args),
            Cel::List(list) => any(&list.elements),
            // What is no path is not asked.
            _ => false,
        }
    }

    fn call(&mut self, id: u64, call_: CallExpr) -> Lowered {
        let CallExpr { func_name: name, target, args } = call_;
        if let Some(target) = target {
            return self.method(id, &name, *target, args);
        }
        let given = args.len();
        let mut args = args.into_iter();
        match (name.as_str(), args.next(), args.next(), args.next()) {
            (operators::CONDITIONAL, Some(condition), Some(yes), Some(no)) => {
                let condition = self.truth(condition, "the condition before `?`")?;
                let ((yes, a), (no, b)) = (self.lower(yes)?, self.lower(no)?);
                let of = kinds::either(a, b).ok_or_else(|| {
                    self.mistake(format!("`?` chooses between {} and {}, which are two types", a.what(), b.what()))
                })?;
                Ok((call(id, operators::CONDITIONAL, vec![condition, yes, no]), of))
            }
            (operators::LOGICAL_NOT, Some(on), None, None) => {
                let on = self.truth(on, "what stands behind `!`")?;
                Ok((call(id, operators::LOGICAL_NOT, vec![on]), Type::Bool))
            }
            (operators::NOT_STRICTLY_FALSE, Some(on), None, None) => {
                let (on, _) = self.lower(on)?;
                Ok((call(id, operators::NOT_STRICTLY_FALSE, vec![on]), Type::Bool))
            }
            (operators::NEGATE, Some(on), None, None) => {
                let (on, of) = self.lower(on)?;
                if !matches!(of, Type::Int | Type::Double | Type::Json) {
                    return Err(self.mistake(format!("`-` is for numbers, and here stands {}", of.what())));
                }
                Ok((call(id, operators::NEGATE, vec![on]), of))
            }
            (operators::INDEX, Some(on), Some(index), None) => self.index(id, on, index),
            (name, Some(a), Some(b), None) if binary(name).is_some() => self.between(id, name, a, b),
            ("header" | "has_header", ..) => Err(self.at_word(&name, format!("`{name}` takes one field name, as a text"))),
            (_, first, second, third) => {
                let args = [first, second, third].into_iter().flatten().chain(args).collect();
                let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
                    return Err(self.unknown(&name));
                };
                if !function.global || given != function.takes.len() {
                    return Err(self.misused(function, function.global, given));
                }
                let args = self.arguments(function, args)?;
                Ok((call(id, masked(&name).unwrap_or(&name), args), function.gives))
            }
        }
    }

    fn method(&mut self, id: u64, name: &str, target: IdedExpr, args: Vec<IdedExpr>) -> Lowered {
        if let Some(method) = METHODS.iter().find(|method| method.name == name) {
            let (target, of) = self.lower(target)?;
            if !matches!(of, Type::Text | Type::Json) {
                return Err(self.at_word(name, format!("`{name}` is for texts, and here stands {}", of.what())));
            }
            if args.len() != method.arguments {
                let takes = if method.arguments == 0 { "no argument" } else { "one argument" };
                let mistake = self.at_word(name, format!("`{name}` takes {takes}, not {}", args.len()));
                return Err(mistake.help(format!("write `.{}`", method.example)));
            }
            let mut all = vec![target];
            for arg in args {
                let (arg, of) = self.lower(arg)?;
                if !matches!(of, Type::Text | Type::Json) {
                    return Err(self.at_word(name, format!("`{name}` takes a text, and here stands {}", of.what())));
                }
                all.push(arg);
            }
            return Ok((call(id, &operator::function(name), all), method.gives));
        }
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else { return Err(self.unknown(name)) };
        if !function.method || args.len() + 1 != function.takes.len() {
            return Err(self.misused(function, function.method, args.len()));
        }
        let mut all = self.arguments(function, std::iter::once(target).chain(args).collect())?.into_iter();
        if name == "matches" {
            return self.matches(id, all.collect());
        }
        if let Some(ours) = masked(name) {
            return Ok((call(id, ours, all.collect()), function.gives));
        }
        let (target, args) = (all.next().map(Box::new), all.collect());
        Ok((IdedExpr { id, expr: Cel::Call(CallExpr { func_name: name.to_owned(), target, args }) }, function.gives))
    }

    /// A pattern is known at load, so that traffic cannot choose it.
    fn matches(&mut self, id: u64, all: Vec<IdedExpr>) -> Lowered {
        let Some(Cel::Literal(LiteralValue::String(pattern))) = all.get(1).map(|pattern| &pattern.expr) else {
            return Err(self.at_word("matches", "`matches` takes a pattern as a text in quotes".to_owned()));
        };
        if let Err(error) = regex_syntax::Parser::new().parse(pattern.inner()) {
            let error = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return Err(self.at_word("matches", format!("the regular expression cannot be read: {error}")));
        }
        Ok((call(id, operator::MATCHES, all), Type::Bool))
    }

    fn arguments(&mut self, function: &CelFunction, args: Vec<IdedExpr>) -> Result<Vec<IdedExpr>, Mistake> {
        let mut lowered = Vec::new();
        for (arg, takes) in args.into_iter().zip(function.takes) {
            let (arg, of) = self.lower(arg)?;
            if of != Type::Json && !takes.contains(&of) {
                let what = one_of_kinds(takes);
                let message = format!("`{}` is for {what}, and here stands {}", function.name, of.what());
                return Err(self.at_word(function.name, message).help(format!("as in `{}`", function.example)));
            }
            lowered.push(arg);
        }
        Ok(lowered)
    }

    fn index(&mut self, id: u64, on: IdedExpr, index: IdedExpr) -> Lowered {
        let ((on, of), (index, at)) = (self.lower(on)?, self.lower(index)?);
        let gives = match (of, at) {
            (Type::Json, Type::Int | Type::Text | Type::Json) => Type::Json,
            (list, Type::Int | Type::Json) if kinds::member(list).is_some() => kinds::member(list).unwrap_or(Type::Json),
            _ => return Err(self.mistake(format!("{} has no member at {}", of.what(), at.what()))),
        };
        let ours = if at == Type::Int { operator::MEMBER } else { operators::INDEX };
        Ok((call(id, ours, vec![on, index]), gives))
    }

    fn between(&mut self, id: u64, name: &str, a: IdedExpr, b: IdedExpr) -> Lowered {
        if matches!(name, operators::LOGICAL_AND | operators::LOGICAL_OR) {
            let what = format!("both sides of `{}`", binary(name).unwrap_or_default());
            let sides = vec![self.truth(a, &what)?, self.truth(b, &what)?];
            return Ok((call(id, name, sides), Type::Bool));
        }
        let (id_a, id_b) = (a.id, b.id);
        let ((a, of_a), (b, of_b)) = (self.lower(a)?, self.lower(b)?);
        let Some(gives) = kinds::between(name, of_a, of_b) else {
            let sign = binary(name).unwrap_or_default();
            let told = |id: u64, of: Type| format!("`{}` is {}", self.told(id), of.what());
            let message = format!("`{sign}` means nothing here: {}, {}", told(id_a, of_a), told(id_b, of_b));
            return Err(self.mistake(message).maybe_help(kinds::conversion(of_a, of_b).map(str::to_owned)));
        };
        let ours = match name {
            operators::EQUALS => operator::EQ,
            operators::NOT_EQUALS => operator::NE,
            operators::LESS => operator::LT,
            operators::LESS_EQUALS => operator::LE,
            operators::GREATER => operator::GT,
            operators::GREATER_EQUALS => operator::GE,
            operators::IN => operator::ONE_OF,
            // A list that a macro gathers stays `+`, which the interpreter does in place.
            operators::ADD if self.loops > 0 && kinds::member(gives).is_none_or(|_| gives == Type::Json) => operator::ADD,
            other => other,
        };
        Ok((call(id, ours, vec![a, b]), gives))
    }

    fn truth(&mut self, expr: IdedExpr, what: &str) -> Result<IdedExpr, Mistake> {
        let id = expr.id;
        let (expr, of) = self.lower(expr)?;
        match of {
            Type::Bool | Type::Json => Ok(expr),
            _ => Err(self.mistake(format!("{what} must be true or false: `{}` is {}", self.told(id), of.what()))),
        }
    }

    /// A node of the expression as text, for a mistake. The walk takes nodes apart, so it is looked up in a tree made anew.
    fn told(&self, id: u64) -> String {
        parse(self.text).ok().and_then(|tree| node(&tree, id).map(shown)).unwrap_or_else(|| "…".to_owned())
    }

    /// `all`, `exists`, `exists_one`, `map`, `filter`.
    fn comprehension(&mut self, macro_: ComprehensionExpr) -> Result<(ComprehensionExpr, Type), Mistake> {
        let id = macro_.iter_range.id;
        let (range, of) = self.lower(macro_.iter_range)?;
        let Some(member) = kinds::member(of) else {
            let mistake = self.mistake(format!("only a list has members to go through: `{}` is {}", self.told(id), of.what()));
            return Err(mistake.help("`members()` splits a list"));
        };
        self.loops += 1;
        if self.loops > DEEPEST_LOOP {
            return Err(self.mistake(format!("more than {DEEPEST_LOOP} macros in one another")));
        }
        if let Some((name, _)) = self.locals.iter().find(|(name, _)| *name == macro_.iter_var) {
            let message = format!("`{name}` is a name already");
            return Err(self.at_word(&name.clone(), message).help("choose another for the members of this list"));
        }
        let (accu_init, of_accu) = self.lower(macro_.accu_init)?;
        // Members of an object are its keys.
        let member = if of == Type::Json { Type::Json } else { member };
        self.locals.push((macro_.accu_var.clone(), of_accu));
        self.locals.push((macro_.iter_var.clone(), member));
        let (loop_cond, _) = self.lower(macro_.loop_cond)?;
        let (loop_step, _) = self.lower(macro_.loop_step)?;
        let (result, gives) = self.lower(macro_.result)?;
        self.locals.truncate(self.locals.len().saturating_sub(2));
        self.loops -= 1;
        let iter_range = call(range.id, operator::STEPS, vec![range]);
        Ok((ComprehensionExpr { iter_range, accu_init, loop_cond, loop_step, result, ..macro_ }, gives))
    }

    fn program(&self, tree: IdedExpr) -> Program {
        let mut parts = Vec::new();
        parts_of(&tree, &mut parts);
        let plain = parts.iter().all(|number| self.parts.get(*number).is_some_and(ExprPart::is_plain));
        Program { formula: formula(&tree, &self.parts), tree, parts, plain }
    }

    /// The chain of one logical operator at the top, with its operands as typed.
    fn chain(&self, program: &IdedExpr) -> Option<Chain> {
        let Cel::Call(top) = &program.expr else { return None };
        let Some(sign @ ("&&" | "||")) = binary(&top.func_name) else { return None };
        let mut exprs = Vec::new();
        links(program, &top.func_name, &mut exprs);
        let mut texts = Vec::new();
        let (mut start, mut depth) = (0, 0_usize);
        for (token, range) in &self.words {
            match token {
                Token::Mark('(' | '[') => depth += 1,
                Token::Mark(')' | ']') => depth = depth.saturating_sub(1),
                Token::Operator(operator) if depth == 0 && operator.trim_end_matches('!') == sign => {
                    texts.push(self.text.get(start..range.start).unwrap_or_default());
                    start = range.start + sign.len();
                }
                _ => {}
            }
        }
        texts.push(self.text.get(start..).unwrap_or_default());
        if texts.len() != exprs.len() {
            return None;
        }
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let operand =
            |(text, program): (&str, &IdedExpr)| Operand { text: one_line(text), program: self.program(program.clone()) };
        Some(Chain { decides: sign == "||", operands: texts.into_iter().zip(exprs).map(operand).collect() })
    }

    fn unknown(&self, name: &str) -> Mistake {
        unknown_function(name, self.at_word(name, String::new()).range)
    }

    fn misused(&self, function: &CelFunction, right_form: bool, given: usize) -> Mistake {
        let name = function.name;
        let takes = function.takes.len() - usize::from(right_form && function.method && !function.global);
        let message = if right_form {
            let number = if takes == 1 { "one argument".to_owned() } else { format!("{takes} arguments") };
            format!("`{name}` takes {number}, not {given}")
        } else if function.method {
            format!("`{name}` is called on a value")
        } else {
            format!("`{name}` is not called on a value")
        };
        let example = if function.method { format!("x.{}", function.example) } else { function.example.to_owned() };
        self.at_word(name, message).help(format!("write `{example}`"))
    }

    /// A mistake of the whole expression.
    fn mistake(&self, message: impl Into<String>) -> Mistake {
        let start = self.text.len() - self.text.trim_start().len();
        Mistake::new(start..self.text.trim_end().len().max(start), message)
    }

    /// A mistake at the first place where a word stands.
    fn at_word(&self, word: &str, message: String) -> Mistake {
        let found = self.words.iter().find(|(token, _)| matches!(token, Token::Word(known) if known == word));
        match found {
            Some((_, range)) => Mistake::new(range.clone(), message),
            None => self.mistake(message),
        }
    }

    /// A mistake in a part, whose text is written anew, at the place where the part stands in the whole.
    fn moved(&self, mistake: Mistake, part: &str) -> Mistake {
        let part = tokens(part).unwrap_or_default();
        let same = |window: &[(Token, Range<usize>)]| window.iter().map(|(t, _)| t).eq(part.iter().map(|(t, _)| t));
        let Some(at) = (0..self.words.len()).find(|at| self.words.get(*at..at + part.len()).is_some_and(same)) else {
            return Mistake { range: self.mistake("").range, ..mistake };
        };
        let place = |edge: usize, end: bool| {
            let nth = part.iter().position(|(_, range)| if end { range.end >= edge } else { range.end > edge });
            let word = self.words.get(at + nth.unwrap_or(part.len().saturating_sub(1)));
            word.map(|(_, range)| if end { range.end } else { range.start })
        };
        match (place(mistake.range.start, false), place(mistake.range.end, true)) {
            (Some(start), Some(end)) if start <= end => Mistake { range: start..end, ..mistake },
            _ => Mistake { range: self.mistake("").range, ..mistake },
        }
    }
}

/// The functions of CEL to which a masked text is no text like any other.
fn masked(name: &str) -> Option<&'static str> {
    Some(match name {
        "startsWith" => operator::STARTS,
        "endsWith" => operator::ENDS,
        "contains" => operator::CONTAINS,
        "size" => operator::SIZE,
        _ => return None,
    })
}

fn call(id: u64, name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    IdedExpr { id, expr: Cel::Call(CallExpr { func_name: name.to_owned(), target: None, args }) }
}

/// The operands of a chain, left to right.
fn links<'e>(expr: &'e IdedExpr, name: &str, found: &mut Vec<&'e IdedExpr>) {
    match &expr.expr {
        Cel::Call(call) if call.func_name == name => call.args.iter().for_each(|operand| links(operand, name, found)),
        _ => found.push(expr),
    }
}

/// The parts that a program uses.
fn parts_of(expr: &IdedExpr, found: &mut Vec<usize>) {
    let mut all = |exprs: &[IdedExpr]| exprs.iter().for_each(|expr| parts_of(expr, found));
    match &expr.expr {
        Cel::Ident(name) => found.extend(ExprPart::number(name).filter(|number| !found.contains(number))),
        Cel::Select(select) => parts_of(&select.operand, found),
        Cel::Call(call) => {
            call.target.iter().for_each(|target| all(std::slice::from_ref(target)));
            all(&call.args);
        }
        Cel::List(list) => all(&list.elements),
        Cel::Comprehension(of) => {
            [&of.iter_range, &of.accu_init, &of.loop_cond, &of.loop_step, &of.result]
                .into_iter()
                .for_each(|of| parts_of(of, found));
        }
        Cel::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    parts_of(&entry.key, found);
                    parts_of(&entry.value, found);
                }
            }
        }
        // There are no structures in the language.
        Cel::Struct(_) | Cel::Literal(_) | Cel::Unspecified => {}
    }
}

fn one_of_kinds(takes: &[Type]) -> String {
    let mut kinds: Vec<&str> = takes.iter().map(|of| of.what()).collect();
    kinds.dedup();
    match kinds.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
