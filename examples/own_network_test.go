package examples_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
)

// The README's round trips were summed by hand along the shortest ways.
func TestTheOwnNetworkHasTheRoundTripsOfItsReadme(t *testing.T) {
	s, err := scenario.Load("own-network/own.yaml")
	require.NoError(t, err)
	require.Empty(t, s.Warnings)
	readme, err := os.ReadFile("own-network/README.md")
	require.NoError(t, err)
	seattle, ok := s.Network.Index("seattle")
	require.True(t, ok)
	sites := s.Network.Sites()
	require.Len(t, sites, 4)
	routes, err := s.Network.Routes([]int{seattle}, sites, topology.Public)
	require.NoError(t, err)
	for j, site := range sites {
		var by []string
		path := routes.Path(0, j)
		for _, i := range path[1 : len(path)-1] {
			by = append(by, s.Network.At(i).ID)
		}
		require.Equal(t, "US", s.Network.At(site).Country)
		require.Contains(t, string(readme), strings.ReplaceAll(fmt.Sprintf("| %s | %.2f | %s |\n", s.Network.At(site).ID, routes.RTT(0, j).Seconds()*1000, strings.Join(by, ", ")), "|  |", "| |"))
	}
}
