//! The compiler and runtime, shared by all gates of a process.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::component::{Component, Linker};
use wasmtime::{
    Config, Enabled, EngineWeak, InstanceAllocationStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::cache::{Cache, CachePolicy};
use crate::evaluation::{State, TICK};
use crate::limits::{
    COMPILE_TIME, EVALUATIONS_AT_ONCE, INSTANCES, MEMORIES, MEMORY_CEILING_MIB, STACK_BYTES,
    TABLE_ELEMENTS, TABLES,
};
use crate::load_error::LoadFault;
use crate::shape::validate;
use crate::stand_ins;
use crate::workers::Workers;

/// The engine could not be made: this machine lacks something the sandbox needs.
#[derive(Debug, thiserror::Error)]
#[error("the WebAssembly engine cannot start here: {0}")]
pub struct EngineError(String);

/// Compiles, caches and runs gates. Cloning shares it.
#[derive(Clone)]
pub struct Engine {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Arc<Linker<State>>,
    pub(crate) workers: Arc<Workers>,
    cache: Cache,
    compile_time: Duration,
}

/// A component as machine code.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    pub(crate) compile_ms: u64,
    pub(crate) from_cache: bool,
}

impl Engine {
    /// An engine with its watchdog thread, which ends with it.
    ///
    /// # Errors
    /// When the machine cannot run the sandbox (no executable memory, say). A cache folder that
    /// cannot be used safely is no error: gates are then compiled each time, and a warning is
    /// logged.
    pub fn new(cache: &CachePolicy) -> Result<Self, EngineError> {
        let start = || -> wasmtime::Result<Self> {
            let wasmtime = wasmtime::Engine::new(&sandbox_config())?;
            let linker = stand_ins::linker(&wasmtime)?;
            keep_time(wasmtime.weak())?;
            Ok(Engine {
                cache: Cache::new(cache, &wasmtime),
                wasmtime,
                linker: Arc::new(linker),
                workers: Arc::new(Workers::new()?),
                compile_time: COMPILE_TIME,
            })
        };
        start().map_err(|error| EngineError(format!("{error:#}")))
    }

    /// The same with another limit on compiling one component; the default is 120 s.
    #[must_use]
    pub fn with_compile_time(self, compile_time: Duration) -> Self {
        Engine { compile_time, ..self }
    }

    /// Machine code for a component, from the cache, or validated and compiled, on a thread of its
    /// own, which is left behind when it takes too long: nothing can stop a compiler.
    pub(crate) fn compile(&self, digest: &str, bytes: &[u8]) -> Result<Compiled, LoadFault> {
        let begun = Instant::now();
        let compiled = |component, from_cache| {
            let compile_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            Compiled { component, compile_ms, from_cache }
        };
        if let Some(component) = self.cache.load(digest, &self.wasmtime) {
            return Ok(compiled(component, true));
        }
        validate(bytes)?;
        let (done, result) = mpsc::sync_channel(1);
        let (engine, bytes) = (self.wasmtime.clone(), bytes.to_vec());
        let work = move || {
            // Nobody listens any more when the time was over.
            let _ = done.send(Component::from_binary(&engine, &bytes));
        };
        thread::Builder::new()
            .name("gate-compiler".to_owned())
            .spawn(work)
            .map_err(|error| LoadFault::Compile { why: error.to_string() })?;
        match result.recv_timeout(self.compile_time) {
            Ok(Ok(component)) => {
                self.cache.store(digest, &component);
                Ok(compiled(component, false))
            }
            Ok(Err(error)) => Err(LoadFault::Compile { why: format!("{error:#}") }),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                Err(LoadFault::CompileTime { limit: self.compile_time })
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(LoadFault::Compile { why: "the compiler panicked".to_owned() })
            }
        }
    }
}

/// The configuration of the sandbox: deterministic, bounded, and nothing switched on that no
/// toolchain of a gate needs. Public for the benchmark that compares with bare wasmtime.
#[must_use]
pub fn sandbox_config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        .shared_memory(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        .native_unwind_info(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    config
}

/// Room for twice as many evaluations as run at once: a command may run one beside a look. The
/// sizes are address space, not memory. Memories are more, so that gates of a handful of languages
/// find theirs as they left it, and stay resident: what was written, as Linux 6.7 and later tell, is
/// written back. To give the pages away and to get them anew costs a look of large guests more.
fn pool() -> PoolingAllocationConfig {
    let stores = 2 * u32::try_from(EVALUATIONS_AT_ONCE).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(stores)
        .total_core_instances(stores * INSTANCES)
        .max_core_instances_per_component(INSTANCES)
        .total_memories(stores * 4)
        .max_memories_per_component(MEMORIES)
        .max_memories_per_module(MEMORIES)
        .max_memory_size((MEMORY_CEILING_MIB as usize) << 20)
        .total_tables(stores * TABLES)
        .max_tables_per_component(TABLES)
        .max_tables_per_module(TABLES)
        .table_elements(TABLE_ELEMENTS)
        .total_stacks(1)
        .max_unused_warm_slots(stores * 4)
        .linear_memory_keep_resident(32 << 20)
        .table_keep_resident(256 << 10)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Raises the epoch at every tick for as long as the engine lives.
fn keep_time(engine: EngineWeak) -> std::io::Result<()> {
    thread::Builder::new().name("gate-watchdog".to_owned()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    })?;
    Ok(())
}
