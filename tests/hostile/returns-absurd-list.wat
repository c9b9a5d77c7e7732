;; Findings without number, says the length of their list.
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2072) (i32.const 8192))
  (i32.store (i32.const 2076) (i32.const 0x7fffffff))
  (call $verdict))
