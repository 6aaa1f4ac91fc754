//! Expressions as specs write them, for sentences about them.

use std::fmt;

use super::{Expr, MessagePath, Piece, Template};

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Hole(expr, _) => write!(f, "${{{expr}}}"),
        })
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |dst: bool| if dst { "dst" } else { "src" };
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Int(number) => write!(f, "{number}"),
            Self::Endpoint { dst } => f.write_str(end(*dst)),
            Self::EndpointIp { dst } => write!(f, "{}.ip", end(*dst)),
            Self::EndpointPort { dst } => write!(f, "{}.port", end(*dst)),
            Self::Time => f.write_str("time"),
            Self::Event => f.write_str("event"),
            Self::Connection(part) => write!(f, "{part}"),
            Self::Message { side, path } => write!(f, "{}.{path}", side.name()),
            Self::Call { on, function, arguments } => {
                write!(f, "{on}.{}(", function.name())?;
                list(f, arguments, ", ")?;
                f.write_str(")")
            }
            Self::Index { on, index } => write!(f, "{on}[{index}]"),
            Self::Concat(parts) => list(f, parts, " + "),
            Self::OfHop { hop, on } => write!(f, "hop(\"{hop}\").{on}"),
            Self::Deferred(deferred) => f.write_str(deferred.text.trim()),
            Self::Interpreted(interpreted) => f.write_str(&interpreted.text),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str) -> fmt::Result {
    parts.iter().enumerate().try_for_each(|(at, part)| write!(f, "{}{part}", if at == 0 { "" } else { between }))
}

impl fmt::Display for MessagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::Target => f.write_str("target"),
            Self::Path => f.write_str("path"),
            Self::Query => f.write_str("query"),
            Self::Version => f.write_str("version"),
            Self::Status => f.write_str("status"),
            Self::Header(name) => write!(f, "header(\"{name}\")"),
            Self::HasHeader(name) => write!(f, "has_header(\"{name}\")"),
            Self::Headers => f.write_str("headers"),
            Self::Body => f.write_str("body"),
            Self::Json => f.write_str("json"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Claim, Form, Loaded, parse};

    #[test]
    fn expressions_read_as_they_were_written() {
        for text in [
            "a${dst.ip}:${src.port}",
            "${request.header(\"X-Amzn-Trace-Id\").pair(\"Root\")}",
            "${request.header(\"A\").members()[-1]}${src}",
            "${request.method + \"-\" + request.target}",
            "${request.header(\"Host\").without_default_port()}${time}",
        ] {
            let spec = format!("hops: {{ a: {{ request: {{ headers: {{ X: '{text}' }} }} }} }}\n");
            let Ok(Loaded::Spec(spec)) = parse("a.yaml", "a", spec.as_bytes()) else { panic!("{text} is no spec") };
            let Claim::Part { value, .. } = &spec.hops[0].request.expectations[0].claim else { panic!("no part") };
            let Form::Scalar(template) = &value.form else { panic!("no scalar") };
            assert_eq!(template.to_string(), text);
        }
    }
}
