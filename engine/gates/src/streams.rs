//! The streams of the stand-ins: input is at its end, output becomes the gate's words, and
//! whatever can be waited for is ready at once, so that no call of a guest ever blocks.

use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sync::io::{error, poll, streams};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, IoError, StreamError};

use crate::stand_ins::{StandIns, ready};

/// Bytes a guest may write at once.
const PERMIT: u64 = 64 << 10;

type Input = Resource<DynInputStream>;
type Output = Resource<DynOutputStream>;
type Streamed<T> = Result<T, StreamError>;

impl error::Host for StandIns {}

impl error::HostError for StandIns {
    fn to_debug_string(&mut self, _: Resource<IoError>) -> wasmtime::Result<String> {
        Ok("closed".to_owned())
    }

    fn drop(&mut self, _: Resource<IoError>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl poll::Host for StandIns {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        Ok((0u32..).take(pollables.len()).collect())
    }
}

impl poll::HostPollable for StandIns {
    fn ready(&mut self, _: Resource<DynPollable>) -> wasmtime::Result<bool> {
        Ok(true)
    }

    fn block(&mut self, _: Resource<DynPollable>) -> wasmtime::Result<()> {
        Ok(())
    }

    fn drop(&mut self, _: Resource<DynPollable>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl streams::Host for StandIns {
    fn convert_stream_error(
        &mut self,
        error: StreamError,
    ) -> wasmtime::Result<streams::StreamError> {
        match error {
            StreamError::Closed => Ok(streams::StreamError::Closed),
            StreamError::LastOperationFailed(error) | StreamError::Trap(error) => Err(error),
        }
    }
}

impl streams::HostInputStream for StandIns {
    fn read(&mut self, _: Input, _: u64) -> Streamed<Vec<u8>> {
        Err(StreamError::Closed)
    }

    fn blocking_read(&mut self, _: Input, _: u64) -> Streamed<Vec<u8>> {
        Err(StreamError::Closed)
    }

    fn skip(&mut self, _: Input, _: u64) -> Streamed<u64> {
        Err(StreamError::Closed)
    }

    fn blocking_skip(&mut self, _: Input, _: u64) -> Streamed<u64> {
        Err(StreamError::Closed)
    }

    fn subscribe(&mut self, _: Input) -> wasmtime::Result<Resource<DynPollable>> {
        Ok(ready())
    }

    fn drop(&mut self, _: Input) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl streams::HostOutputStream for StandIns {
    fn check_write(&mut self, _: Output) -> Streamed<u64> {
        Ok(PERMIT)
    }

    fn write(&mut self, _: Output, bytes: Vec<u8>) -> Streamed<()> {
        StandIns::write(self, &bytes).map_err(StreamError::Trap)
    }

    fn blocking_write_and_flush(&mut self, _: Output, bytes: Vec<u8>) -> Streamed<()> {
        StandIns::write(self, &bytes).map_err(StreamError::Trap)
    }

    fn flush(&mut self, _: Output) -> Streamed<()> {
        Ok(())
    }

    fn blocking_flush(&mut self, _: Output) -> Streamed<()> {
        Ok(())
    }

    fn subscribe(&mut self, _: Output) -> wasmtime::Result<Resource<DynPollable>> {
        Ok(ready())
    }

    fn write_zeroes(&mut self, _: Output, _: u64) -> Streamed<()> {
        Ok(())
    }

    fn blocking_write_zeroes_and_flush(&mut self, _: Output, _: u64) -> Streamed<()> {
        Ok(())
    }

    fn splice(&mut self, _: Output, _: Input, _: u64) -> Streamed<u64> {
        Err(StreamError::Closed)
    }

    fn blocking_splice(&mut self, _: Output, _: Input, _: u64) -> Streamed<u64> {
        Err(StreamError::Closed)
    }

    fn drop(&mut self, _: Output) -> wasmtime::Result<()> {
        Ok(())
    }
}
