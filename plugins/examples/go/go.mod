module example.com/p99-budget

go 1.25
