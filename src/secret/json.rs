//! Values in JSON: by the key under which they stand. Echoes and Lambda events hold the fields of requests.

use serde_json::Value;

use super::{MASK, is_secret, is_secret_parameter, mask_field, mask_target};

/// Whether what stands under this key is a secret: the name of a secret field or of a secret parameter.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    is_secret(key.as_bytes()) || is_secret_parameter(key)
}

/// A JSON value with its secrets masked; `key` is the name under which it stands. As deep as its parser lets it be.
pub fn mask_json(key: Option<&str>, value: &mut Value) {
    match value {
        Value::String(text) => {
            let masked = match key {
                Some(key) if is_secret_parameter(key) => MASK.to_owned(),
                Some(key) => mask_field(key.as_bytes(), text).into_owned(),
                None => mask_target(text).into_owned(),
            };
            *text = masked;
        }
        Value::Array(members) => members.iter_mut().for_each(|member| mask_json(key, member)),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| mask_json(Some(name), member)),
        Value::Number(_) | Value::Bool(_) if key.is_some_and(is_secret_key) => *value = MASK.into(),
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_tell_what_is_secret() {
        let mut value = json!({
            "headers": { "Host": "a", "cookie": "sid=abc" },
            "multiValueHeaders": { "Authorization": ["Bearer abc"] },
            "path": "/?token=abc", "token": "abc", "password": 7, "n": 7
        });
        mask_json(None, &mut value);
        assert_eq!(
            value,
            json!({
                "headers": { "Host": "a", "cookie": "sid=<secret>" },
                "multiValueHeaders": { "Authorization": ["Bearer <secret>"] },
                "path": "/?token=<secret>", "token": "<secret>", "password": "<secret>", "n": 7
            })
        );
        let mut text = json!("Bearer abc");
        mask_json(Some("authorization"), &mut text);
        assert_eq!(text, "Bearer <secret>");
    }
}
