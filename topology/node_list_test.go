package topology_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestNodeListsAreRead(t *testing.T) {
	const list = "\ufeffid,lat_deg,lon_deg,name,kind,country,internet_users,time_zone,unverified\n" +
		"oslo,59.91,10.75,Oslo,metro,NO,1000,Europe/Oslo,0\n" +
		"dc,60,11,,,,,,1\n"
	got, err := topology.ReadNodes("own.csv", strings.NewReader(list), topology.Node{Kind: topology.Region, Provider: "own"}, topology.ReadOptions{})
	require.NoError(t, err)
	require.Equal(t, []topology.Node{
		{ID: "oslo", LatDeg: 59.91, LonDeg: 10.75, Name: "Oslo", Kind: topology.Metro, Country: "NO", Users: 1000, TimeZone: "Europe/Oslo", Provider: "own"},
		{ID: "dc", LatDeg: 60, LonDeg: 11, Kind: topology.Region, Provider: "own", Unverified: true},
	}, got)
}

func TestBadNodeListsNameLineColumnAndValue(t *testing.T) {
	cases := map[string]struct{ list, want string }{
		"empty":          {"", "own.csv:1: empty file"},
		"missing column": {"id,lat_deg\n", `own.csv:1: column "lon_deg" is missing`},
		"column by two":  {"id,lat_deg,lat,lon_deg\n", `own.csv:1: columns "lat_deg" and "lat" both stand for lat_deg`},
		"column twice":   {"id,lat_deg,lon_deg,id\n", `own.csv:1: column "id" given twice`},
		"short row":      {"id,lat_deg,lon_deg\na,1\n", "own.csv:2: 2 fields: want 3, as many as the header has"},
		"bad quote":      {"id,lat_deg,lon_deg\n\"a,1,2\n", "own.csv:2: extraneous"},
		"no id":          {"id,lat_deg,lon_deg\n,1,2\n", `own.csv:2: column id: value ""`},
		"id twice":       {"id,lat_deg,lon_deg\na,1,2\nb,1,2\na,1,2\n", `own.csv:4: column id: value "a": want an ID not used before (line 2 has it)`},
		"latitude":       {"id,lat_deg,lon_deg\na,north,2\n", `own.csv:2: column lat_deg: value "north": want a number from -90 to 90`},
		"latitude NaN":   {"id,lat_deg,lon_deg\na,NaN,2\n", `column lat_deg: value "NaN"`},
		"longitude":      {"id,lat_deg,lon_deg\na,1,200\n", `column lon_deg: value "200": want a number from -180 to 180`},
		"kind":           {"id,lat_deg,lon_deg,kind\na,1,2,zone\n", `column kind: value "zone"`},
		"country":        {"id,lat_deg,lon_deg,country\na,1,2,Norway\n", `column country: value "Norway"`},
		"users":          {"id,lat_deg,lon_deg,internet_users\na,1,2,-5\n", `column internet_users: value "-5"`},
		"time zone":      {"id,lat_deg,lon_deg,time_zone\na,1,2,Europe/Nowhere\n", `column time_zone: value "Europe/Nowhere"`},
		"local zone":     {"id,lat_deg,lon_deg,time_zone\na,1,2,Local\n", `column time_zone: value "Local"`},
		"unverified":     {"id,lat_deg,lon_deg,unverified\na,1,2,maybe\n", `column unverified: value "maybe"`},
		"control":        {"id,lat_deg,lon_deg\n\"a\x01\",1,2\n", `own.csv:2: column id`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := topology.ReadNodes("own.csv", strings.NewReader(c.list), topology.Node{}, topology.ReadOptions{})
			require.ErrorContains(t, err, c.want)
			require.Nil(t, got)
		})
	}
}

func TestAllMistakesOfANodeListAreTold(t *testing.T) {
	_, err := topology.ReadNodes("own.csv", strings.NewReader("id,lat_deg,lon_deg\na,91,181\nb,1,2\nodd,1,2\nb,x,2\n"), topology.Node{}, topology.ReadOptions{
		WantID: func(id string) string { return map[string]string{"odd": "an even one"}[id] },
	})
	require.EqualError(t, err, `own.csv:2: column lat_deg: value "91": want a number from -90 to 90
own.csv:2: column lon_deg: value "181": want a number from -180 to 180
own.csv:4: column id: value "odd": want an even one
own.csv:5: column lat_deg: value "x": want a number from -90 to 90
own.csv:5: column id: value "b": want an ID not used before (line 3 has it)`)
}

func TestCablesAreRead(t *testing.T) {
	got, err := topology.ReadCables("c.csv", strings.NewReader("a,b\nx,y\n"))
	require.NoError(t, err)
	require.Equal(t, [][2]string{{"x", "y"}}, got)
	_, err = topology.ReadCables("c.csv", strings.NewReader("a,b\nx,\n"))
	require.ErrorContains(t, err, `c.csv:2: column b: value ""`)
}

// Whatever comes in, what is accepted makes a network or is refused by name.
func FuzzReadNodes(f *testing.F) {
	f.Add("id,lat_deg,lon_deg\na,1,2\n")
	f.Add("id,lat_deg,lon_deg,kind,parent\na,1,2,region,\nb,1,2,local-zone,a\n")
	f.Add("id,lat_deg,lon_deg,country,internet_users,time_zone,unverified\na,1,2,US,5,UTC,1\n")
	f.Add("id,lat_deg,lon_deg\na,NaN,1e999\n")
	f.Add("\ufeffid,lat_deg,lon_deg\n\"a\n")
	f.Fuzz(func(t *testing.T, list string) {
		got, err := topology.ReadNodes("fuzz.csv", strings.NewReader(list), topology.Node{Kind: topology.PoP}, topology.ReadOptions{})
		if err != nil {
			require.ErrorContains(t, err, "fuzz.csv")
			return
		}
		for _, n := range got {
			n.Parent = ""
			if n.Kind == topology.LocalZone || n.Kind == topology.WavelengthZone {
				continue
			}
			_, err := topology.New([]topology.Node{n}, nil)
			require.NoError(t, err)
		}
	})
}
