//go:build race

package sim

import (
	"flag"
	"os"
	"strings"
	"testing"
)

const raceEnabled = true

// TestMain leaves out the tests of which all work is in one goroutine, unless -run names some: they show the race detector nothing, and would
// take it ten times as long.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.run").Value.String() == "" {
		names, err := sideBySide(".")
		if err == nil {
			err = flag.Set("test.run", "^("+strings.Join(names, "|")+")$")
		}
		if err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
