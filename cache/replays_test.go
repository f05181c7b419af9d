package cache

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// replayBody matches a method replay and captures its type and body.
var replayBody = regexp.MustCompile(`(?s)func \(c \*(\w+)\) replay\(r \*Requests\) \(m missed\) \{\n(.*?)\n}\n`)

// TestReplayHasTwoBodies keeps the copies of the two loops alike that core tells of.
func TestReplayHasTwoBodies(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	types := make(map[string][]string) // by body
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range replayBody.FindAllStringSubmatch(string(text), -1) {
			types[m[2]] = append(types[m[2]], m[1])
		}
	}
	var shared [][]string
	for _, same := range types {
		if len(same) > 2 {
			slices.Sort(same)
			shared = append(shared, same)
		}
	}
	require.ElementsMatch(t, [][]string{
		{"gdsf", "hyperbolic", "lfu", "lfuda", "lhd", "slru", "wTinyLFU"},
		{"arc", "lecar", "lfuPerfect", "lirs", "lruK", "qdlp", "twoQ"},
	}, shared)
}
