//! What a condition reads of an exchange, as bytes: where they are the same again, so is what it says.
//!
//! Conditions are functions of what they read and of nothing else: there is no clock in the language, and each begins with
//! its whole budget. What is read is told apart by its length, so that two readings never look alike by chance.

use super::evaluate::path_of;
use super::interpret;
use super::judge::Case;
use super::params::Params;
use super::scope::Scope;
use crate::http::{Fidelity, HeadRef, Message};
use crate::spec::{Check, Expr, Interpreted, MessagePath, Program, Side, walk};

/// Conditions that read more are judged each time.
const LONGEST: usize = 2 << 10;

/// What a check of a hop reads; nothing where it may be more than can be said shortly: bodies, params, what the connection
/// says, times, what is cut in the capture.
pub(super) fn of(check: &Check, case: &Case<'_>) -> Option<Vec<u8>> {
    interpret::begin(case.masks());
    let mut reading = Reading { case, read: Vec::with_capacity(256) };
    // What reads nothing says the same always, and no reading is empty.
    reading.read.push(b':');
    for expression in check.expressions() {
        reading.expr(&expression.value)?;
    }
    Some(reading.read)
}

struct Reading<'c, 'e> {
    case: &'c Case<'e>,
    read: Vec<u8>,
}

impl<'e> Reading<'_, 'e> {
    fn expr(&mut self, expr: &Expr) -> Option<()> {
        match expr {
            Expr::Text(_) | Expr::Int(_) => Some(()),
            Expr::Message { side, path } => {
                let message = self.message_of(*side)?;
                // What is cut may go on in another way.
                if message.head.head.flags.is_partial() {
                    return None;
                }
                self.fidelity(message.head.head.fidelity);
                self.message(&message.head, path)
            }
            Expr::Name(name) => {
                let bound = self.case.notes.bound.borrow();
                let value = bound.iter().find(|bound| bound.name == *name)?.value.as_ref().ok()?;
                self.bytes(value)
            }
            Expr::Endpoint { dst } | Expr::EndpointIp { dst } | Expr::EndpointPort { dst } => {
                let end = super::scope::endpoint(self.case.looked.exchange, *dst)?;
                match end.ip {
                    std::net::IpAddr::V4(ip) => self.bytes(&ip.octets())?,
                    std::net::IpAddr::V6(ip) => self.bytes(&ip.octets())?,
                }
                self.number(end.port)
            }
            Expr::Call { on, arguments, .. } => {
                self.expr(on)?;
                arguments.iter().try_for_each(|argument| self.expr(argument))
            }
            Expr::Index { on, index } => {
                self.expr(on)?;
                self.expr(index)
            }
            Expr::Concat(parts) => parts.iter().try_for_each(|part| self.expr(part)),
            Expr::Interpreted(interpreted) => self.interpreted(interpreted),
            Expr::Deferred(deferred) => self.expr(deferred.expr()),
            Expr::Time | Expr::Event | Expr::Connection(_) | Expr::OfHop { .. } => None,
        }
    }

    fn message_of(&self, side: Side) -> Option<Message<'e>> {
        match side {
            Side::Request => self.case.looked.exchange.request,
            Side::Response => self.case.looked.exchange.response,
        }
    }

    /// What heads answer at once is that answer, whatever else they hold; of the rest, the parts, unless an answer decides
    /// alone.
    fn interpreted(&mut self, interpreted: &Interpreted) -> Option<()> {
        let mut wanted = Vec::new();
        match &interpreted.chain {
            Some(chain) => {
                for operand in &chain.operands {
                    match self.answered(interpreted, &operand.program) {
                        Some(truth) if truth == chain.decides => {
                            wanted.clear();
                            break;
                        }
                        Some(_) => {}
                        None => wanted.extend(&operand.program.parts),
                    }
                }
            }
            None if self.answered(interpreted, &interpreted.program).is_some() => {}
            None => wanted.extend(0..interpreted.parts.len()),
        }
        for (number, part) in interpreted.parts.iter().enumerate() {
            if wanted.contains(&number) {
                self.expr(&part.expr)?;
            } else if part.names && !self.is_bound(&part.expr) {
                // Where a param has no value there is nothing to judge, whatever the rest says.
                return None;
            }
        }
        Some(())
    }

    /// Whether all names in it have a value that was taken from this exchange, and from no other hop, which may not be there.
    fn is_bound(&self, expr: &Expr) -> bool {
        let bound = self.case.notes.bound.borrow();
        let mut all = true;
        walk::expr(expr, &mut |expr| {
            all &= match expr {
                Expr::Name(name) => bound.iter().find(|bound| bound.name == *name).is_some_and(|bound| bound.value.is_ok()),
                Expr::OfHop { .. } => false,
                _ => true,
            };
        });
        all
    }

    /// What heads answer at once; that is read.
    fn answered(&mut self, interpreted: &Interpreted, program: &Program) -> Option<bool> {
        let params = Params::default();
        let answer = interpret::truth(interpreted, program, &Scope::of(self.case.looked, &params, &self.case.notes));
        self.read.push(answer.map_or(0, |truth| 1 + u8::from(truth)));
        answer
    }

    /// The same bytes say less where their source preserves less.
    fn fidelity(&mut self, fidelity: Fidelity) {
        let Fidelity { order, name_case, repeats, masks, reformatted, trailers, secrets, whole, start_line } = fidelity;
        self.read.extend([order, name_case, repeats, masks, reformatted, trailers, secrets, whole, start_line].map(u8::from));
    }

    fn message(&mut self, head: &HeadRef<'_>, path: &MessagePath) -> Option<()> {
        match path {
            MessagePath::Method => self.bytes(head.method()?),
            MessagePath::Target | MessagePath::Query => self.bytes(head.target()?),
            MessagePath::Path => self.bytes(path_of(head.target()?)),
            MessagePath::Version => self.bytes(head.version()),
            MessagePath::Status => self.number(head.status()?),
            MessagePath::Header(name) => {
                let mut values = head.values(name.as_bytes());
                match (values.next(), values.next()) {
                    (Some(value), None) => {
                        self.read.push(1);
                        self.bytes(value)
                    }
                    (None, _) => {
                        self.read.push(0);
                        Some(())
                    }
                    (Some(_), Some(_)) => None,
                }
            }
            MessagePath::HasHeader(name) => {
                self.read.push(head.values(name.as_bytes()).next().is_some().into());
                Some(())
            }
            MessagePath::Headers => {
                let fields = head.regular_fields();
                for (name, value) in fields {
                    self.read.push(1);
                    self.bytes(name)?;
                    self.bytes(value)?;
                }
                self.read.push(0);
                Some(())
            }
            MessagePath::Body | MessagePath::Json => None,
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        if self.read.len() + bytes.len() > LONGEST {
            return None;
        }
        self.read.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.read.extend_from_slice(bytes);
        Some(())
    }

    fn number(&mut self, number: u16) -> Option<()> {
        self.read.extend_from_slice(&number.to_le_bytes());
        Some(())
    }
}
