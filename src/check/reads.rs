//! What a value of a spec reads besides the value it is compared with: names, bodies, other fields.

use super::plan::Purity;
use super::scope::Scope;
use super::sigv4;
use crate::secret;
use crate::spec::walk::{self, Met};
use crate::spec::{Check, Claim, Expr, Function, Interpreted, MessagePath, Piece, Side, Value};

/// What the verdict on a value depends on besides it: nothing without a hole. What it binds does not change the verdict.
pub(super) fn purity(value: &Value) -> Purity {
    let (mut holes, mut more, mut ends) = (false, false, [false; 2]);
    walk::holes(value, &mut |expr| {
        holes = true;
        match expr {
            Expr::Endpoint { dst } | Expr::EndpointIp { dst } | Expr::EndpointPort { dst } => {
                let [src_, dst_] = &mut ends;
                *(if *dst { dst_ } else { src_ }) = true;
            }
            Expr::Text(_) | Expr::Int(_) | Expr::Concat(_) | Expr::Call { .. } => {}
            _ => more = true,
        }
    });
    let [src, dst] = ends;
    match (holes, more) {
        (false, _) => Purity::Value,
        (true, false) => Purity::Ends { src, dst },
        (true, true) => Purity::None,
    }
}

/// The names that it binds, at any depth.
pub(super) fn binds(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    walk::value(value, &mut |met| {
        if let Met::Bind(name, _) = met {
            found.push(name.value.as_str());
        }
    });
    found
}

/// The names that a claim's verdict depends on, in the order of the file.
pub(super) fn names(claim: &Claim) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut see = |name| {
        if !found.contains(&name) {
            found.push(name);
        }
    };
    match claim {
        Claim::Check(check) => check.expressions().for_each(|e| expression_names(&e.value, &mut see)),
        claim => walk::claim(claim, &mut |expr| {
            if let Expr::Name(name) = expr {
                see(name);
            }
        }),
    }
    found
}

/// The names in an expression; of one that is not parsed yet all words that may be names.
pub(super) fn expression_names<'e>(expr: &'e Expr, see: &mut dyn FnMut(&'e str)) {
    if let Expr::Deferred(deferred) = expr {
        return deferred.words().for_each(see);
    }
    walk::expr(expr, &mut |expr| {
        if let Expr::Name(name) = expr {
            see(name);
        }
    });
}

/// Whether an expression reads a secret: a field that is one, what was bound from one, a token or a signature. What a
/// signature says of its scope is none, and neither is how a token is signed.
pub(super) fn is_secret(expr: &Expr, scope: &Scope<'_>) -> bool {
    match expr {
        Expr::Index { on, index } => {
            !is_shown(on, index) && (is_secret(on, scope) || is_secret(index, scope) || is_secret_member(index))
        }
        Expr::Call { function: Function::Jwt | Function::Sigv4, .. } => true,
        Expr::Call { on, arguments, .. } => is_secret(on, scope) || arguments.iter().any(|a| is_secret(a, scope)),
        Expr::Concat(parts) => parts.iter().any(|part| is_secret(part, scope)),
        Expr::Interpreted(whole) => looks_inside(whole) || whole.parts.iter().any(|part| is_secret(&part.expr, scope)),
        Expr::Message { path: MessagePath::Header(name), .. } => secret::is_secret(name.as_bytes()),
        // All fields hold those that are secrets.
        Expr::Message { path: MessagePath::Headers, .. } => true,
        Expr::Name(name) => scope.notes.bound.borrow().iter().any(|bound| bound.secret && bound.name == *name),
        Expr::OfHop { on, .. } => is_secret(on, scope),
        Expr::Deferred(deferred) => is_secret(deferred.expr(), scope),
        Expr::Message { .. }
        | Expr::Text(_)
        | Expr::Int(_)
        | Expr::Endpoint { .. }
        | Expr::EndpointIp { .. }
        | Expr::EndpointPort { .. }
        | Expr::Time
        | Expr::Event
        | Expr::Connection(_) => false,
    }
}

/// Whether the interpreter itself takes a token or a signature apart, and none of its compiled parts.
fn looks_inside(whole: &Interpreted) -> bool {
    let calls = |text: &str| text.matches("jwt(").count() + text.matches("sigv4(").count();
    calls(&whole.text) > whole.parts.iter().map(|part| calls(&part.text)).sum()
}

/// Whether a member of JSON is a secret by its name: `event.headers.Authorization`.
fn is_secret_member(index: &Expr) -> bool {
    matches!(index, Expr::Text(name) if secret::is_secret_key(name))
}

/// Whether a member of what `sigv4()` or `jwt()` gave may be shown.
fn is_shown(on: &Expr, index: &Expr) -> bool {
    let Expr::Text(member) = index else { return false };
    match on {
        Expr::Call { function: Function::Sigv4, .. } => sigv4::SHOWN.contains(&member.as_str()),
        Expr::Index { on, index } => {
            let of_header = matches!(&**index, Expr::Text(part) if part == "header");
            let of_token = matches!(&**on, Expr::Call { function: Function::Jwt, .. });
            of_token && of_header && ["alg", "typ", "kid"].contains(&member.as_str())
        }
        _ => false,
    }
}

/// Whether a value is compared with what a function makes of a secret.
pub(super) fn derives_secret(value: &Value, scope: &Scope<'_>) -> bool {
    let mut found = false;
    walk::value(value, &mut |met| {
        let Met::Template(template) = met else { return };
        for piece in &template.pieces {
            let Piece::Hole(hole, _) = piece else { continue };
            let mut calls = false;
            walk::expr(hole, &mut |expr| calls |= matches!(expr, Expr::Call { .. } | Expr::Interpreted(_)));
            found |= calls && is_secret(hole, scope);
        }
    });
    found
}

/// The messages whose bodies a value's templates read.
pub(super) fn bodies(value: &Value) -> impl Iterator<Item = Side> + use<> {
    let mut found = Vec::new();
    walk::holes(value, &mut |expr| found.extend(body_of(expr)));
    found.into_iter()
}

/// The messages whose bodies a claim reads.
pub(super) fn claim_bodies(claim: &Claim) -> Vec<Side> {
    match claim {
        Claim::Check(check) => check.expressions().flat_map(|e| expression_bodies(&e.value)).collect(),
        claim => {
            let mut found = Vec::new();
            walk::claim(claim, &mut |expr| found.extend(body_of(expr)));
            found
        }
    }
}

/// The messages whose bodies an expression reads; one that is not parsed yet may read fewer.
pub(super) fn expression_bodies(expr: &Expr) -> Vec<Side> {
    if let Expr::Deferred(deferred) = expr {
        return deferred.bodies().collect();
    }
    let mut found = Vec::new();
    walk::expr(expr, &mut |expr| found.extend(body_of(expr)));
    found
}

/// What a check over several hops wants to know of one of them, each once.
pub(super) fn of_hop(check: &Check, name: &str) -> Vec<Expr> {
    let mut found: Vec<Expr> = Vec::new();
    for expression in check.expressions() {
        walk::expr(&expression.value, &mut |expr| {
            if let Expr::OfHop { hop, on } = expr
                && hop == name
                && !found.contains(on)
            {
                found.push(on.as_ref().clone());
            }
        });
    }
    found
}

fn body_of(expr: &Expr) -> Option<Side> {
    match expr {
        Expr::Message { side, path: MessagePath::Body | MessagePath::Json } => Some(*side),
        _ => None,
    }
}
