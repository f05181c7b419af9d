module github.com/edgewise-sim/edgewise/benchmarks

go 1.26.0

require (
	github.com/edgewise-sim/edgewise v0.0.0
	github.com/sarchlab/akita/v4 v4.9.2
)

require github.com/rs/xid v1.6.0 // indirect

replace github.com/edgewise-sim/edgewise => ../
