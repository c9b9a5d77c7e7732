;; Asks for a gigabyte of random numbers at once.
(import "wasi:random/random@0.2.0" "get-random-bytes" (func $random (param i64 i32)))
(func (export "judge") (param i32) (result i32)
  (call $random (i64.const 1000000000) (i32.const 8192))
  (call $verdict))
