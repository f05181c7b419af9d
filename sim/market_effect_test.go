package sim

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// fieldsOf returns the paths of all fields of a struct of package workload; other values, and lists, are one field.
func fieldsOf(of reflect.Type, path string) (all []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		isPart := f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[workload.ServiceTime]() && f.Type != reflect.TypeFor[workload.DataCalls]()
		if isPart {
			all = append(all, fieldsOf(f.Type, path+f.Name+".")...)
		} else {
			all = append(all, path+f.Name)
		}
	}
	return all
}

// TestEveryFieldOfAGameHasAnEffect changes one field of a game after the other, of one in which none is in vain: what a run gives
// changes with each. A field that is new needs its row.
func TestEveryFieldOfAGameHasAnEffect(t *testing.T) {
	rows := map[string]func(*workload.Matched){
		"MatchPlayers":      func(m *workload.Matched) { m.MatchPlayers = 5 },
		"MatchLength":       func(m *workload.Matched) { m.MatchLength = 7 * time.Minute },
		"MinPlayers":        func(m *workload.Matched) { m.MinPlayers = 5 },
		"LobbyTimeout":      func(m *workload.Matched) { m.LobbyTimeout = 5 * time.Second },
		"TickHz":            func(m *workload.Matched) { m.TickHz = 3 },
		"UpdateHz":          func(m *workload.Matched) { m.UpdateHz = 3 },
		"TickTime":          func(m *workload.Matched) { m.TickTime *= 2 },
		"TickTimePerPlayer": func(m *workload.Matched) { m.TickTimePerPlayer *= 2 },
		"TickTimePerPair":   func(m *workload.Matched) { m.TickTimePerPair = time.Millisecond },
		"MatchesPerServer":  func(m *workload.Matched) { m.MatchesPerServer = 1 },
		"CoresPerMatch":     func(m *workload.Matched) { m.CoresPerMatch, m.MatchesPerServer = 0.3, 0 },
		"Data":              func(m *workload.Matched) { m.Data.Probability = 0.5 },
		"SampledUpdates":    func(m *workload.Matched) { m.SampledUpdates = 0.25 },
		"SampledMatches":    func(m *workload.Matched) { m.SampledMatches = 0.25 },

		"Market.Choice":           func(m *workload.Matched) { m.Market.Choice = workload.FewestEmptySeats },
		"Market.Ladder":           func(m *workload.Matched) { m.Market.Ladder[1].After = 10 * time.Second },
		"Market.MaxRTT":           func(m *workload.Matched) { m.Market.MaxRTT = 101 * time.Millisecond; m.Market.Ladder = nil },
		"Market.Relax":            func(m *workload.Matched) { m.Market.Relax = workload.Newest },
		"Market.Parties":          func(m *workload.Matched) { m.Market.Parties = []float64{0.5, 0.4, 0.1} },
		"Market.Skill.SD":         func(m *workload.Matched) { m.Market.Skill.SD = 200 },
		"Market.Skill.Bands":      func(m *workload.Matched) { m.Market.Skill.Bands[1].Width = 600 },
		"Market.Full":             func(m *workload.Matched) { m.Market.Full = workload.Wait },
		"Market.GiveUp":           func(m *workload.Matched) { m.Market.GiveUp = 45 * time.Second },
		"Market.Backfill":         func(m *workload.Matched) { m.Market.Backfill = 0 },
		"Market.PlaysInFull":      func(m *workload.Matched) { m.Market.PlaysInFull = true },
		"Market.Login.Count":      func(m *workload.Matched) { m.Market.Login.Count = 3 },
		"Market.Login.Service":    func(m *workload.Matched) { m.Market.Login.Service.Mean = 50 * time.Millisecond },
		"Market.Start.Count":      func(m *workload.Matched) { m.Market.Start.Count = 3 },
		"Market.Start.Service":    func(m *workload.Matched) { m.Market.Start.Service.Mean = 50 * time.Millisecond },
		"Market.Reconnect":        func(m *workload.Matched) { m.Market.Reconnect = 0.9 },
		"Line.JitterTime":         func(m *workload.Matched) { m.Line.JitterTime = 10 * time.Second },
		"Line.Loss":               func(m *workload.Matched) { m.Line.Loss = 0.04 },
		"Line.LossBurst":          func(m *workload.Matched) { m.Line.LossBurst = 4 },
		"Line.InBurst":            func(m *workload.Matched) { m.Line.InBurst = 0.5 },
		"Display.Input":           func(m *workload.Matched) { m.Display.Input = 9 * time.Millisecond },
		"Display.FramesPerSecond": func(m *workload.Matched) { m.Display.FramesPerSecond = 144 },
		"Display.Interpolation":   func(m *workload.Matched) { m.Display.Interpolation = 40 * time.Millisecond },
		"Display.Render":          func(m *workload.Matched) { m.Display.Render = 9 * time.Millisecond },
		"Display.Screen":          func(m *workload.Matched) { m.Display.Screen = 9 * time.Millisecond },
		"Display.Prediction":      func(m *workload.Matched) { m.Display.Prediction = false },
		"Display.LagCompensation": func(m *workload.Matched) { m.Display.LagCompensation = 20 * time.Millisecond },
		"Display.Deadlines":       func(m *workload.Matched) { m.Display.Deadlines = []time.Duration{300 * time.Millisecond} },
		"Cloud.BitsPerSecond":     func(m *workload.Matched) { m.Cloud.BitsPerSecond = 2e6 },
		"Cloud.LineBitsPerSecond": func(m *workload.Matched) { m.Cloud.LineBitsPerSecond = 2e7 },
		"Cloud.Capture":           func(m *workload.Matched) { m.Cloud.Capture = 9 * time.Millisecond },
		"Cloud.Encode":            func(m *workload.Matched) { m.Cloud.Encode = 9 * time.Millisecond },
		"Cloud.Decode":            func(m *workload.Matched) { m.Cloud.Decode = 9 * time.Millisecond },
		"Quality.Of":              func(m *workload.Matched) { m.Quality.Of = workload.FeltDisplay },
		"Quality.Classes":         func(m *workload.Matched) { m.Quality.Classes[0].UpTo = 45 * time.Millisecond },
		"Quality.Half":            func(m *workload.Matched) { m.Quality.Half = 90 * time.Millisecond },
		"Quality.Slope":           func(m *workload.Matched) { m.Quality.Slope = 15 * time.Millisecond },
	}
	run := func(isVideo bool, change func(*workload.Matched)) []byte {
		t.Helper()
		s, p := gameInUse(t, isVideo, change)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		r.Fingerprint = 0 // of the order of events: what is counted is to change
		return encode(t, r)
	}
	fields := fieldsOf(reflect.TypeFor[workload.Matched](), "")
	var want [2][]byte // of a game, and of one that comes as a video
	for i := range want {
		want[i] = run(i == 1, func(*workload.Matched) {})
	}
	require.True(t, bytes.Equal(want[0], run(false, func(*workload.Matched) {})), "the same game gives other results")
	for _, field := range fields {
		if strings.HasPrefix(field, "Peers.") {
			continue // they need another game: see TestInputsTakeTheWayBetweenTheMetros, and what it refuses in package workload
		}
		change := rows[field]
		if change == nil {
			t.Errorf("no row changes the field %s of a game", field)
			continue
		}
		isVideo, base := strings.HasPrefix(field, "Cloud."), want[0]
		if isVideo {
			base = want[1]
		}
		if bytes.Equal(base, run(isVideo, change)) {
			t.Errorf("the field %s of a game has no effect", field)
		}
	}
	for field := range rows {
		require.Contains(t, fields, field, "there is no such field")
	}
}

