package scenario_test

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/scenario"
)

// A mistake in a file is named by its line, and so is what would be right.
func ExampleParse() {
	_, err := scenario.Parse("mine.yaml", []byte(`title: Mine
duration: 10
network: {metros: {countries: [US], top: 20}}
workloads: [{name: site, preset: web-static}]
placements: [{name: region, origin: us-west-2}]
`))
	fmt.Println(err)
	// Output:
	// mine.yaml:2: duration: is "10"; want a time with its unit, for example 10ms or 1h30m
}
