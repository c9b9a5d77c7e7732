;; Asks for a MiB more, for ever.
(func (export "judge") (param i32) (result i32)
  (loop $more
    (drop (memory.grow (i32.const 16)))
    (br $more))
  unreachable)