// gameInUse is a game with all that there is, of which each part decides something: sites that fill and fail, far players, lossy lines.
func gameInUse(t *testing.T, isVideo bool, change func(*workload.Matched)) (Scenario, placement.Placement) {
	t.Helper()
	s, p := wholeMarket(t)
	s.WarmUp, s.Duration, s.Failures[0].At = 3*time.Minute, 12*time.Minute, 6*time.Minute
	s.Workloads = slices.Clone(s.Workloads[:1])
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) {
		m.Line = workload.PlayerLine{JitterTime: time.Second, Loss: 0.02, LossBurst: 3, InBurst: 0.8}
		m.Display = workload.Display{
			Input: 8 * time.Millisecond, FramesPerSecond: 60, Interpolation: 20 * time.Millisecond, Render: 7 * time.Millisecond, Screen: 5 * time.Millisecond,
			Prediction: true, LagCompensation: 500 * time.Millisecond, Deadlines: []time.Duration{250 * time.Millisecond},
		}
		if isVideo {
			m.Cloud = workload.Cloud{BitsPerSecond: 1e6, LineBitsPerSecond: 1e7, Capture: time.Millisecond, Encode: 2 * time.Millisecond, Decode: 3 * time.Millisecond}
			m.Display.Prediction = false
		}
		m.Quality = workload.Quality{Classes: []workload.QualityClass{{Name: "good", UpTo: 35 * time.Millisecond}}, Half: 60 * time.Millisecond, Slope: 10 * time.Millisecond}
		m.Market.Login.Service.Mean, m.Market.Start.Service.Mean = 5*time.Millisecond, 5*time.Millisecond
		m.Data = workload.DataCalls{Probability: 0.05, Calls: 1}
		change(m)
	})
	return s, p
}
