package workload

import (
	"strconv"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// Cloud is what a game adds that is drawn at the server and comes to the player as a video, one frame a tick: the picture is
// captured and encoded, its bytes pass the player's line, and it is decoded. The zero value is a game that the client draws.
type Cloud struct {
	// BitsPerSecond is the mean rate of the video: 0 (no video) or 1e5 to 1e9.
	BitsPerSecond float64
	// LineBitsPerSecond is the rate at which a player receives, the same for all: at least 1.5 times BitsPerSecond, so that the
	// largest frame has come before the next one.
	LineBitsPerSecond float64
	// Capture, Encode and Decode are the times for these steps: 0 to 1s each.
	Capture, Encode, Decode time.Duration
}

// FrameBytes returns the mean size of a frame at so many frames a second.
func (c Cloud) FrameBytes(perSecond float64) float64 { return c.BitsPerSecond / 8 / perSecond }

// The law of the size of a frame by its mean (3GPP TR 38.838): normal, truncated.
const (
	frameSD    = 0.105
	frameLeast = 0.5
	frameMost  = 1.5
	// frameTail is the probability of a normal number to be further than that from its mean on one side: 0.5/0.105 standard
	// deviations.
	frameTail = 9.5887e-7
)

// FrameSize returns the p-quantile of the size of a frame by its mean: a normal law with a standard deviation of 10.5 %,
// truncated to between half and one and a half (3GPP TR 38.838). p is in (0, 1).
func (c Cloud) FrameSize(p float64) float64 {
	z := portable.NormalQuantile(frameTail + float64(p*(1-2*frameTail)))
	return min(max(1+float64(frameSD*z), frameLeast), frameMost)
}

// Transfer returns the time that a frame of so many bytes takes on the player's line.
func (c Cloud) Transfer(bytes float64) time.Duration {
	return time.Duration(float64(bytes*8e9) / c.LineBitsPerSecond)
}

// megabits is a rate in bits a second as errors show it.
type megabits float64

// String returns for example "40 Mbit/s".
func (m megabits) String() string {
	return strconv.FormatFloat(float64(m)/1e6, 'g', -1, 64) + " Mbit/s"
}

// Validate names the first field that is out of range.
func (c Cloud) Validate() error {
	if c.BitsPerSecond == 0 {
		return invalid.First(
			invalid.Check(c.LineBitsPerSecond == 0, "LineBitsPerSecond", megabits(c.LineBitsPerSecond), "0: there is no video without BitsPerSecond"),
			invalid.Check(c.Capture == 0, "Capture", c.Capture, "0: there is no video without BitsPerSecond"),
			invalid.Check(c.Encode == 0, "Encode", c.Encode, "0: there is no video without BitsPerSecond"),
			invalid.Check(c.Decode == 0, "Decode", c.Decode, "0: there is no video without BitsPerSecond"),
		)
	}
	return invalid.First(
		invalid.Check(c.BitsPerSecond >= 1e5 && c.BitsPerSecond <= 1e9, "BitsPerSecond", megabits(c.BitsPerSecond), "0 (no video) or 0.1 to 1000 Mbit/s"),
		invalid.Check(c.LineBitsPerSecond >= frameMost*c.BitsPerSecond && c.LineBitsPerSecond <= 1e12, "LineBitsPerSecond", megabits(c.LineBitsPerSecond),
			"1.5 times the rate of the video at least, so that the largest frame has come before the next, and 1e6 Mbit/s at most"),
		invalid.Check(c.Capture >= 0 && c.Capture <= time.Second, "Capture", c.Capture, "0 to 1s"),
		invalid.Check(c.Encode >= 0 && c.Encode <= time.Second, "Encode", c.Encode, "0 to 1s"),
		invalid.Check(c.Decode >= 0 && c.Decode <= time.Second, "Decode", c.Decode, "0 to 1s"),
	)
}
