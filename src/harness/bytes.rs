//! Messages that a test holds as bytes.

use super::builder::Check;
use super::checked::{Checked, NotChecked};

/// Checks messages that a test holds: a request, a response, or requests with the responses behind them.
///
/// `spec` is the path of a spec or of a folder of specs, or, where it has more than one line, the spec itself.
///
/// The bytes are judged as those of the wire: names keep their case and lines their order, `xxx` is no mask, and a body is
/// framed by Content-Length or the chunked coding. Nobody knows between whom they went, so what a spec says of `src`, `dst`
/// and `time` is inconclusive, and a hop whose `select` needs them is not seen. Hops that the bytes do not show need not be
/// there, but one must be: otherwise nothing was judged, and [`Checked::assert_met`] fails.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let spec = "
/// hops:
///   app-to-upstream:
///     request:
///       headers:
///         Host: upstream.example.com
///         X-Request-Id: { is: uuid }
///       absent: [Cookie]
/// ";
/// let request = b"GET /items HTTP/1.1\r\n\
///                 Host: upstream.example.com\r\n\
///                 X-Request-Id: 4bf92f35-77b3-4da6-a3ce-929d0e0e4736\r\n\
///                 \r\n";
/// hopspec::check_bytes(spec, request)?.assert_met();
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`NotChecked`]: specs that do not load, or no spec. Bytes that hold no message are no error here: nothing is met by
/// them.
pub fn check_bytes(spec: &str, bytes: impl AsRef<[u8]>) -> Result<Checked, NotChecked> {
    let check = if spec.contains('\n') { Check::yaml(spec) } else { Check::specs(spec) };
    check.bytes(bytes).run()
}
