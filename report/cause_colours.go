package report

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/sim"
)

// causeColours are those of Tol's muted and light schemes (Colour Schemes, SRON/EPS/TN/09-002, 2021), in the order of the causes of latency, but for three: those of packet loss, of
// look-ups and the last are as far from all others, from white and from black, as any colour is for whose eyes it is least. Any two can be told apart with any colour blindness; a test holds that.
var causeColours = []color.NRGBA{
	{R: 0x88, G: 0xcc, B: 0xee, A: 0xff}, {R: 0x33, G: 0x22, B: 0x88, A: 0xff}, {R: 0xdd, G: 0xcc, B: 0x77, A: 0xff}, {R: 0x11, G: 0x77, B: 0x33, A: 0xff},
	{R: 0xcc, G: 0x66, B: 0x77, A: 0xff}, {R: 0x44, G: 0xaa, B: 0x99, A: 0xff}, {R: 0x88, G: 0x22, B: 0x55, A: 0xff}, {R: 0xaa, G: 0xaa, B: 0x00, A: 0xff},
	{R: 0xaa, G: 0x44, B: 0x99, A: 0xff}, {R: 0x99, G: 0x88, B: 0xff, A: 0xff}, {R: 0xee, G: 0x88, B: 0x66, A: 0xff}, {R: 0x44, G: 0x22, B: 0x00, A: 0xff},
	{R: 0xff, G: 0xaa, B: 0xbb, A: 0xff}, {R: 0xdd, G: 0xdd, B: 0xdd, A: 0xff}, {R: 0x99, G: 0x77, B: 0x55, A: 0xff}, {R: 0x99, G: 0x22, B: 0xff, A: 0xff},
}

// causeColour returns the colour of a cause of latency, which is the same in every picture.
func causeColour(cause string) color.NRGBA {
	for c := range sim.NumCauses {
		if c.String() == cause {
			return causeColours[int(c)%len(causeColours)]
		}
	}
	return causeColours[len(causeColours)-1]
}

// causeKey names the colours of the causes that a picture shows.
func causeKey(shows map[string]bool) *commonKey {
	key := new(commonKey)
	for c := range sim.NumCauses {
		if name := c.String(); shows[name] {
			key.entries = append(key.entries, keyEntry{style: draw.LineStyle{Color: causeColour(name), Width: vg.Points(8)}, name: name})
		}
	}
	return key
}
