;; Notes of 9,000 bytes.
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2096) (i32.const 65536))
  (i32.store (i32.const 2100) (i32.const 9000))
  (call $verdict))
