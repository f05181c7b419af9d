// Package same holds the program of an example against its scenario file.
package same

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
)

// AsFile fails the test unless the program's study is the one that the scenario file describes. Lists of
// assumptions may differ: the file's leaves out what it sets itself.
func AsFile(t *testing.T, program *edgewise.Study, file string) {
	t.Helper()
	read, err := scenario.Load(file)
	require.NoError(t, err)
	require.Equal(t, read.Network.AllNodes(), program.Network.AllNodes())
	require.Equal(t, bare(read), bare(program))
}

// bare returns the study without network, sources, assumptions and where it comes from.
func bare(s *edgewise.Study) *edgewise.Study {
	s.Network, s.Sources, s.Assumed, s.Provenance, s.Locate = nil, nil, nil, edgewise.Provenance{}, nil
	for i := range s.Workloads {
		s.Workloads[i].Assumed = nil
	}
	return s
}
