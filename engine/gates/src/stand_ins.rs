//! All a gate can ever obtain through WASI 0.2: the clock stands at the look's instant, random
//! numbers come from the look's seed, what is written becomes the gate's words. There are no
//! files, variables, arguments, sockets or requests.

use wasmtime::component::{HasSelf, Linker, Resource, Val};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::cli::{
    environment, exit, stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr,
    terminal_stdin, terminal_stdout,
};
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};
use wasmtime_wasi::p2::bindings::sync::io;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable};

use crate::evaluation::State;
use crate::fault::Refused;
use crate::limits::{NOTES_BYTES, RANDOM_BYTES, WRITTEN_BYTES};

/// The interfaces of WASI 0.2 that are answered; calls of any other one trap.
pub(crate) const ANSWERED: [&str; 19] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// What the stand-ins answer from.
pub(crate) struct StandIns {
    now_s: u32,
    seed: u32,
    draws: u64,
    words: Vec<u8>,
    written: usize,
}

impl StandIns {
    pub(crate) fn new(now_s: u32, seed: u32) -> Self {
        StandIns { now_s, seed, draws: u64::from(seed), words: Vec::new(), written: 0 }
    }

    /// What the guest wrote to standard output and error, cut to 8 KiB.
    pub(crate) fn words(&self) -> String {
        String::from_utf8_lossy(&self.words).into_owned()
    }

    /// Keeps what is written as long as there is room; the rest is lost. Much more than that is
    /// refused: fuel does not see what a call costs the host.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> wasmtime::Result<()> {
        let room = NOTES_BYTES - self.words.len();
        self.words.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.written += bytes.len();
        if self.written > WRITTEN_BYTES {
            let what = format!("standard error for more than {WRITTEN_BYTES} bytes");
            return Err(Refused { what }.into());
        }
        Ok(())
    }

    /// The next number of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
    /// generators, OOPSLA 2014).
    fn draw(&mut self) -> u64 {
        self.draws = self.draws.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.draws;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn draw_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        if len > RANDOM_BYTES {
            let what = format!("random numbers for {len} bytes (at most {RANDOM_BYTES} at once)");
            return Err(Refused { what }.into());
        }
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < len {
            bytes.extend_from_slice(&self.draw().to_le_bytes());
        }
        bytes.truncate(usize::try_from(len)?);
        Ok(bytes)
    }
}

/// Standard input, which is closed.
const STDIN: u32 = 0;
/// Standard output and error, which are the gate's words.
const WORDS: u32 = 1;
/// Something that is ready: waiting ends at once, since the clock stands.
const READY: u32 = 2;

pub(crate) fn ready() -> Resource<DynPollable> {
    Resource::new_own(READY)
}

/// A linker with every answered interface.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    type Own = HasSelf<StandIns>;
    fn own(state: &mut State) -> &mut StandIns {
        &mut state.stand_ins
    }
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    environment::add_to_linker::<_, Own>(l, own)?;
    exit::add_to_linker::<_, Own>(l, own)?;
    stdin::add_to_linker::<_, Own>(l, own)?;
    stdout::add_to_linker::<_, Own>(l, own)?;
    stderr::add_to_linker::<_, Own>(l, own)?;
    terminal_input::add_to_linker::<_, Own>(l, own)?;
    terminal_output::add_to_linker::<_, Own>(l, own)?;
    terminal_stdin::add_to_linker::<_, Own>(l, own)?;
    terminal_stdout::add_to_linker::<_, Own>(l, own)?;
    terminal_stderr::add_to_linker::<_, Own>(l, own)?;
    wall_clock::add_to_linker::<_, Own>(l, own)?;
    monotonic_clock::add_to_linker::<_, Own>(l, own)?;
    random::add_to_linker::<_, Own>(l, own)?;
    insecure::add_to_linker::<_, Own>(l, own)?;
    insecure_seed::add_to_linker::<_, Own>(l, own)?;
    io::error::add_to_linker::<_, Own>(l, own)?;
    io::poll::add_to_linker::<_, Own>(l, own)?;
    io::streams::add_to_linker::<_, Own>(l, own)?;
    l.instance("wasi:filesystem/preopens@0.2.12")?.func_new(
        "get-directories",
        |_, _, _, results| {
            results.fill(Val::List(Vec::new()));
            Ok(())
        },
    )?;
    Ok(linker)
}

impl environment::Host for StandIns {
    fn get_environment(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    fn get_arguments(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn initial_cwd(&mut self) -> wasmtime::Result<Option<String>> {
        Ok(None)
    }
}

impl exit::Host for StandIns {
    fn exit(&mut self, status: Result<(), ()>) -> wasmtime::Result<()> {
        Err(I32Exit(i32::from(status.is_err())).into())
    }

    fn exit_with_code(&mut self, code: u8) -> wasmtime::Result<()> {
        Err(I32Exit(i32::from(code)).into())
    }
}

impl stdin::Host for StandIns {
    fn get_stdin(&mut self) -> wasmtime::Result<Resource<DynInputStream>> {
        Ok(Resource::new_own(STDIN))
    }
}

impl stdout::Host for StandIns {
    fn get_stdout(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        Ok(Resource::new_own(WORDS))
    }
}

impl stderr::Host for StandIns {
    fn get_stderr(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        Ok(Resource::new_own(WORDS))
    }
}

impl terminal_input::Host for StandIns {}

impl terminal_input::HostTerminalInput for StandIns {
    fn drop(&mut self, _: Resource<terminal_input::TerminalInput>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl terminal_output::Host for StandIns {}

impl terminal_output::HostTerminalOutput for StandIns {
    fn drop(&mut self, _: Resource<terminal_output::TerminalOutput>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl terminal_stdin::Host for StandIns {
    fn get_terminal_stdin(
        &mut self,
    ) -> wasmtime::Result<Option<Resource<terminal_input::TerminalInput>>> {
        Ok(None)
    }
}

impl terminal_stdout::Host for StandIns {
    fn get_terminal_stdout(
        &mut self,
    ) -> wasmtime::Result<Option<Resource<terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}

impl terminal_stderr::Host for StandIns {
    fn get_terminal_stderr(
        &mut self,
    ) -> wasmtime::Result<Option<Resource<terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}

impl wall_clock::Host for StandIns {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: u64::from(self.now_s), nanoseconds: 0 })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 1, nanoseconds: 0 })
    }
}

impl monotonic_clock::Host for StandIns {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(u64::from(self.now_s) * 1_000_000_000)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1_000_000_000)
    }

    fn subscribe_instant(&mut self, _: u64) -> wasmtime::Result<Resource<DynPollable>> {
        Ok(ready())
    }

    fn subscribe_duration(&mut self, _: u64) -> wasmtime::Result<Resource<DynPollable>> {
        Ok(ready())
    }
}

impl random::Host for StandIns {
    fn get_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw_bytes(len)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        Ok(self.draw())
    }
}

impl insecure::Host for StandIns {
    fn get_insecure_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw_bytes(len)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        Ok(self.draw())
    }
}

impl insecure_seed::Host for StandIns {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((u64::from(self.seed), 0))
    }
}
