//! The systems that the shipped specs describe, with other accounts, regions, addresses and ids: one site is one
//! deployment, and says what each of its hops carries.

use super::{Api, Call, Conversation, Message};
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The hops of the shipped specs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hop {
    HealthCheck,
    Forward,
    HttpViaAlb,
    HttpProxyViaAlb,
    Lambda,
    LambdaProxy,
    S3,
}

impl Hop {
    pub(crate) const ALL: [Self; 7] =
        [Self::HealthCheck, Self::Forward, Self::HttpViaAlb, Self::HttpProxyViaAlb, Self::Lambda, Self::LambdaProxy, Self::S3];

    /// The spec that it is described by, as `-s` and the folder know it.
    pub(crate) fn spec(self) -> &'static str {
        match self {
            Self::HealthCheck => "aws/alb/health-check",
            Self::Forward => "aws/alb/forward",
            Self::HttpViaAlb => "aws/api-gateway/http-via-alb",
            Self::HttpProxyViaAlb => "aws/api-gateway/http-proxy-via-alb",
            Self::Lambda => "aws/api-gateway/lambda",
            Self::LambdaProxy => "aws/api-gateway/lambda-proxy",
            Self::S3 => "aws/s3/rest",
        }
    }

    /// Whether the published note shows a message of it.
    pub(crate) fn is_in_the_note(self) -> bool {
        !matches!(self, Self::HttpProxyViaAlb | Self::S3)
    }

    /// Its name in that spec.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HealthCheck | Self::Forward | Self::HttpViaAlb | Self::HttpProxyViaAlb => "alb-to-target",
            Self::Lambda | Self::LambdaProxy | Self::S3 => "client",
        }
    }
}

/// One deployment.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) region: String,
    /// The load balancer's node that speaks.
    pub(crate) node: SocketAddr,
    pub(crate) target: SocketAddr,
    /// Where the client calls from.
    pub(crate) client: SocketAddr,
    /// Addresses that came in with the client's request.
    pub(crate) came_in: Vec<IpAddr>,
    /// Whether the client sent a trace id.
    pub(crate) traced: bool,
    /// API Gateway's egress address.
    pub(crate) egress: IpAddr,
    /// The endpoint of API Gateway, and of S3.
    pub(crate) gateway: SocketAddr,
    /// How its API with proxy integration is reached.
    pub(crate) api: Api,
    /// What it asks of S3.
    pub(crate) call: Call,
    pub(crate) listener: (&'static str, u16),
    pub(crate) alb_host: String,
    pub(crate) api_id: String,
    /// Two trace ids of one second.
    pub(crate) root: String,
    pub(crate) own: String,
    pub(crate) request_id: String,
    pub(crate) apigw_id: String,
    pub(crate) path: String,
}

/// What one hop of a site carries.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) request: Message,
    pub(crate) response: Message,
}

impl Traffic {
    /// The exchange, `times` over on one connection.
    pub(crate) fn conversation(&self, times: usize) -> Conversation {
        (0..times).fold(Conversation::new(self.client, self.server), |c, _| c.exchange(&self.request, &self.response))
    }
}

const REGIONS: [&str; 6] = ["us-east-1", "eu-central-1", "ap-northeast-1", "sa-east-1", "us-gov-west-1", "cn-north-1"];
const PORTS: [u16; 6] = [8000, 80, 443, 3000, 31_080, 65_535];
const LISTENERS: [(&str, u16); 4] = [("http", 80), ("https", 443), ("https", 8443), ("http", 8080)];
const CALLS: [Call; 6] = [Call::Put, Call::Get, Call::Delete, Call::Presigned, Call::Chunked, Call::Missing];
const PATHS: [&str; 4] = ["/", "/health", "/a/b?c=d&e=%20", "/%E3%83%A1%E3%83%A2"];

