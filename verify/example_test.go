//go:build !race

package verify_test

import (
	"context"
	"fmt"
	"log"

	"github.com/edgewise-sim/edgewise/verify"
)

// Has this build of the simulator lost anything?
func Example() {
	page, err := verify.Run(context.Background(), verify.Options{Effort: verify.Quick, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("passed:", page.Passed())
	fmt.Println("queues first:", page.Rows[0].Name)
	// Output:
	// passed: true
	// queues first: M/M/1 at load 0.5: mean time in the system
}
