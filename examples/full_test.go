package examples_test

import (
	"os"
	"testing"
)

// inFull skips an example that takes seconds of both cores, unless it is asked for: EDGEWISE_TEST_READMES=1, as CI does in a step
// of its own, or -update. What these examples give in their first seconds is held to the bit by internal/pinned at any time.
func inFull(t *testing.T) {
	t.Helper()
	if !*update && os.Getenv("EDGEWISE_TEST_READMES") == "" {
		t.Skip("runs the example in full: EDGEWISE_TEST_READMES=1 asks for it")
	}
}
