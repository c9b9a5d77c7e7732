;; A table of a thousand elements more, for ever.
(table $table 1 funcref)
(func (export "judge") (param i32) (result i32)
  (loop $more
    (drop (table.grow $table (ref.null func) (i32.const 1000)))
    (br $more))
  unreachable)
