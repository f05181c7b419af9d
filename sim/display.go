package sim

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Stage is a part of the time from input to display.
type Stage uint8

// The stages, in the order in which an input passes them. They sum to the time from input to display of the updates that are
// followed to the screen.
const (
	// InputStage is the player's device, FrameStage the wait for the client's next frame, which sends the input.
	InputStage Stage = iota
	FrameStage
	// ResponseStage is the network, the tick and the server's work: what [Response] is.
	ResponseStage
	// EncodeStage is the capture and encoding of a picture that is sent as a video, TransferStage the time that its bytes take
	// on the player's line, DecodeStage its decoding.
	EncodeStage
	TransferStage
	DecodeStage
	// BufferStage is what jitter and loss leave of the interpolation buffer.
	BufferStage
	// RenderStage and ScreenStage are the drawing of the picture and the screen.
	RenderStage
	ScreenStage
	// NumStages is the number of stages.
	NumStages
)

var stageNames = [NumStages]string{"input", "frame", "response", "encode", "transfer", "decode", "interpolation", "render", "screen"}

// String returns the stage's name, for example "interpolation".
func (s Stage) String() string {
	if s >= NumStages {
		return fmt.Sprintf("stage(%d)", uint8(s))
	}
	return stageNames[s]
}

// A screen says how updates are followed to the picture that shows them. One of every few is: what is added to the response is of
// laws that need no more, and the loop over the updates stays as fast as it is. Times are in ns.
type screen struct {
	every     int64 // updates; one of so many is followed
	isKnown   bool  // something is known of the players' machines
	deadlines []int64
	classes   []int64
	fixed     [NumStages]int64 // what is the same for every update
	frame     uint64           // between two of the client, at most
	buffer    int64
	bytes     float64           // of a frame of video, on the mean
	sizes     *random.Quantiles // of frames by their mean; nil without video
	// leastTransfer is the time that the smallest frame takes.
	leastTransfer int64
}

// followEvery is the time between the updates that are followed, about; mostFollowed bounds how many updates that is.
const (
	followEvery  = 250 * time.Millisecond
	mostFollowed = 32
)

// newScreen returns how the updates of a game are followed.
func newScreen(m *workload.Matched, deadlines, classes []int64) (screen, error) {
	d, c := &m.Display, &m.Cloud
	s := screen{
		every:   min(max(int64(followEvery/m.UpdatePeriod()), 1), mostFollowed),
		isKnown: m.FollowsDisplay(), deadlines: deadlines, classes: classes,
		frame: uint64(d.Frame()), buffer: int64(d.Interpolation),
	}
	for stage, time := range map[Stage]time.Duration{
		InputStage: d.Input, EncodeStage: c.Capture + c.Encode, DecodeStage: c.Decode, RenderStage: d.Render, ScreenStage: d.Screen,
	} {
		s.fixed[stage] = int64(time)
	}
	if c.BitsPerSecond > 0 {
		s.bytes = c.FrameBytes(m.TickHz)
		var err error
		s.leastTransfer = int64(c.Transfer(float64(s.bytes * c.FrameSize(0))))
		if s.sizes, err = random.NewQuantiles(c.FrameSize); err != nil {
			return s, fmt.Errorf("sizes of frames: %w", err)
		}
	}
	return s, nil
}

// least returns the least time from input to display of an update that takes at least so long to its response.
func (s *screen) least(response int64) int64 {
	sum := response + s.buffer + s.leastTransfer
	for _, ns := range s.fixed {
		sum += ns
	}
	return sum
}

// An echo is an update and its answer: the response and the round trip, as they are recorded, and how much of the response is
// jitter and loss on the way back. Times are in ns.
type echo struct{ response, rtt, lateBack int64 }

// nextFollowed says which update is followed next: one of the following ones, by chance.
func (a *arena) nextFollowed(p *sender, from int64) {
	p.drawn = p.follow.At(p.followed)
	p.followed++
	within, _ := bits.Mul64(p.drawn<<32, uint64(a.screen.every))
	p.followAt = from + int64(within)*a.update
	p.blockEnd = from + a.screen.every*a.update
}

// showOne follows an update to the screen, which waits for so long in a buffer.
func (a *arena) showOne(p *sender, e *echo, buffered int64, t *Tally) {
	a.rtts.record(e.rtt)
	s := &a.screen
	if !s.isKnown {
		return
	}
	stages := s.fixed
	// The lower half of the number says which update it is, the upper one when in a frame its input comes.
	wait, _ := bits.Mul64(p.drawn&^(1<<32-1), s.frame)
	stages[FrameStage] = int64(wait)
	stages[ResponseStage] = e.response
	stages[BufferStage] = buffered
	if s.sizes != nil {
		size := s.sizes.At(random.Key(p.drawn).At(0))
		stages[TransferStage] = int64(a.Cloud.Transfer(float64(s.bytes * size)))
	}
	sum := int64(0)
	for stage, ns := range stages {
		sum += ns
		t.Stages[stage] += ns
	}
	a.displays.record(sum)
	shown := &t.Metrics[displayMetric]
	shown.Latency.Record(sum)
	for i, deadline := range s.deadlines {
		if sum <= deadline {
			shown.Within[i]++
		}
	}
}

// How many updates of a player in a match must have been followed for a quantile.
const (
	leastForP95 = 20
	leastForP99 = 100
)

// beginSeat empties what is kept of a player in a match.
func (a *arena) beginSeat(p *sender, quiet int64) {
	a.rtts.begin(quiet)
	a.displays.begin(a.screen.least(quiet))
	a.nextFollowed(p, p.send)
}

// settleSeat tallies what a player saw in a match, whose round trip is such as a ping shows it.
func (a *arena) settleSeat(felt int64, t *Tally) {
	n := a.rtts.total
	if n == 0 {
		return
	}
	if n >= leastForP95 {
		t.record(PlayerRTTP95, a.rtts.quantile(0.95), a.deadlines)
	}
	if n >= leastForP99 {
		t.record(PlayerJitter, a.rtts.quantile(0.99)-a.rtts.quantile(0.5), nil)
	}
	if a.screen.isKnown {
		median := a.displays.quantile(0.5)
		t.record(PlayerDisplay, median, a.screen.deadlines)
		if n >= leastForP95 {
			t.record(PlayerDisplayP95, a.displays.quantile(0.95), a.screen.deadlines)
		}
		if a.Display.LagCompensation > 0 {
			t.record(Rewind, int64(a.Display.Rewind(time.Duration(felt))), nil)
		}
		if a.Quality.Of == workload.FeltDisplay {
			felt = median
		}
	}
	if !a.Quality.IsZero() {
		t.record(Felt, felt, a.screen.classes)
		t.Counters[QualityPpm] += uint64(float64(1e6*a.Quality.At(time.Duration(felt))) + 0.5)
	}
}
