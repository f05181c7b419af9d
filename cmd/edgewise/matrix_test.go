package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

func TestMatrixSaysTheRoundTripsOfRTT(t *testing.T) {
	// Homes first, as in pairs: the coordinates are the catalog's.
	code, want, errs := runWith(t, `id,a_lat,a_lon,b_lat,b_lon,a_country,b_country,class,tech
zone,34.0522,-118.2437,45.8399,-119.7006,US,US,backbone,
own,51.5,-0.13,45.8399,-119.7006,GB,US,internet,
own zone,51.5,-0.13,34.0522,-118.2437,GB,US,internet,
`, "rtt")
	require.Zero(t, code, errs)
	file := filepath.Join(t.TempDir(), "own.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,lat,lon,country\nlondon-dc,51.5,-0.13,GB\n"), 0o644))
	code, out, errs := runWith(t, "", "matrix", "us-west-2", "us-west-2-lax-1", "--file", file, "--format", "long")
	require.Zero(t, code, errs)
	rows, err := csv.NewReader(strings.NewReader(want)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "from,to,rtt_ms\nus-west-2,us-west-2-lax-1,"+rows[1][1]+"\nus-west-2,london-dc,"+rows[2][1]+"\nus-west-2-lax-1,london-dc,"+rows[3][1]+"\n", out)

	code, servers, errs := runWith(t, "", "matrix", "London", "us-west-2")
	require.NotZero(t, code, servers)
	require.Contains(t, errs, "which all have this name")
	_, servers, _ = runWith(t, "", "matrix", "los-angeles-us", "seattle-us", "us-west-2", "--format", "long")
	_, homes, _ := runWith(t, "", "matrix", "los-angeles-us", "seattle-us", "us-west-2", "--format", "long", "--access", "lte")
	require.NotEqual(t, servers, homes)
}

// Without what is cut a matrix has the round trips that rtt has without it, and says what is cut.
func TestAMatrixGoesAroundWhatIsCut(t *testing.T) {
	places := []string{"cairo-eg", "singapore-sg", "paris-fr"}
	dir := t.TempDir()
	pairs := "id,a_lat,a_lon,b_lat,b_lon,a_country,b_country\n"
	metros := catalog.Metros()
	at := func(id string) topology.Node {
		return metros[slices.IndexFunc(metros, func(m topology.Node) bool { return m.ID == id })]
	}
	for i, a := range places {
		for _, b := range places[i+1:] {
			from, to := at(a), at(b)
			pairs += fmt.Sprintf("%s %s,%v,%v,%v,%v,%s,%s\n", a, b, from.LatDeg, from.LonDeg, to.LatDeg, to.LonDeg, from.Country, to.Country)
		}
	}
	rtts := func(cut ...string) (long, explained string) {
		code, long, errs := runWith(t, "", append(append([]string{"matrix", "--format", "long"}, places...), cut...)...)
		require.Zero(t, code, errs)
		code, explained, errs = runWith(t, pairs, append([]string{"rtt"}, cut...)...)
		require.Zero(t, code, errs)
		return strings.ReplaceAll(strings.TrimPrefix(long, "from,to,rtt_ms\n"), ",", " "), strings.ReplaceAll(strings.TrimPrefix(explained, "id,pred_ms\n"), ",", " ")
	}
	whole, _ := rtts()
	for _, cut := range []string{"MRS", "red-sea", "EG-MRS"} {
		matrix, pairs := rtts("--cut", cut)
		require.Equal(t, pairs, matrix, cut)
		require.NotEqual(t, whole, matrix, cut)
	}
	none, _ := rtts("--cut", "none")
	require.Equal(t, whole, none)
	for _, format := range []string{"netem", "shadow", "ns3", "omnet", "go"} {
		code, out, errs := runWith(t, "", "matrix", "us-east-1", "eu-west-1", "--format", format, "--cut", "MRS,SIN-BOM")
		require.Zero(t, code, errs)
		require.Contains(t, out, "What is cut: MRS, SIN-BOM. ", format)
		_, out, _ = runWith(t, "", "matrix", "us-east-1", "eu-west-1", "--format", format)
		require.NotContains(t, out, "What is cut", format)
	}
	file := filepath.Join(dir, "own.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,lat,lon\na,91,2\n"), 0o644))
	code, out, errs := runWith(t, "", "matrix", "us-east-1", "eu-west-1", "--cut", "mrs,MRS-SYD", "--file", file)
	require.Equal(t, exitUsage, code)
	require.Empty(t, out)
	for _, want := range []string{file + ":2: column lat: value \"91\"", "--cut is mrs; want MRS, in capitals\n", "--cut is MRS-SYD; want two hubs that a cable joins"} {
		require.Contains(t, errs, want, "all at once")
	}
}

