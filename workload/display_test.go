package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPeekersAdvantageIsThatOfRiot(t *testing.T) {
	// Riot's sum for VALORANT, "Peeker's Advantage & Ranked Anti-Cheat Q&A": a frame of the enemy, the way to the server, a
	// tick, the way back, and an interpolation buffer of a tick.
	for _, c := range []struct{ fps, hz, oneWayMs, want float64 }{
		{60, 128, 17.5, 67.29},
		{144, 128, 17.5, 57.57},
		{60, 64, 17.5, 82.92},
		{60, 128, 5, 42.29},
		{60, 128, 35, 102.29},
	} {
		tick := time.Duration(1e9 / c.hz)
		way := time.Duration(c.oneWayMs * 1e6)
		m := Matched{TickHz: c.hz, Display: Display{FramesPerSecond: c.fps, Interpolation: tick, Prediction: true}}
		require.InDelta(t, c.want, float64(m.PeekersAdvantage(10, way, way, way))/1e6, 0.005, "%+v", c)
	}
}

func TestWithoutPredictionPeekersSeeWhatTheServerSays(t *testing.T) {
	m := Matched{TickHz: 60, Display: Display{FramesPerSecond: 60, Interpolation: 30 * time.Millisecond}}
	ms := func(n time.Duration) time.Duration { return n * time.Millisecond }
	require.Equal(t, ms(15), m.PeekersAdvantage(2, ms(40), ms(5), ms(20)), "the holder hears 15 ms later")
	require.Zero(t, m.PeekersAdvantage(2, ms(40), ms(20), ms(5)), "the holder sees first")
}

func TestAnOverrunAddsToPeekersAdvantage(t *testing.T) {
	m := Matched{TickHz: 100, TickTimePerPlayer: 2 * time.Millisecond, Display: Display{Prediction: true}}
	require.Equal(t, 10*time.Millisecond, m.PeekersAdvantage(5, 0, 0, 0))
	require.Equal(t, 20*time.Millisecond, m.PeekersAdvantage(10, 0, 0, 0))
}

func TestTicksCostTheirPairs(t *testing.T) {
	m := Matched{TickHz: 20, TickTime: time.Millisecond, TickTimePerPlayer: 100 * time.Microsecond, TickTimePerPair: 10 * time.Microsecond}
	// 1 + 100 * 0.1 + 4950 * 0.01 ms.
	require.Equal(t, 60500*time.Microsecond, m.TickWork(100))
	require.Equal(t, 60500*time.Microsecond, m.TickPeriod(100))
	require.Equal(t, 50*time.Millisecond, m.TickPeriod(50))
}

func TestRewindIsBounded(t *testing.T) {
	d := Display{Interpolation: 30 * time.Millisecond, LagCompensation: 100 * time.Millisecond}
	require.Equal(t, 80*time.Millisecond, d.Rewind(50*time.Millisecond))
	require.Equal(t, 100*time.Millisecond, d.Rewind(90*time.Millisecond))
}

func TestFramesOfVideoFollowTheirLaw(t *testing.T) {
	// 3GPP TR 38.838: 30 Mbit/s at 60 frames a second is 62,500 bytes a frame, with a deviation of 10.5 %, within half and
	// one and a half of the mean.
	c := Cloud{BitsPerSecond: 30e6, LineBitsPerSecond: 50e6}
	require.Equal(t, 62_500., c.FrameBytes(60))
	require.Equal(t, 10*time.Millisecond, c.Transfer(62_500), "500,000 bits at 50 Mbit/s")
	require.InDelta(t, 0.5, c.FrameSize(0), 1e-4)
	require.InDelta(t, 1.5, c.FrameSize(1-1e-16), 1e-4)
	require.InDelta(t, 1, c.FrameSize(0.5), 1e-12)
	require.InDelta(t, 1+1.959964*0.105, c.FrameSize(0.975), 1e-5)
	sum, squares := 0.0, 0.0
	const n = 100_000
	for i := range n {
		x := c.FrameSize((float64(i) + 0.5) / n)
		sum += x
		squares += (x - 1) * (x - 1)
	}
	require.InDelta(t, 1, sum/n, 1e-6)
	require.InDelta(t, 0.105*0.105, squares/n, 1e-5)
}

