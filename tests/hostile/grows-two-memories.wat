;; Two memories, each of which is within the limit, and whose sum is not.
(memory $other 1)
(func (export "judge") (param i32) (result i32)
  (drop (memory.grow (i32.const 640)))
  (drop (memory.grow $other (i32.const 640)))
  (call $verdict))
