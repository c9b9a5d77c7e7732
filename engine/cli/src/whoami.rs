//! Who runs this program, for the lease and a person's words.

/// `user@host`.
pub(crate) fn person() -> String {
    let user = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let host = std::env::var("HOSTNAME")
        .ok()
        .or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let user = user.unwrap_or_else(|| "somebody".to_owned());
    let host = host.map_or_else(|| "here".to_owned(), |host| host.trim().to_owned());
    format!("{user}@{host}")
}

/// `user@host pid 4711`.
pub(crate) fn holder() -> String {
    format!("{} pid {}", person(), std::process::id())
}
