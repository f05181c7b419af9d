package scenario_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

func TestAScenarioIsFoundAgainFromItsFiles(t *testing.T) {
	const text = `title: Own
duration: 1m
network:
  metros: {names: [los-angeles-us]}
  sites: own/sites.csv
  measured: ../rtts.csv
workloads: [{name: site, preset: web-static}]
placements:
  - {name: region, origin: us-west-2}
  - {name: pops, extends: region, edge_caches: {sites: all, size: 1MiB}}
`
	files := []scenario.File{
		{Name: "own/sites.csv", Data: []byte("id,lat_deg,lon_deg\nmine,34,-118\n")},
		{Name: "../rtts.csv", Data: []byte("from,to,rtt_ms\nlos-angeles-us,mine,3\n")},
	}
	dir := filepath.Join(t.TempDir(), "below")
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, f.Data, 0o666))
	}
	want, read, err := scenario.ParseWithFiles(filepath.Join(dir, "scenario.yaml"), []byte(text))
	require.NoError(t, err)
	require.Equal(t, files, read)

	got, err := scenario.ParseFrom(filepath.Join(t.TempDir(), "scenario.yaml"), []byte(text), files)
	require.NoError(t, err)
	require.Equal(t, want.Network.Links(), got.Network.Links())
	require.Equal(t, want.Placements, got.Placements)
	require.Equal(t, want.Assumed, got.Assumed)

	_, err = scenario.ParseFrom(filepath.Join(dir, "scenario.yaml"), []byte(text), files[:1])
	require.ErrorContains(t, err, `scenario.yaml:6: network.measured: is "../rtts.csv"; want one of the 1 files that were kept with the scenario`)
	_, none, err := scenario.ParseWithFiles("test.yaml", []byte(good))
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestWhatIsNoFileIsNotRead(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, "/dev/zero"} {
		_, err := scenario.Load(path)
		require.ErrorContains(t, err, "not a file, or too long", path)
	}
	const text = `title: T
duration: 10s
network: {sites: %s, metros: {names: [denver-us]}}
workloads: [{name: g, preset: web-static}]
placements: [{name: p, origin: us-west-2}]
`
	for path, want := range map[string]string{
		"/dev/zero":  "want a file of 16777216 bytes at most",
		dir:          "want a file of 16777216 bytes at most",
		"/proc/kmsg": "", // empty, as its length says: reading it would wait for the kernel
	} {
		_, err := scenario.Parse(filepath.Join(dir, "s.yaml"), fmt.Appendf(nil, text, path))
		require.ErrorContains(t, err, want, path)
	}
}
