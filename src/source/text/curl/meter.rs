//! curl's progress meter: it writes over its own line, so that it stands before other lines, and within bodies.

/// Where progress stands in a line: its first byte and what is behind it. It begins behind a carriage return, or with
/// the line where that was lost.
pub(super) fn find(line: &[u8]) -> Option<(usize, usize)> {
    if let Some(length) = length(line) {
        return Some((0, length));
    }
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'\r', line.get(from..)?) {
        let begin = from + found;
        from = begin + 1;
        if let Some(length) = line.get(from..).and_then(length) {
            return Some((begin, from + length));
        }
    }
    None
}

/// The two lines above it, and what it is called with `-Z`.
pub(super) fn is_header(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"% Total    % Received") || line.starts_with(b"Dload  Upload") || is_parallel_header(line)
}

/// Several transfers at once (`-Z`).
pub(super) fn is_parallel_header(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"DL% UL%")
}

fn length(text: &[u8]) -> Option<usize> {
    table(text).or_else(|| bar(text))
}

/// `  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0`: numbers, three times, a speed.
fn table(text: &[u8]) -> Option<usize> {
    if !matches!(text.first(), Some(b' ' | b'-' | b'0'..=b'9')) {
        return None;
    }
    let near = text.get(..text.len().min(120))?;
    let mut times = 0;
    let mut at = 0;
    while times < 3 {
        if near.get(at..).and_then(|rest| rest.get(..8)).is_some_and(is_time) {
            times += 1;
            at += 8;
            continue;
        }
        let byte = *near.get(at)?;
        if !(byte.is_ascii_digit() || b" .-kMGTP".contains(&byte)) {
            return None;
        }
        at += 1;
    }
    // ` 5273k`: six bytes in all versions until now, more where the number is longer.
    let speed = near.get(at..)?;
    let blank = speed.iter().take_while(|byte| **byte == b' ').count();
    let digits = speed.iter().skip(blank).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let digits = digits.min(6_usize.saturating_sub(blank).max(1));
    let unit = usize::from(speed.get(blank + digits).is_some_and(|byte| b"kMGTP".contains(byte)) && blank + digits < 6);
    if blank == 0 || digits == 0 {
        return None;
    }
    at += blank + digits + unit;
    // With -Z, blanks wipe what was there before.
    let wiped = near.get(at..)?.iter().take_while(|byte| **byte == b' ').count();
    Some(at + if wiped >= 5 { wiped } else { 0 })
}

/// `--:--:--`, `12:01:59`, `100d 12h`
fn is_time(text: &[u8]) -> bool {
    match text {
        [a, b, b':', c, d, b':', e, f] => {
            [a, b, c, d, e, f].iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' '))
        }
        [a @ .., b'd', b' ', b, c, b'h'] => a.iter().chain([b, c]).all(|byte| byte.is_ascii_digit() || *byte == b' '),
        _ => false,
    }
}

/// `######## 100.0%` of `-#`, and the fish that swims where the size is unknown.
fn bar(text: &[u8]) -> Option<usize> {
    let drawn = text.iter().take_while(|byte| b"#=O- ".contains(byte)).count();
    let marks = text.get(..drawn)?.iter().filter(|byte| **byte == b'#').count();
    let rest = text.get(drawn..)?;
    let number = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    match rest.get(number) {
        Some(b'%') if number >= 3 && drawn > 0 => Some(drawn + number + 1),
        _ if marks >= 3 && number == 0 && drawn >= 20 => Some(drawn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leaves(line: &str, before: &str, behind: &str) {
        let found = find(line.as_bytes()).map(|(from, to)| (&line[..from], &line[to..]));
        assert_eq!(found, Some((before, behind)), "{line}");
    }

    #[test]
    fn progress_is_cut_out() {
        const ZERO: &str = "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";
        leaves(ZERO, "", "");
        leaves(&format!("\r{ZERO}*   Trying 127.0.0.1:80..."), "", "*   Trying 127.0.0.1:80...");
        leaves(&format!("\r{ZERO}> GET / HTTP/1.1"), "", "> GET / HTTP/1.1");
        leaves(&format!("li\r100 10800  100 10800    0     0  2445k      0 --:--:-- --:--:-- --:--:-- 2636k"), "li", "");
        leaves("100  1.0G  100  1.0G    0     0  99.5M      0  0:00:10  0:00:10 --:--:-- 1023M9 lives", "", "9 lives");
        leaves("  1  500G    1  5.0G    0     0   100k      0  57d 20h  0:14:33  57d 20h  100k", "", "");
        leaves("--  --      0     0     3     3  --:--:-- --:--:-- --:--:--     0      * Connected", "", "* Connected");
        leaves("\r################## 100.0%* Connection #0", "", "* Connection #0");
        leaves("body\r###                                                                        5.1%", "body", "");
    }

    #[test]
    fn what_is_no_progress_stays() {
        for line in
            ["", " ", "0", "12:00:00 --:--:-- then", "10:00:00 11:00:00 12:00:00", "# Heading", "50%", "a\rb", "--", "1.5%"]
        {
            assert_eq!(find(line.as_bytes()), None, "{line}");
        }
    }
}
