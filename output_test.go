package edgewise_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

func TestOutputsThatCannotBeWrittenAreRefused(t *testing.T) {
	write := func(io.Writer, *edgewise.Comparison) error { return nil }
	for want, o := range map[string]edgewise.Output{
		`Outputs[1].Name is "..";`:          {Name: "..", Write: write},
		`Outputs[1].Name is "";`:            {Write: write},
		`Outputs[1].Name is "../own.txt";`:  {Name: "../own.txt", Write: write},
		`Outputs[1].Name is "a/own.txt";`:   {Name: "a/own.txt", Write: write},
		`Outputs[1].Name is "a\\own.txt";`:  {Name: `a\own.txt`, Write: write},
		`Outputs[1].Name is ".own";`:        {Name: ".own", Write: write},
		`Outputs[1].Name is "MY-own.txt";`:  {Name: "MY-own.txt", Write: write},
		`Outputs[1].Write is nil; want a f`: {Name: "own.txt"},
	} {
		s := smallStudy(t)
		s.Outputs = []edgewise.Output{{Name: "my-own.txt", Write: write}, o}
		require.ErrorContains(t, s.Validate(), want)
	}
}
