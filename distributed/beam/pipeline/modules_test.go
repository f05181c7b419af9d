package pipeline

import (
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

// TestModulesThatCellsRestOnAreThoseOfEdgewise checks that what Beam needs has not lifted a module that the two commands share: they
// count as one program, whose cells may be merged.
func TestModulesThatCellsRestOnAreThoseOfEdgewise(t *testing.T) {
	type module struct{ Path, Version string }
	list := func(dir string) map[string]string {
		cmd := exec.Command("go", "mod", "edit", "-json")
		cmd.Dir = dir
		out, err := cmd.Output()
		require.NoError(t, err)
		var read struct{ Require []module }
		require.NoError(t, json.Unmarshal(out, &read))
		all := make(map[string]string)
		for _, m := range read.Require {
			all[m.Path] = m.Version
		}
		return all
	}
	here, shared := list(".."), 0
	for path, version := range list("../../..") {
		if v, ok := here[path]; ok {
			require.Equal(t, version, v, path)
			shared++
		}
	}
	require.Greater(t, shared, 15)
	require.Empty(t, edgewise.ThisCode().Program, "of this repository")
}
