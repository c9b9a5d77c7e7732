;; Imports something that is not WASI.
(import "evil:corp/shell@1.0.0" "run" (func $run))
(func (export "judge") (param i32) (result i32)
  (call $run)
  (call $verdict))
