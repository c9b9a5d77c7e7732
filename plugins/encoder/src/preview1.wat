;; WASI preview 1 for gates whose toolchain insists on it (Go, C that prints): there are no files,
;; sockets, arguments and variables, the clock stands still, random numbers are all the same, and what
;; is written goes to standard error, where the host takes it as the gate's words.
(module
  (import "wasi:cli/stderr@0.2.0" "get-stderr" (func $stderr (result i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop_stream (param i32)))
  ;; The module's own memory.
  (import "env" "memory" (memory 0))

  ;; Linkers place nothing below 1024, so a result of the host's may stand there.
  (global $scratch i32 (i32.const 16))
  ;; The host refuses more than 4096 bytes at once.
  (global $most i32 (i32.const 4096))

  (func $say (param $at i32) (param $bytes i32)
    (local $stream i32) (local $now i32)
    (local.set $stream (call $stderr))
    (loop $again
      (if (local.get $bytes) (then
        (local.set $now (select (local.get $bytes) (global.get $most)
          (i32.lt_u (local.get $bytes) (global.get $most))))
        (call $write (local.get $stream) (local.get $at) (local.get $now) (global.get $scratch))
        (local.set $at (i32.add (local.get $at) (local.get $now)))
        (local.set $bytes (i32.sub (local.get $bytes) (local.get $now)))
        (br $again))))
    (call $drop_stream (local.get $stream)))

  (func (export "fd_write")
    (param $file i32) (param $pieces i32) (param $count i32) (param $written i32) (result i32)
    (local $sum i32) (local $bytes i32)
    (loop $next
      (if (local.get $count) (then
        (local.set $bytes (i32.load offset=4 (local.get $pieces)))
        (call $say (i32.load (local.get $pieces)) (local.get $bytes))
        (local.set $sum (i32.add (local.get $sum) (local.get $bytes)))
        (local.set $pieces (i32.add (local.get $pieces) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))
    (i32.store (local.get $written) (local.get $sum))
    (i32.const 0))

  (func (export "proc_exit") (param i32) (unreachable))
  (func (export "proc_raise") (param i32) (result i32) (unreachable))
  (func (export "sched_yield") (result i32) (i32.const 0))

  ;; Neither arguments nor variables: both counts are 0.
  (func $none (param $count i32) (param $bytes i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $bytes) (i32.const 0))
    (i32.const 0))
  (export "args_sizes_get" (func $none))
  (export "environ_sizes_get" (func $none))
  (func $nothing (param i32 i32) (result i32) (i32.const 0))
  (export "args_get" (func $nothing))
  (export "environ_get" (func $nothing))

  (func (export "clock_time_get") (param $clock i32) (param i64) (param $time i32) (result i32)
    (i64.store (local.get $time) (i64.const 1000000000)) ;; Go does not take 0
    (i32.const 0))
  (func (export "clock_res_get") (param $clock i32) (param $time i32) (result i32)
    (i64.store (local.get $time) (i64.const 1000000000))
    (i32.const 0))
  (func (export "random_get") (param $at i32) (param $bytes i32) (result i32)
    (memory.fill (local.get $at) (i32.const 0x2a) (local.get $bytes))
    (i32.const 0))

  ;; Waiting ends at once: one event of the first subscription (its clock has run out).
  (func (export "poll_oneoff")
    (param $asked i32) (param $events i32) (param $count i32) (param $ready i32) (result i32)
    (memory.fill (local.get $events) (i32.const 0) (i32.const 32))
    (i64.store (local.get $events) (i64.load (local.get $asked)))
    (i32.store (local.get $ready) (i32.const 1))
    (i32.const 0))

  ;; No file and no socket is open: 8 is `badf`.
  (func (export "fd_advise") (param i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_allocate") (param i32 i64 i64) (result i32) (i32.const 8))
  (func (export "fd_close") (param i32) (result i32) (i32.const 8))
  (func (export "fd_datasync") (param i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_get") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_set_flags") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32) (i32.const 8))
  (func (export "fd_filestat_get") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_filestat_set_size") (param i32 i64) (result i32) (i32.const 8))
  (func (export "fd_filestat_set_times") (param i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_pread") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_prestat_get") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_prestat_dir_name") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_read") (param i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_renumber") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_sync") (param i32) (result i32) (i32.const 8))
  (func (export "fd_tell") (param i32 i32) (result i32) (i32.const 8))
  (func (export "path_create_directory") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_filestat_get") (param i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_filestat_set_times") (param i32 i32 i32 i32 i64 i64 i32) (result i32) (i32.const 8))
  (func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "path_readlink") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_remove_directory") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_rename") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_symlink") (param i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_unlink_file") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "sock_accept") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "sock_recv") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "sock_send") (param i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "sock_shutdown") (param i32 i32) (result i32) (i32.const 8)))
