//! Text to `cel`'s tree, within bounds, with mistakes in this project's form.

use std::ops::Range;

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};
use cel::parser::PrattParser;

use super::super::expression::{DEEPEST, Mistake};

/// Bytes of one expression.
const LONGEST: usize = 4 << 10;
/// Nodes of its tree.
const MOST_NODES: usize = 2000;
/// How deep its tree may be.
const DEEPEST_TREE: usize = 100;

/// Parses CEL.
pub(super) fn parse(text: &str) -> Result<IdedExpr, Mistake> {
    let all = 0..text.len();
    if text.len() > LONGEST {
        return Err(Mistake::new(all, format!("an expression has at most {LONGEST} bytes")));
    }
    // The parser stops at this depth, so nothing that walks its tree can go deeper.
    let depth = u16::try_from(DEEPEST).unwrap_or(u16::MAX);
    let parser = PrattParser::new().max_recursion_depth(depth).max_expression_node_count(MOST_NODES);
    let parsed = parser.parse(text).map_err(|errors| match errors.errors.into_iter().next() {
        Some(error) => Mistake::new(range(text, error.pos), sentence(&error.msg)),
        None => Mistake::new(all.clone(), "this is no CEL expression"),
    })?;
    // Chains of operators nest without recursion of the parser's, and everything behind it walks trees.
    if is_deeper(&parsed, DEEPEST_TREE) {
        return Err(Mistake::new(all, format!("more than {DEEPEST_TREE} operators and calls in one another")));
    }
    Ok(parsed)
}

/// Whether a tree is deeper than it may be; by a list of what is left to see, not by recursion.
fn is_deeper(expr: &IdedExpr, most: usize) -> bool {
    let mut left = vec![(expr, 1_usize)];
    while let Some((expr, depth)) = left.pop() {
        if depth > most {
            return true;
        }
        inner(expr, &mut |inner| left.push((inner, depth + 1)));
    }
    false
}

/// The node of a tree with this number.
pub(super) fn node(tree: &IdedExpr, id: u64) -> Option<&IdedExpr> {
    let mut left = vec![tree];
    while let Some(expr) = left.pop() {
        if expr.id == id {
            return Some(expr);
        }
        inner(expr, &mut |inner| left.push(inner));
    }
    None
}

/// Sees the nodes directly below one.
fn inner<'e>(expr: &'e IdedExpr, mut see: &mut dyn FnMut(&'e IdedExpr)) {
    match &expr.expr {
        Expr::Call(call) => call.target.iter().map(AsRef::as_ref).chain(&call.args).for_each(&mut see),
        Expr::Comprehension(of) => {
            [&of.iter_range, &of.accu_init, &of.loop_cond, &of.loop_step, &of.result].into_iter().for_each(&mut see);
        }
        Expr::List(list) => list.elements.iter().for_each(&mut see),
        Expr::Map(map) => map.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => [&entry.key, &entry.value].into_iter().for_each(&mut see),
            EntryExpr::StructField(field) => see(&field.value),
        }),
        Expr::Select(select) => see(&select.operand),
        Expr::Struct(of) => of.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::StructField(field) => see(&field.value),
            EntryExpr::MapEntry(entry) => [&entry.key, &entry.value].into_iter().for_each(&mut see),
        }),
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
}

/// From line and column, counted from 1, to the rest of the word that stands there.
fn range(text: &str, (line, column): (isize, isize)) -> Range<usize> {
    let (Ok(line), Ok(column)) = (usize::try_from(line - 1), usize::try_from(column - 1)) else { return 0..text.len() };
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>() + column;
    let start = (0..=start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let rest = text.get(start..).unwrap_or_default();
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    start..start + word.max(first)
}

/// `Syntax error: mismatched input '<EOF>' expecting expression` in words.
fn sentence(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    if message.contains("recursion limit") {
        return format!("more than {DEEPEST} calls, indexes and parentheses in one expression");
    }
    if message.contains("node") && message.contains("limit") {
        return format!("more than {MOST_NODES} parts in one expression");
    }
    let mut words = message.replace("mismatched input '<EOF>'", "the expression ends too early,");
    words = words.replace("mismatched input <EOF>", "the expression ends too early,");
    words.replace("expecting <EOF>", "and nothing more is expected").replace('\'', "`")
}
