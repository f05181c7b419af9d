package report

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/sim"
)

func TestCausesHaveOneColourEachAndThePageHasTheSame(t *testing.T) {
	require.Len(t, causeColours, int(sim.NumCauses))
	var hex []string
	for _, c := range causeColours {
		hex = append(hex, fmt.Sprintf(`"#%02x%02x%02x"`, c.R, c.G, c.B))
	}
	source, err := os.ReadFile("page/src/look.js")
	require.NoError(t, err)
	require.Contains(t, string(source), "causeColors = ["+strings.Join(hex, ", ")+"]")
}

// eyes are what those see who lack a kind of cones, of linear light: Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency
// (IEEE Transactions on Visualization and Computer Graphics 15, 2009), at severity 1.
var eyes = map[string][3][3]float64{
	"all cones": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan":    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan":    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan":    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// seen returns a colour as eyes see it, in CIE L*a*b* (D65).
func seen(c color.NRGBA, by [3][3]float64) (lab [3]float64) {
	var linear, eye, xyz [3]float64
	for i, v := range []uint8{c.R, c.G, c.B} {
		if x := float64(v) / 255; x <= .04045 {
			linear[i] = x / 12.92
		} else {
			linear[i] = math.Pow((x+.055)/1.055, 2.4)
		}
	}
	for i := range eye {
		for j := range linear {
			eye[i] += by[i][j] * linear[j]
		}
		eye[i] = min(max(eye[i], 0), 1)
	}
	for i, row := range [3][3]float64{{.4124564, .3575761, .1804375}, {.2126729, .7151522, .0721750}, {.0193339, .1191920, .9503041}} {
		x := (row[0]*eye[0] + row[1]*eye[1] + row[2]*eye[2]) / [3]float64{.95047, 1, 1.08883}[i]
		if x > 216./24389 {
			xyz[i] = math.Cbrt(x)
		} else {
			xyz[i] = (24389./27*x + 16) / 116
		}
	}
	return [3]float64{116*xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])}
}

// Two colours that lie beside each other differ for everybody by several times what can be just seen, which is about 2.3 (Mahy, Van Eycken and Oosterlinck, 1994).
func TestColoursOfCausesDifferForAllEyes(t *testing.T) {
	for name, by := range eyes {
		for i, a := range causeColours {
			for _, b := range causeColours[:i] {
				x, y := seen(a, by), seen(b, by)
				require.Greater(t, math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2]), 10., "%v and %v for %s", a, b, name)
			}
		}
	}
}
