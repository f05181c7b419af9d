package catalog_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology/catalog"
)

func TestSourcesNameEveryFileOfAProviderAsTheReadmeDoes(t *testing.T) {
	readme, err := os.ReadFile("data/README.md")
	require.NoError(t, err)
	for _, p := range catalog.Providers() {
		all := catalog.Sources(p)
		require.GreaterOrEqual(t, len(all), 4)
		require.Regexp(t, `^all files of the catalog: sha256 [0-9a-f]{64}$`, all[len(all)-1])
		for _, line := range all[:len(all)-1] {
			file, source, ok := strings.Cut(line, ": ")
			require.True(t, ok, line)
			require.NotEmpty(t, source, line)
			row := ""
			for _, r := range strings.Split(string(readme), "\n") {
				if strings.HasPrefix(r, "| "+file+" ") {
					row = r
				}
			}
			require.NotEmpty(t, row, "%s is not in the README", file)
			for _, word := range strings.Fields(source) {
				if strings.ContainsAny(word, "0123456789") {
					require.Contains(t, row, strings.Trim(word, ",;"), "the dates of %s", file)
				}
			}
		}
	}
}
