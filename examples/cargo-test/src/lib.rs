//! A client of the shop's stock service, as an example of code whose requests are checked.

/// The request for the stock of an item. `id` is the request's id, a UUID.
pub fn stock_request(item: &str, id: &str) -> Vec<u8> {
    let body = format!("{{\"item\": \"{item}\"}}");
    format!(
        "POST /stock HTTP/1.1\r\n\
         Host: stock.internal\r\n\
         X-Request-Id: {id}\r\n\
         Content-Type: application/json\r\n\
         Content-Length: {}\r\n\
         \r\n\
         {body}",
        body.len()
    )
    .into_bytes()
}
