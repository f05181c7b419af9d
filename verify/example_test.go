//go:build !race

package verify_test

import (
	"context"
	"fmt"
	"log"

	"github.com/edgewise-sim/edgewise/verify"
)

// Does this build of the simulator still queue as theory says? Without groups all is checked.
func Example() {
	page, err := verify.Run(context.Background(), verify.Options{Effort: verify.Quick, Groups: []string{"Queues"}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("passed:", page.Passed())
	fmt.Println("first row:", page.Rows[0].Name)
	// Output:
	// passed: true
	// first row: M/M/1 at load 0.5: mean time in the system
}
