package scenario_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

var updateSchema = flag.Bool("update", false, "write docs/scenario.schema.json")

// The schema that examples name for editors is that of the reader: go test ./scenario -run Schema -update writes it.
func TestTheSchemaInTheDocsIsThatOfTheReader(t *testing.T) {
	const file = "../docs/scenario.schema.json"
	want, err := scenario.Schema()
	require.NoError(t, err)
	if *updateSchema {
		require.NoError(t, os.WriteFile(file, want, 0o644))
	}
	is, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(is))
	again, err := scenario.Schema()
	require.NoError(t, err)
	require.Equal(t, string(want), string(again))
}

func TestExamplesNameTheirSchema(t *testing.T) {
	files, err := filepath.Glob("../examples/*/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		if strings.Contains(file, "own-parts") {
			continue // it names parts that are not of edgewise
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "# yaml-language-server: $schema=../../docs/scenario.schema.json\n"), file)
	}
}