// A matrix is a table of measured round trips to a scenario.
func TestScenariosReadMatrices(t *testing.T) {
	dir := t.TempDir()
	for _, format := range []string{"square", "long"} {
		file := filepath.Join(dir, format+".csv")
		code, _, errs := runWith(t, "", "matrix", "los-angeles-us", "us-west-2", "us-west-2-lax-1", "--format", format, "-o", file)
		require.Zero(t, code, errs)
		s, err := scenario.Parse(filepath.Join(dir, "scenario.yaml"), []byte(`title: Measured
duration: 10s
network: {metros: {names: [los-angeles-us]}, measured: `+format+`.csv}
workloads: [{name: api, preset: api-dynamic, requests_per_second: 1}]
placements:
  - {name: region, compute: us-west-2}
  - {name: zone, compute: us-west-2-lax-1}
`))
		require.NoError(t, err)
		require.Len(t, s.Network.Measured(), 6, format) // both ways
	}
}

func TestMatrixWritesForEveryTool(t *testing.T) {
	for format, want := range map[string]string{
		"netem": "\"eu-west-1 us-east-1\" | \"us-east-1 eu-west-1\"", "shadow": "label \"eu-west-1\"", "ns3": "\"eu-west-1\",",
		"omnet": "eu_west_1: <hostType> like IHost", "go": "\"eu-west-1\": {",
	} {
		code, out, errs := runWith(t, "", "matrix", "eu-west-1", "us-east-1", "--format", format)
		require.Zero(t, code, errs)
		require.Contains(t, out, want)
	}
	code, out, errs := runWith(t, "", "matrix", "regions", "--provider", "aws,azure", "--metros", "2", "--format", "square")
	require.Zero(t, code, errs)
	require.Contains(t, out, ",aws/eu-west-1,")
	require.Contains(t, out, ",azure/westeurope,")
	require.Contains(t, out, ",shanghai-cn,")
}

func TestMatrixRefusesByName(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "own.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,lat,lon\nus-west-2,1,2\nx y,100,2\n"), 0o644))
	again := filepath.Join(dir, "again.csv")
	require.NoError(t, os.WriteFile(again, []byte("id,lat,lon\nus-west-2,1,2\n"), 0o644))
	blank := filepath.Join(dir, "blank.csv")
	require.NoError(t, os.WriteFile(blank, []byte("id,lat,lon\nx y,1,2\n"), 0o644))
	all := filepath.Join(dir, "all.csv")
	require.NoError(t, os.WriteFile(all, []byte("id,lat,lon,kind\nx y,1,2,metro\nb,1,999,zzz\nus-east-1,1,2,pop\nb,1,2,\n,1,2,\nc,1\n"), 0o644))
	code, out, errs := runWith(t, "", "matrix", "us-west-2", "us-east-1", "nowhere", "--metros=-1", "--file", all)
	require.Equal(t, exitUsage, code)
	require.Empty(t, out)
	for _, want := range []string{ // all at once, with file and line
		"place is nowhere; want a known site or metro", "--metros is -1; want 0 to ",
		all + `:2: column id: value "x y": want letters, digits and ._:/- alone, without - at the beginning` + "\n",
		all + `:3: column lon: value "999": want a number from -180 to 180` + "\n", all + `:3: column kind: value "zzz": want a node kind: metro, pop`,
		all + `:4: column id: value "us-east-1": want one that no other place has`,
		all + `:5: column id: value "b": want an ID not used before (line 3 has it)` + "\n", all + `:6: column id: value "": want a text that is not empty` + "\n",
		all + ":7: 2 fields: want 4, as many as the header has\n",
	} {
		require.Contains(t, errs, want)
	}
	for want, args := range map[string][]string{
		"two places or more":         {"us-west-2"},
		"want a known site or metro": {"us-west-2", "nowhere"},
		"one of square, long":        {"us-west-2", "us-east-1", "--format", "gml"},
		"--access":                   {"us-west-2", "us-east-1", "--access", "6g"},
		"--metros is -1":             {"us-west-2", "us-east-1", "--metros=-1"},
		":3: column lat":             {"us-west-2", "us-east-1", "--file", file},
		"one that no other place":    {"us-west-2", "us-east-1", "--file", again},
		"letters, digits":            {"us-west-2", "us-east-1", "--file", blank},
		"want sites that":            {"local-zones", "us-central1", "--provider", "google"},
		"no such file":               {"us-west-2", "us-east-1", "--file", filepath.Join(dir, "none.csv")},
		"which is read":              {"us-west-2", "us-east-1", "--file", again, "-o", again},
	} {
		code, out, errs := runWith(t, "", append([]string{"matrix"}, args...)...)
		require.Equal(t, exitUsage, code, want)
		require.Empty(t, out)
		require.Contains(t, errs, want)
	}
}
