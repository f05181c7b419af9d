package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

func TestFewerPlayersStartASmallerMatchInProportion(t *testing.T) {
	royale := workload.BattleRoyale().Service.(workload.Matched)
	require.Equal(t, 60, keepShare(royale, 100))
	require.Equal(t, 12, keepShare(royale, 20))
	require.Equal(t, 2, keepShare(royale, 3), "rounded up")
	require.Equal(t, 6, keepShare(workload.CompetitiveFPS().Service.(workload.Matched), 6), "all of them")
	require.Zero(t, keepShare(workload.Matched{}, 10), "without a preset")
}

// shooter is a file with a game that says all that games can say of lines, screens and quality.
const shooter = `title: games
network: {metros: {names: [boston-us]}}
seed: 1
duration: 1m
replications: 1
workloads:
  - name: shooter
    preset: competitive-fps
    tick_time_per_pair: 1us
    line: {jitter_time: 200ms, loss: 0.01, loss_burst: 3, in_burst: 0.9}
    display:
      input: 8ms
      frames_per_second: 144
      interpolation: 15ms
      render: 7ms
      screen: 5ms
      prediction: true
      lag_compensation: 200ms
      deadlines: [60ms, 100ms]
    quality:
      of: input_to_display
      classes:
        - {name: good, up_to: 60ms}
        - {name: fair, up_to: 100ms}
      half: 80ms
      slope: 10ms
  - kind: gaming
    name: cloud
    concurrent_players: 20
    session: {shape: 1, scale: 1h}
    match_players: 1
    match_length: 1h
    tick_hz: 60
    cloud: {mbit_per_second: 30, line_mbit_per_second: 100, capture: 1ms, encode: 6ms, decode: 4ms}
placements:
  - name: region
    compute: us-east-1
`

func TestGamesSayWhatPlayersSee(t *testing.T) {
	f, err := Parse("game.yaml", []byte(shooter))
	require.NoError(t, err)
	require.Equal(t, workload.Display{
		Input: 8e6, FramesPerSecond: 144, Interpolation: 15e6, Render: 7e6, Screen: 5e6, Prediction: true, LagCompensation: 200e6,
		Deadlines: []time.Duration{60e6, 100e6},
	}, f.Workloads[0].Service.(workload.Matched).Display)
	game := f.Workloads[0].Service.(workload.Matched)
	require.Equal(t, workload.PlayerLine{JitterTime: 200e6, Loss: 0.01, LossBurst: 3, InBurst: 0.9}, game.Line)
	require.Equal(t, time.Microsecond, game.TickTimePerPair)
	require.Equal(t, workload.Quality{
		Of: workload.FeltDisplay, Classes: []workload.QualityClass{{Name: "good", UpTo: 60e6}, {Name: "fair", UpTo: 100e6}}, Half: 80e6, Slope: 10e6,
	}, game.Quality)
	require.Equal(t, workload.Cloud{BitsPerSecond: 30e6, LineBitsPerSecond: 100e6, Capture: 1e6, Encode: 6e6, Decode: 4e6},
		f.Workloads[1].Service.(workload.Matched).Cloud)
}

func TestWhatPlayersCannotHaveIsRefusedByLine(t *testing.T) {
	for old, c := range map[string]struct{ is, want string }{
		"jitter_time: 200ms":         {"jitter_time: -1s", `game.yaml:10: workloads[0].line.jitter_time: is -1s; want 0 (each update on its own) to 1h`},
		"loss_burst: 3":              {"loss_burst: 0.5", `game.yaml:10: workloads[0].line.loss_burst: is 0.5; want 0 (each packet on its own) or 1 to 1e6`},
		"input: 8ms":                 {"input: 8", `game.yaml:12: workloads[0].display.input: is "8"; want a time with its unit, for example 10ms or 1h30m`},
		"frames_per_second: 144":     {"frames_per_second: 0.1", `game.yaml:13: workloads[0].display.frames_per_second: is 0.1; want 0 (no frames) or 1 to 1000`},
		"prediction: true":           {"prediction: maybe", `game.yaml:17: workloads[0].display.prediction: is "maybe"; want true or false`},
		"deadlines: [60ms, 100ms]":   {"deadlines: [100ms, 60ms]", `game.yaml:19: workloads[0].display.deadlines: is [100ms, 60ms]; want times above 0 in ascending order`},
		"of: input_to_display":       {"of: ping", `game.yaml:21: workloads[0].quality.of: is "ping"; want rtt or input_to_display`},
		"{name: fair, up_to: 100ms}": {"{name: fair, up_to: 50ms}", `game.yaml:24: workloads[0].quality.classes[1].up_to: is 50ms; want more than 60ms`},
		"slope: 10ms":                {"slope: 0s", `game.yaml:26: workloads[0].quality.slope: is 0s; want more than 0, 1m at most`},
		"line_mbit_per_second: 100":  {"line_mbit_per_second: 40", `game.yaml:34: workloads[1].cloud.line_mbit_per_second: is 40 Mbit/s; want 1.5 times the rate of the video at least`},
		"screen: 5ms":                {"screens: 5ms", `game.yaml:16: workloads[0].display.screens: unknown key; want one of input, frames_per_second`},
		"tick_time_per_pair: 1us":    {"tick_time_per_pair: 2s", `game.yaml:9: workloads[0].tick_time_per_pair: is 2s; want 0 to 1s`},
	} {
		require.Contains(t, shooter, old)
		_, err := Parse("game.yaml", []byte(strings.Replace(shooter, old, c.is, 1)))
		require.ErrorContains(t, err, c.want)
	}
}