/// Numbers that look random and are the same for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % limit as u64).expect("below a usize")
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(self.one_of(alphabet))).collect()
    }

    fn hex(&mut self, length: usize) -> String {
        self.text(b"0123456789abcdef", length)
    }

    fn byte(&mut self) -> u8 {
        // Neither 0 nor 255, so that any four make a host's address.
        u8::try_from(self.below(254) + 1).expect("a byte")
    }

    fn private(&mut self, v6: bool) -> IpAddr {
        if v6 {
            return Ipv6Addr::new(0xFD00, 0xEC2, self.byte().into(), 0, 0, 0, self.byte().into(), self.byte().into()).into();
        }
        let (a, b, c) = (self.byte(), self.byte(), self.byte());
        match self.below(3) {
            0 => Ipv4Addr::new(10, a, b, c),
            1 => Ipv4Addr::new(172, 16 + a % 16, b, c),
            _ => Ipv4Addr::new(192, 168, b, c),
        }
        .into()
    }

    fn public(&mut self, v6: bool) -> IpAddr {
        if v6 {
            return Ipv6Addr::new(0x2001, 0xDB8, self.byte().into(), 0, 0, 0, 0, self.byte().into()).into();
        }
        let base = self.one_of(&[[203, 0, 113], [198, 51, 100], [3, 112, 163], [52, 29, 7]]);
        Ipv4Addr::new(base[0], base[1], base[2], self.byte()).into()
    }
}