func TestQualityFallsAsTheCurveSays(t *testing.T) {
	q := Quality{Half: 60 * time.Millisecond, Slope: 10 * time.Millisecond}
	require.Equal(t, 0.5, q.At(60*time.Millisecond))
	require.InDelta(t, 0.880797, q.At(40*time.Millisecond), 1e-6, "1/(1+exp(-2))")
	require.InDelta(t, 0.119203, q.At(80*time.Millisecond), 1e-6)
	require.Less(t, q.At(time.Hour), 1e-300)
	require.Zero(t, Quality{}.At(time.Millisecond))
}

func TestWhatPlayersHaveIsChecked(t *testing.T) {
	ms := time.Millisecond
	for want, change := range map[string]func(*Matched){
		`Display.Input is -1ms; want 0 to 1s`:                                            func(m *Matched) { m.Display.Input = -ms },
		`Display.FramesPerSecond is 0.5; want 0 (no frames) or 1 to 1000`:                func(m *Matched) { m.Display.FramesPerSecond = 0.5 },
		`Display.Interpolation is 2s; want 0 to 1s`:                                      func(m *Matched) { m.Display.Interpolation = 2000 * ms },
		`Display.Deadlines is [2ms 1ms]; want times above 0 in ascending order`:          func(m *Matched) { m.Display.Deadlines = []time.Duration{2 * ms, ms} },
		`Display.LagCompensation is 11s; want 0 (none) to 10s`:                           func(m *Matched) { m.Display.LagCompensation = 11_000 * ms },
		`Line.JitterTime is -1ms; want 0 (each update on its own) to 1h`:                 func(m *Matched) { m.Line.JitterTime = -ms },
		`Line.Loss is 0.6; want 0 to 0.5`:                                                func(m *Matched) { m.Line.Loss = 0.6 },
		`Line.LossBurst is 3; want 0: nothing is lost`:                                   func(m *Matched) { m.Line.LossBurst = 3 },
		`Line.LossBurst is 1; want 1.5 at least, for 0.6 of the packets to be in bursts`: func(m *Matched) { m.Line = PlayerLine{Loss: 0.3, LossBurst: 1, InBurst: 0.5} },
		`Line.InBurst is 0.1; want more than the share 0.1 that is lost in all`:          func(m *Matched) { m.Line = PlayerLine{Loss: 0.1, LossBurst: 3, InBurst: 0.1} },
		`Line.InBurst is 0.5; want 0: there are no bursts without LossBurst`:             func(m *Matched) { m.Line = PlayerLine{Loss: 0.1, InBurst: 0.5} },
		`Cloud.Encode is 1ms; want 0: there is no video without BitsPerSecond`:           func(m *Matched) { m.Cloud.Encode = ms },
		`Cloud.LineBitsPerSecond is 40 Mbit/s; want 1.5 times the rate of the video at least, so that the largest frame has come before the next, and 1e6 Mbit/s at most`: func(m *Matched) { m.Cloud = Cloud{BitsPerSecond: 30e6, LineBitsPerSecond: 40e6} },
		`Quality.Of is input_to_display; want rtt: without Display or Cloud nothing is known of input to display`:                                                         func(m *Matched) { m.Quality = Quality{Of: FeltDisplay, Half: ms, Slope: ms} },
		`Quality.Slope is 0s; want more than 0, 1m at most`:                     func(m *Matched) { m.Quality.Half = ms },
		`Quality.Classes[1].UpTo is 1ms; want more than 2ms`:                    func(m *Matched) { m.Quality.Classes = []QualityClass{{"good", 2 * ms}, {"bad", ms}} },
		`Quality.Classes[1].Name is good; want a name that no class before has`: func(m *Matched) { m.Quality.Classes = []QualityClass{{"good", ms}, {"good", 2 * ms}} },
		`TickTimePerPair is 2s; want 0 to 1s`:                                   func(m *Matched) { m.TickTimePerPair = 2 * time.Second },
	} {
		w := Change(CompetitiveFPS(), func(m *Matched) {
			m.Display, m.Line, m.Cloud, m.Quality = Display{}, PlayerLine{}, Cloud{}, Quality{}
			change(m)
		})
		require.EqualError(t, w.Validate(), `workload "competitive-fps": Service.`+want)
	}
}
