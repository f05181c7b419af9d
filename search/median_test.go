package search

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// readPMed returns the distances of an instance of the OR-Library, and p.
func readPMed(t testing.TB, name string) (distances [][]float64, p int) {
	t.Helper()
	file, err := os.Open("testdata/pmed/" + name + ".txt")
	require.NoError(t, err)
	defer file.Close()
	in := bufio.NewReader(file)
	var nodes, edges int
	_, err = fmt.Fscan(in, &nodes, &edges, &p)
	require.NoError(t, err)
	distances = make([][]float64, nodes)
	for i := range distances {
		distances[i] = make([]float64, nodes)
		for j := range distances[i] {
			if i != j {
				distances[i][j] = math.Inf(1)
			}
		}
	}
	for range edges {
		var i, j int
		var cost float64
		_, err := fmt.Fscan(in, &i, &j, &cost)
		require.NoError(t, err)
		distances[i-1][j-1], distances[j-1][i-1] = cost, cost // the last of a repeated edge counts
	}
	for k := range distances {
		for i := range distances {
			for j := range distances {
				distances[i][j] = min(distances[i][j], distances[i][k]+distances[k][j])
			}
		}
	}
	return distances, p
}

func TestThePMedianInstancesOfTheORLibraryAreSolvedWithinOnePercent(t *testing.T) {
	for name, optimum := range map[string]float64{
		"pmed1": 5819, "pmed5": 1355, "pmed10": 1255, "pmed20": 1789, "pmed30": 1989, "pmed40": 5128,
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "pmed1" && name != "pmed5" {
				t.Skip("takes seconds")
			}
			distances, p := readPMed(t, name)
			found, err := PMedian(context.Background(), distances, p, 1)
			require.NoError(t, err)
			t.Logf("%s: cost %v, bound %.1f, optimum %v, gap shown %.2f %%", name, found.Cost, found.Bound, optimum, 100*(found.Cost-found.Bound)/found.Bound)
			require.Len(t, found.Open, p)
			require.GreaterOrEqual(t, found.Cost, optimum)
			require.LessOrEqual(t, found.Bound, optimum+1e-6)
			require.Greater(t, found.Bound, found.Cost/1.01)
		})
	}
}

func TestTheTinyLineCostsFour(t *testing.T) {
	places := []float64{0, 1, 2, 10, 11, 12}
	costs := make([][]float64, len(places))
	for i := range places {
		for j := range places {
			costs[i] = append(costs[i], math.Abs(places[i]-places[j]))
		}
	}
	found, err := PMedian(context.Background(), costs, 2, 1)
	require.NoError(t, err)
	require.Equal(t, []int{1, 4}, found.Open)
	require.Equal(t, 4.0, found.Cost)
	require.InDelta(t, 4, found.Bound, 1e-3)
}
