package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// frame60 is a frame of a game of 60 frames a second.
const frame60 = 16_666_667 * time.Nanosecond

func TestInputsMeetTheFramesThatAreDocumented(t *testing.T) {
	frames := func(n float64) time.Duration { return time.Duration(n * float64(frame60)) }
	for _, c := range []struct {
		name       string
		peers      Peers
		delay      time.Duration
		takenIn    time.Duration
		rolledBack int
		stoodStill bool
	}{
		{"GGPO Developer Guide: a frame delay of 1 and a packet of 4 frames roll back 3", Peers{1, 8}, 4 * frame60, 4 * frame60, 3, false},
		{"Pusch 2019: a ping of 90 ms is hidden by three frames of delay", Peers{3, 0}, 45 * time.Millisecond, 3 * frame60, 0, false},
		{"GGPO: packets of 5 ms take a frame", Peers{0, 8}, 5 * time.Millisecond, frame60, 1, false},
		{"GGPO: packets of 150 ms take nine frames, one more than it predicts", Peers{0, 8}, 150 * time.Millisecond, 150 * time.Millisecond, 8, true},
		{"a delay of one frame hides one of the nine", Peers{1, 8}, 150 * time.Millisecond, 9 * frame60, 8, false},
		{"delay-based: what is later stops the game", Peers{3, 0}, frames(3.2), frames(3.2), 0, true},
		{"just in time", Peers{3, 8}, 3 * frame60, 3 * frame60, 0, false},
		{"a nanosecond late", Peers{3, 8}, 3*frame60 + 1, 4 * frame60, 1, false},
		{"no way at all", Peers{0, 8}, 0, 0, 0, false},
	} {
		takenIn, rolledBack, stoodStill := c.peers.Meets(c.delay, frame60)
		require.Equal(t, c.takenIn, takenIn, c.name)
		require.Equal(t, c.rolledBack, rolledBack, c.name)
		require.Equal(t, c.stoodStill, stoodStill, c.name)
	}
}

func TestWhatNoServerDoesIsRefused(t *testing.T) {
	for want, change := range map[string]func(*Matched){
		"Service.Peers.InputDelay is -1":             func(m *Matched) { m.Peers.InputDelay = -1 },
		"Service.Peers.Rollback is 61":               func(m *Matched) { m.Peers.Rollback = 61 },
		"Service.MatchPlayers is 3":                  func(m *Matched) { m.MatchPlayers = 3 },
		"Service.MinPlayers is 0":                    func(m *Matched) { m.MinPlayers = 0 },
		"Service.LobbyTimeout is 1s":                 func(m *Matched) { m.LobbyTimeout = time.Second },
		"Service.UpdateHz is 30":                     func(m *Matched) { m.UpdateHz = 30 },
		"Service.TickTime is 1ms":                    func(m *Matched) { m.TickTime = time.Millisecond },
		"Service.TickTimePerPlayer is 1ms":           func(m *Matched) { m.TickTimePerPlayer = time.Millisecond },
		"Service.TickTimePerPair is 1ms":             func(m *Matched) { m.TickTimePerPair = time.Millisecond },
		"Service.MatchesPerServer is 2":              func(m *Matched) { m.MatchesPerServer = 2 },
		"Service.CoresPerMatch is 0.5":               func(m *Matched) { m.CoresPerMatch = 0.5 },
		"Service.Market.Choice is lowest-mean":       func(m *Matched) { m.Market.Choice = LowestMean },
		"Service.Market.Full is turn-away":           func(m *Matched) { m.Market.Full = TurnAway },
		"Service.Market.Backfill is 1m0s":            func(m *Matched) { m.Market.Backfill = time.Minute },
		"Service.Data.Probability is 1":              func(m *Matched) { m.Data.Probability, m.Data.Calls = 1, 1 },
		"Service.Cloud.BitsPerSecond is 30 Mbit/s":   func(m *Matched) { m.Cloud = CloudGaming().Service.(Matched).Cloud },
		"Service.Display.FramesPerSecond is 144":     func(m *Matched) { m.Display.FramesPerSecond = 144 },
		"Service.Display.Interpolation is 10ms":      func(m *Matched) { m.Display.Interpolation = 10 * time.Millisecond },
		"Service.Display.Prediction is true":         func(m *Matched) { m.Display.Prediction = true },
		"Service.Display.LagCompensation is 200ms":   func(m *Matched) { m.Display.LagCompensation = 200 * time.Millisecond },
		"Service.Market.Parties is parties of 3; wa": func(m *Matched) { m.Market.Parties = []float64{0.5, 0, 0.5} },
	} {
		w := Change(FightingPeers(), change)
		require.ErrorContains(t, w.Validate(), want)
	}
	peers := FightingPeers()
	require.NoError(t, peers.Validate())
}
