//! The live view in a real pseudo-terminal, read through a terminal emulator: whole frames at any
//! width, the story below them at the end, lines where the terminal can show no view.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use vt100::{Parser, Screen};

/// How long a test may take in all.
const DEADLINE: Duration = Duration::from_secs(400);
/// What ends a frame.
const END_FRAME: &[u8] = b"\x1b[?2026l";
/// What stood on the terminal before.
const PROMPT: &str = "$ ecs-crd deploy";

/// A terminal with the program in it.
struct Terminal {
    parser: Parser,
    master: File,
    bytes: Receiver<Vec<u8>>,
    unread: Vec<u8>,
    child: Child,
    ends_at: Instant,
}

impl Terminal {
    /// Deploys the shop at so many seconds a second.
    fn deploy(home: &Path, term: &str, speed: &str) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = File::options().read(true).write(true).open(name).unwrap();
        let master = File::from(master);
        tcsetwinsize(&master, winsize(80, 24)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_ecs-crd"))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .env("XDG_STATE_HOME", home)
            .env("TERM", term)
            .env_remove("NO_COLOR")
            .args(["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim", "--speed", speed])
            .stdin(slave.try_clone().unwrap())
            .stdout(slave.try_clone().unwrap())
            .stderr(slave)
            .spawn()
            .unwrap();
        let (sender, bytes) = channel();
        let mut reader = master.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // A pseudo-terminal that nobody writes to any more ends with an error.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let _ = sender.send(buffer[..count].to_vec());
            }
        });
        let mut parser = Parser::new(size(24), size(80), 0);
        parser.process(format!("{PROMPT}\r\n").as_bytes());
        let ends_at = Instant::now() + DEADLINE;
        Terminal { parser, master, bytes, unread: Vec::new(), child, ends_at }
    }

    /// The next whole frame; false once the program writes no more.
    fn next_frame(&mut self) -> bool {
        loop {
            let end = self.unread.windows(END_FRAME.len()).position(|it| it == END_FRAME);
            if let Some(end) = end {
                let frame: Vec<u8> = self.unread.drain(..end + END_FRAME.len()).collect();
                self.parser.process(&frame);
                return true;
            }
            let left = self.ends_at.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.unread.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("too late:\n{}", text(self.parser.screen()))
                }
            }
        }
    }

    /// Waits for a frame that shows this.
    fn until(&mut self, what: &str, shows: impl Fn(&Screen) -> bool) {
        while !shows(self.parser.screen()) {
            assert!(self.next_frame(), "no {what}:\n{}", text(self.parser.screen()));
        }
    }

    /// Another size: what is painted next fits it, frame after frame.
    fn resize(&mut self, columns: u16, rows: u16) {
        tcsetwinsize(&self.master, winsize(columns, rows)).unwrap();
        self.parser.screen_mut().set_size(size(rows), size(columns));
        self.until("frame of the new size", |screen| is_whole(screen, columns));
        for _ in 0..5 {
            assert!(self.next_frame(), "it ended too soon");
            let screen = self.parser.screen();
            assert!(is_whole(screen, columns), "{columns} columns:\n{}", text(screen));
        }
    }

    /// Reads to the end.
    fn finish(mut self) -> (Parser, ExitStatus) {
        while self.next_frame() {}
        self.parser.process(&self.unread);
        (self.parser, self.child.wait().unwrap())
    }
}

fn size(value: u16) -> NonZeroU16 {
    NonZeroU16::new(value).unwrap()
}