impl Site {
    /// The site of this number; every third one speaks IPv6 inside.
    pub(crate) fn numbered(number: u64) -> Self {
        let mut dice = Dice(number);
        let v6 = number % 3 == 2;
        let region = dice.one_of(&REGIONS).to_owned();
        let epoch = dice.below(0x1000_0000) + 0x6000_0000;
        let [root, own] = [(); 2].map(|()| format!("1-{epoch:08x}-{}", dice.hex(24)));
        let letters = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let (alb, digits) = (dice.text(&letters[..26], 8), dice.text(&letters[26..], 10));
        let alb_host = format!("{alb}-{digits}.{region}.elb.amazonaws.com{suffix}");
        let node = dice.private(v6);
        let mut target = dice.private(v6);
        while target == node {
            target = dice.private(v6);
        }
        Self {
            node: SocketAddr::new(node, u16::try_from(dice.below(60_000) + 1_024).expect("a port")),
            target: SocketAddr::new(target, dice.one_of(&PORTS)),
            client: SocketAddr::new(dice.public(number % 5 == 4), 50_000),
            came_in: (0..dice.below(3)).map(|_| dice.public(false)).collect(),
            traced: dice.below(2) == 1,
            egress: dice.public(false),
            gateway: SocketAddr::new(dice.public(number % 5 == 4), 80),
            api: [Api::Regional, Api::EdgeOptimised, Api::CustomDomain][number as usize % 3],
            // The first ones are altered by `wrong`, which is about uploads.
            call: if number < 9 { Call::Put } else { CALLS[number as usize % CALLS.len()] },
            listener: dice.one_of(&LISTENERS),
            alb_host,
            api_id: dice.text(letters, 10),
            root,
            own,
            request_id: format!("{}-{}-4{}-a{}-{}", dice.hex(8), dice.hex(4), dice.hex(3), dice.hex(3), dice.hex(12)),
            apigw_id: format!("{}=", dice.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 15)),
            path: dice.one_of(&PATHS).to_owned(),
            region,
        }
    }

    /// What this hop carries here.
    pub(crate) fn traffic(&self, hop: Hop) -> Traffic {
        let (client, server) = match hop {
            Hop::Lambda | Hop::LambdaProxy | Hop::S3 => (self.client, self.gateway),
            _ => (self.node, self.target),
        };
        let (request, response) = match hop {
            Hop::HealthCheck => (self.health_check(), ok().with("Connection", "close")),
            Hop::Forward => (self.forward(), ok()),
            Hop::HttpViaAlb => (self.http_via_alb(), ok()),
            Hop::HttpProxyViaAlb => (self.http_proxy_via_alb(), ok()),
            Hop::Lambda => (self.api_call(), self.lambda_response()),
            Hop::LambdaProxy => (self.echoing_call(), self.echoing_response()),
            Hop::S3 => (self.store_request(), self.store_response()),
        };
        Traffic { client, server, request, response }
    }

    fn health_check(&self) -> Message {
        Message::new(format!("GET {} HTTP/1.1", self.path))
            .with("Host", self.target.to_string())
            .with("Connection", "close")
            .with("User-Agent", "ELB-HealthChecker/2.0")
            .with("Accept-Encoding", "gzip, compressed")
    }

    /// The lines that the load balancer makes.
    fn through_alb(&self, method: &str, forwarded_for: &str, trace: &str) -> Message {
        Message::new(format!("{method} {} HTTP/1.1", self.path))
            .with("X-Forwarded-For", forwarded_for)
            .with("X-Forwarded-Proto", self.listener.0)
            .with("X-Forwarded-Port", self.listener.1.to_string())
            .with("Host", &self.alb_host)
            .with("X-Amzn-Trace-Id", trace)
    }

    /// The client's address, behind those that came in with its request.
    pub(super) fn forwarded_for(&self) -> String {
        let mut forwarded_for = String::new();
        for ip in &self.came_in {
            write!(forwarded_for, "{ip}, ").expect("memory takes everything");
        }
        write!(forwarded_for, "{}", self.client.ip()).expect("memory takes everything");
        forwarded_for
    }

    fn forward(&self) -> Message {
        let trace = if self.traced { format!("Self={};Root={}", self.own, self.root) } else { format!("Root={}", self.root) };
        self.through_alb("POST", &self.forwarded_for(), &trace)
            .with("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
            .with("Accept", "*/*")
            .with("Cookie", "theme=dark; session=0123456789abcdef")
            .with("Content-Type", "application/json")
            .with_body(*b"{\"n\": 1}")
    }

    fn http_via_alb(&self) -> Message {
        self.through_alb("GET", &self.egress.to_string(), &format!("Self={};Root={}", self.own, self.root))
            .with("x-amzn-apigateway-api-id", &self.api_id)
            .with("User-Agent", format!("AmazonAPIGateway_{}", self.api_id))
            .with("Accept", "application/json")
    }

    /// With proxy integration the client's own lines pass. Some clients want JSON, as API Gateway itself does.
    fn http_proxy_via_alb(&self) -> Message {
        let forwarded_for = format!("{}, {}", self.forwarded_for(), self.egress);
        self.through_alb("PUT", &forwarded_for, &format!("Self={};Root={}", self.own, self.root))
            .with("accept", if self.traced { "application/json" } else { "*/*" })
            .with("accept-language", "ja")
            .with("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
            .with("x-amzn-apigateway-api-id", &self.api_id)
            .with_body(*b"{\"n\": 1}")
    }

    fn api_call(&self) -> Message {
        Message::new(format!("GET /prod{} HTTP/1.1", self.path))
            .with("Host", format!("{}.execute-api.{}.amazonaws.com", self.api_id, self.region))
            .with("User-Agent", "curl/8.5.0")
            .with("Accept", "*/*")
    }

    fn lambda_response(&self) -> Message {
        let body = br#"{"statusCode": 201, "headers": {"Content-Type": "text/html"}, "body": "{}"}"#;
        let mut response = Message::new("HTTP/1.1 200 OK")
            .with("Date", "Mon, 23 Nov 2026 02:44:00 GMT")
            .with("Content-Type", "application/json")
            .with_body(*body)
            .with("Connection", "keep-alive")
            .with("x-amzn-RequestId", &self.request_id)
            .with("x-amz-apigw-id", &self.apigw_id);
        let middle = if self.traced { ";Parent=53995c3f42cd8ad8" } else { "" };
        response.add("X-Amzn-Trace-Id", format!("Root={}{middle};Sampled={}", self.root, u8::from(self.traced)));
        response
    }
}

/// A response of a target.
fn ok() -> Message {
    Message::new("HTTP/1.1 200 OK").with("Content-Type", "text/plain").with_body(*b"ok\n")
}
