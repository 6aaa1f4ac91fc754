//! What a line of the log says. The sentences are those that API Gateway writes; AWS documents some of them
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>), the rest was seen in published logs
//! of 2017 to 2025.

/// One of the four messages of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// What the client sent, as API Gateway hands it to the method.
    MethodRequest,
    /// What API Gateway sends the integration, or an authorizer.
    EndpointRequest,
    /// What that answers.
    EndpointResponse,
    /// What the client gets.
    MethodResponse,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement<'t> {
    /// A request begins, whose id is this.
    Begins(&'t [u8]),
    /// Method and path of the client's request.
    Method { method: &'t [u8], path: &'t [u8] },
    /// The parameters of the query, as a map.
    Query(&'t [u8]),
    /// Fields, as a map.
    Fields(Whose, &'t [u8]),
    /// A body.
    Body(Whose, &'t [u8]),
    /// The URI of the endpoint.
    Uri(&'t [u8]),
    /// The same, when the request is sent.
    Sending(&'t [u8]),
    /// The endpoint answered; older logs do not say with which status code.
    Received(Option<u16>),
    /// The status code that the client gets.
    Completed(Option<u16>),
    /// Something that is about no message.
    Other,
}

/// How statements begin that say something of messages.
const SENTENCES: [&str; 16] = [
    "Execution log for request ",
    "Starting execution for request: ",
    "HTTP Method: ",
    "Method request query string: ",
    "Method request headers: ",
    "Method request body before transformations:",
    "Endpoint request URI: ",
    "Endpoint request headers: ",
    "Endpoint request body after transformations:",
    "Sending request to ",
    "Received response. ",
    "Endpoint response headers: ",
    "Endpoint response body before transformations:",
    "Method response headers: ",
    "Method response body after transformations:",
    "Method completed with status: ",
];

/// Whether a text has a sentence in it of which a message is made: without one it is no log.
pub(super) fn is_in(text: &[u8]) -> bool {
    SENTENCES.iter().any(|sentence| memchr::memmem::find(text, sentence.as_bytes()).is_some())
}

impl<'t> Statement<'t> {
    /// Reads what stands behind time and request id.
    pub(super) fn of(text: &'t [u8]) -> Self {
        let Some((sentence, rest)) =
            SENTENCES.iter().find_map(|sentence| Some((*sentence, text.strip_prefix(sentence.as_bytes())?)))
        else {
            return Self::Other;
        };
        // One blank stands before a body, also before none.
        let body = |whose| Self::Body(whose, rest.strip_prefix(b" ").unwrap_or(rest));
        match sentence {
            "Execution log for request " | "Starting execution for request: " => Self::Begins(rest.trim_ascii()),
            "HTTP Method: " => method(rest),
            "Method request query string: " => Self::Query(rest),
            "Method request headers: " => Self::Fields(Whose::MethodRequest, rest),
            "Method request body before transformations:" => body(Whose::MethodRequest),
            "Endpoint request URI: " => Self::Uri(rest.trim_ascii()),
            "Endpoint request headers: " => Self::Fields(Whose::EndpointRequest, rest),
            "Endpoint request body after transformations:" => body(Whose::EndpointRequest),
            "Sending request to " => Self::Sending(rest.trim_ascii()),
            "Received response. " => Self::Received(behind(rest, b"Status: ").and_then(status)),
            "Endpoint response headers: " => Self::Fields(Whose::EndpointResponse, rest),
            "Endpoint response body before transformations:" => body(Whose::EndpointResponse),
            "Method response headers: " => Self::Fields(Whose::MethodResponse, rest),
            "Method response body after transformations:" => body(Whose::MethodResponse),
            _ => Self::Completed(status(rest)),
        }
    }

    /// Whether it tells something of a message.
    pub(super) fn tells(&self) -> bool {
        !matches!(self, Self::Other | Self::Begins(_))
    }
}

/// `GET, Resource Path: /pets`
fn method(rest: &[u8]) -> Statement<'_> {
    let at = memchr::memmem::find(rest, b", Resource Path: ");
    let (method, path) = at.and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, b""));
    Statement::Method { method: method.trim_ascii(), path: path.strip_prefix(b", Resource Path: ").unwrap_or(path).trim_ascii() }
}

fn behind<'t>(text: &'t [u8], word: &[u8]) -> Option<&'t [u8]> {
    let at = memchr::memmem::find(text, word)?;
    text.get(at + word.len()..)
}

/// The status code at the beginning of a text.
fn status(text: &[u8]) -> Option<u16> {
    let digits = text.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let more = text.get(3).is_some_and(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| !more)?.parse().ok().filter(|status| *status >= 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let method = |method, path| Statement::Method { method, path };
        for (text, expected) in [
            ("Execution log for request abcd-1234", Statement::Begins(b"abcd-1234")),
            ("Starting execution for request: abcd-1234 ", Statement::Begins(b"abcd-1234")),
            ("HTTP Method: GET, Resource Path: /pets/{id}", method(b"GET", b"/pets/{id}")),
            ("HTTP Method: GET", method(b"GET", b"")),
            ("Method request query string: {a=b}", Statement::Query(b"{a=b}")),
            ("Method request headers: {}", Statement::Fields(Whose::MethodRequest, b"{}")),
            ("Method request body before transformations:", Statement::Body(Whose::MethodRequest, b"")),
            ("Method request body before transformations:  a", Statement::Body(Whose::MethodRequest, b" a")),
            ("Endpoint request URI: http://a/b", Statement::Uri(b"http://a/b")),
            ("Endpoint request headers: {", Statement::Fields(Whose::EndpointRequest, b"{")),
            ("Endpoint request body after transformations: {}", Statement::Body(Whose::EndpointRequest, b"{}")),
            ("Sending request to http://a/b", Statement::Sending(b"http://a/b")),
            ("Received response. Status: 404, Integration latency: 12 ms", Statement::Received(Some(404))),
            ("Received response. Integration latency: 12 ms", Statement::Received(None)),
            ("Endpoint response headers: {a=b}", Statement::Fields(Whose::EndpointResponse, b"{a=b}")),
            ("Endpoint response body before transformations: x", Statement::Body(Whose::EndpointResponse, b"x")),
            ("Method response headers: {a=b}", Statement::Fields(Whose::MethodResponse, b"{a=b}")),
            ("Method response body after transformations: x", Statement::Body(Whose::MethodResponse, b"x")),
            ("Method completed with status: 200", Statement::Completed(Some(200))),
            ("Method completed with status: 2000", Statement::Completed(None)),
            ("Method completed with status: ", Statement::Completed(None)),
            ("Successfully completed execution", Statement::Other),
            ("Method request path: {id=1}", Statement::Other),
            ("method request headers: {}", Statement::Other),
        ] {
            assert_eq!(Statement::of(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn every_sentence_is_read() {
        for sentence in SENTENCES {
            let text = format!("{sentence} 200");
            assert!(is_in(text.as_bytes()) && Statement::of(text.as_bytes()) != Statement::Other, "{sentence}");
        }
        assert!(!is_in(b"GET / HTTP/1.1"));
    }
}
