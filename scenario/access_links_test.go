package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

// Users of a graph without access links have no technology: what is said by it would have no effect.
func TestWhatIsSaidByAccessIsRefusedWhereNobodyHasOne(t *testing.T) {
	for client, want := range map[string]string{
		"{mbit_per_second: {fiber: 100}}":                                   "client.mbit_per_second",
		"{visits: {requests: 5, gap: 2s, http_by_access: {fiber: {3: 1}}}}": "client.visits.http_by_access",
	} {
		text := string(withClient(client))
		_, err := scenario.Parse("s.yaml", []byte(text))
		require.NoError(t, err)
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "own.graphml"), []byte(ownGraph), 0o644))
		file := filepath.Join(dir, "own.yaml")
		text = strings.Replace(text, "{metros: {names: [los-angeles-us]}}", "{graphml: own.graphml}", 1)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		_, err = scenario.Load(file)
		require.ErrorContains(t, err, "own.yaml:7: workloads[0].")
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "no metro of these users has an access link")
	}
}
