;; State of 100 MiB.
(func (export "judge") (param i32) (result i32)
  (drop (memory.grow (i32.const 1600)))
  (i32.store (i32.const 2088) (i32.const 0))
  (i32.store (i32.const 2092) (i32.const 104857600))
  (call $verdict))
