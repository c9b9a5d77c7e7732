;; A code for machines that machines cannot split.
(data (i32.const 8192) "Too Many")
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2056) (i32.const 8192))
  (i32.store (i32.const 2060) (i32.const 8))
  (call $verdict))
