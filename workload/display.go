package workload

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Display is what stands between a player's hand and the picture that shows what it did, besides the network and the
// server: the player's own machine. The zero value leaves all of it out, and with it every figure of input to display.
//
// An input waits for the next frame of the client, which sends it; the answer waits in the interpolation buffer, is rendered,
// and shown:
//
//	input + wait for a frame + response + what is left of the buffer + render + screen
//
// where the response is the network, the wait for the tick and the server's work.
type Display struct {
	// Input is the time from the hand to the game: device, bus and operating system. 0 to 1s.
	Input time.Duration
	// FramesPerSecond is how often the client looks at its inputs and draws: 1 to 1000. An input waits for the next frame, from
	// nothing to a whole one. 0 leaves frames out.
	FramesPerSecond float64
	// Interpolation is how long the client holds back what the server says, so that jitter does not show: what comes within it
	// is shown when it is due, what comes later counts as late. 0 to 1s; with 0 all is shown as it comes, and nothing is late.
	Interpolation time.Duration
	// Render is the time to draw a picture, Screen that until it can be seen. 0 to 1s each.
	Render, Screen time.Duration
	// Prediction says that the client shows the player's own moves at once, as it expects the server to decide. They do not
	// wait for the server then, but are corrected when its word comes; and who steps round a corner sees before being seen:
	// see [Matched.PeekersAdvantage]. What the server alone can decide, such as a hit, takes the whole way in any case. Whoever
	// receives pictures as a video ([Cloud]) has nothing to predict with.
	Prediction bool
	// LagCompensation is how far the server turns its clock back, to judge a shot by what the player saw who fired it: 0 to
	// 10s. 0 means that it does not: a player must aim ahead of a target that moves.
	LagCompensation time.Duration
	// Deadlines are the times from input to display whose shares of players are counted exactly, in ascending order, 8 at most.
	Deadlines []time.Duration
}

// IsZero reports whether nothing is known of the players' machines; deadlines are not of them.
func (d Display) IsZero() bool {
	return d.Input == 0 && d.FramesPerSecond == 0 && d.Interpolation == 0 && d.Render == 0 && d.Screen == 0 &&
		!d.Prediction && d.LagCompensation == 0
}

// Frame returns the time between two frames of the client, 0 where frames are left out.
func (d Display) Frame() time.Duration {
	if d.FramesPerSecond == 0 {
		return 0
	}
	return time.Duration(1e9/d.FramesPerSecond + 0.5)
}

// Validate names the first field that is out of range.
func (d Display) Validate() error {
	return invalid.First(
		invalid.Check(d.Input >= 0 && d.Input <= time.Second, "Input", d.Input, "0 to 1s"),
		invalid.Check(d.FramesPerSecond == 0 || d.FramesPerSecond >= 1 && d.FramesPerSecond <= 1000, "FramesPerSecond", d.FramesPerSecond, "0 (no frames) or 1 to 1000"),
		invalid.Check(d.Interpolation >= 0 && d.Interpolation <= time.Second, "Interpolation", d.Interpolation, "0 to 1s"),
		invalid.Check(d.Render >= 0 && d.Render <= time.Second, "Render", d.Render, "0 to 1s"),
		invalid.Check(d.Screen >= 0 && d.Screen <= time.Second, "Screen", d.Screen, "0 to 1s"),
		invalid.Check(d.LagCompensation >= 0 && d.LagCompensation <= 10*time.Second, "LagCompensation", d.LagCompensation, "0 (none) to 10s"),
		validateDeadlines(d.Deadlines),
	)
}

// PeekersAdvantage returns how much earlier a player who steps round a corner sees the other than is seen, in a match of so many
// players, from the ways of a packet without jitter: that of the peeker to the server and back, and that from the server to the
// holder.
//
// With [Display.Prediction] the peeker sees at once. The holder sees when the peeker's frame is over, the update has come to
// the server, a tick has passed, the snapshot has come, and the interpolation buffer lets it through; this is Riot's sum
// ("Peeker's Advantage & Ranked Anti-Cheat Q&A", VALORANT, 2020). Without, both see what the server says, so that only their
// ways from it differ; who holds and sees first has given no advantage: 0.
func (m Matched) PeekersAdvantage(players int, peekerUp, peekerDown, holderDown time.Duration) time.Duration {
	if !m.Display.Prediction {
		return max(0, holderDown-peekerDown)
	}
	return m.Display.Frame() + peekerUp + m.TickPeriod(players) + holderDown + m.Display.Interpolation
}

// Rewind returns how far the server turns its clock back for a shot of a player with a round trip: by that and the
// interpolation buffer, by which the player sees others in the past, but never further than [Display.LagCompensation].
func (d Display) Rewind(rtt time.Duration) time.Duration {
	return min(rtt+d.Interpolation, d.LagCompensation)
}