fn winsize(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn rows(screen: &Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    screen.rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect()
}

fn text(screen: &Screen) -> String {
    rows(screen).join("\n")
}

/// Whether each row of the screen is one row of the view: none is wrapped, none begins in the
/// middle of another, each that there is one of is there once.
fn is_whole(screen: &Screen, columns: u16) -> bool {
    let rows = rows(screen);
    let wrapped = (0..screen.size().0.get()).any(|row| screen.row_wrapped(row));
    let known = |row: &String| {
        let heads = ["why", "steps", "weights", "wait", "hold", "bake", "traffic", "errors"];
        let more = ["slowness", "green", "blue", "stage · sim-region-1", "  "];
        let is_event = row.get(..8).is_some_and(|time| time.matches(':').count() == 2);
        row.is_empty() || is_event || heads.iter().chain(&more).any(|head| row.starts_with(head))
    };
    let once = |head: &str| rows.iter().filter(|row| row.starts_with(head)).count() == 1;
    let clock = rows[0].rsplit("  ").next().is_some_and(|clock| clock.contains(':'));
    let title = rows[0].starts_with("shop 1.4.2 ") && clock;
    let at_the_edge = rows[0].chars().count() == usize::from(columns) - 1;
    let all = ["steps", "weights", "errors ", "slowness ", "green ", "blue "];
    !wrapped && title && at_the_edge && rows[1..].iter().all(known) && all.iter().all(|it| once(it))
}

#[test]
fn a_terminal_shows_whole_frames_at_any_width_and_the_story_below_the_last() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::deploy(home.path(), "xterm-256color", "250");
    terminal.until("step at 10 with verdicts", |screen| {
        let text = text(screen);
        let has = |part: &str| text.contains(part);
        has("green 10 / blue 90, verified") && has("slowness … hold") && has("last minute green")
    });
    let screen = terminal.parser.screen();
    let seen = text(screen);
    assert!(is_whole(screen, 80) && screen.alternate_screen() && screen.hide_cursor(), "{seen}");
    for part in [
        "steps   ● 10  ○ 50  ○ 100",
        "█░",
        "of 5:00, asks to go on at 00:",
        "errors   … hold",
        " ago, look ",
        "green   ✓ 2 of 2 tasks run; targets: 2 healthy",
        "blue    ✓ 2 of 2 tasks run; targets: 2 healthy",
        "step    shift (step 1 of 3, green at 10)",
    ] {
        assert!(seen.contains(part), "{part}:\n{seen}");
    }
    terminal.master.write_all(b"somebody types\r").unwrap();
    terminal.resize(60, 24);
    terminal.resize(120, 80);
    let (parser, status) = terminal.finish();
    let screen = parser.screen();
    let (rows, left) = (rows(screen), text(screen));
    assert_eq!(status.code(), Some(0), "{left}");
    assert!(!screen.alternate_screen() && !screen.hide_cursor(), "{left}");
    assert!(!left.contains("somebody types"), "{left}");
    let at = |head: &str| rows.iter().position(|row| row.starts_with(head)).unwrap_or(usize::MAX);
    let order = [at(PROMPT), at("shop 1.4.2 "), at("steps   ✓ 10"), at("Promoted: "), at("Stands")];
    assert!(order.is_sorted() && order[4] < usize::MAX, "{order:?}\n{left}");
    assert!(rows[order[3]..].iter().all(|row| row.chars().count() <= 100), "{left}");
    assert!((0..80).all(|row| !screen.row_wrapped(row)), "{left}");
}

#[test]
fn a_terminal_that_is_interrupted_gets_its_screen_back_and_is_told_how_to_go_on() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::deploy(home.path(), "xterm-256color", "60");
    terminal.until("weight", |screen| text(screen).contains("green 10 / blue 90"));
    let pid = Pid::from_raw(i32::try_from(terminal.child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let (parser, status) = terminal.finish();
    let left = text(parser.screen());
    assert_eq!(status.code(), Some(40), "{left}");
    assert!(!parser.screen().alternate_screen() && !parser.screen().hide_cursor(), "{left}");
    assert!(left.contains("ecs-crd resume sim-"), "{left}");
}

#[test]
fn a_dumb_terminal_gets_lines_without_a_control_character() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::deploy(home.path(), "dumb", "100000");
    let (mut all, ends_at) = (Vec::new(), terminal.ends_at);
    while let Ok(bytes) = terminal.bytes.recv_timeout(ends_at - Instant::now()) {
        all.extend(bytes);
    }
    let text = String::from_utf8(all).unwrap();
    assert!(!text.contains('\u{1b}'), "{text}");
    for part in ["  weight   blue 90 / green 10 verified\r\n", "\r\nPromoted: shop 1.4.2"] {
        assert!(text.contains(part), "{text}");
    }
    let mut child = terminal.child;
    assert_eq!(child.wait().unwrap().code(), Some(0), "{text}");
}
