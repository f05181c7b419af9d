package scenario_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestServiceTimesAreReadByTheirLaws(t *testing.T) {
	for text, want := range map[string]workload.ServiceTime{
		"5ms":                                   {Mean: 5 * time.Millisecond},
		"{mean: 5ms}":                           {Mean: 5 * time.Millisecond},
		"{mean: 5ms, law: exponential}":         {Mean: 5 * time.Millisecond, Law: workload.ExponentialTime},
		"{mean: 5ms, law: gamma, variation: 2}": {Mean: 5 * time.Millisecond, Law: workload.GammaTime, Variation: 2},
		"{law: lognormal, mean: 5ms, variation: 0.5}": {Mean: 5 * time.Millisecond, Law: workload.LognormalTime, Variation: .5},
		"{times: [3ms, 1ms, 2ms]}":                    workload.Empirical(time.Millisecond, 2*time.Millisecond, 3*time.Millisecond),
		"{times: [3ms, 1ms, 2ms], law: empirical}":    workload.Empirical(time.Millisecond, 2*time.Millisecond, 3*time.Millisecond),
	} {
		study, err := scenario.Parse("laws.yaml", []byte(`
title: Laws
duration: 10s
network: {provider: aws, metros: {top: 3}}
workloads:
  - {kind: dynamic, name: api, requests_per_second: 10, response_size: 10kB, service: `+text+`}
placements:
  - {name: p, compute: us-east-1}
`))
		require.NoError(t, err, text)
		require.Equal(t, want, study.Workloads[0].Service.(workload.Computed).Work, text)
	}
}
