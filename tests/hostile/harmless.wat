;; Does what the defaults do: no questions, no issues, a hold.
