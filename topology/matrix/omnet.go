package matrix

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

func writeOMNeT(w io.Writer, m *Matrix) error {
	names := identifiers(m.Places)
	out := bufio.NewWriter(w)
	comment(out, "// ", m.About)
	comment(out, "// ", `Say in omnetpp.ini which module a host is, for example *.hostType = "mine.Host"; it implements IHost.`)
	fmt.Fprint(out, `import ned.DelayChannel;

moduleinterface IHost
{
    gates:
        inout port[];
}

network Edgewise
{
    parameters:
        string hostType;
    submodules:
`)
	for i, p := range m.Places {
		// A map of the world of 1,440 x 720 points, in plate carree.
		fmt.Fprintf(out, "        %s: <hostType> like IHost { @display(\"p=%.0f,%.0f;t=%s\"); }\n", names[i], 4*(p.LonDeg+180), 4*(90-p.LatDeg), p.ID)
	}
	fmt.Fprint(out, "    connections:\n")
	m.pairs(func(i, j int) {
		fmt.Fprintf(out, "        %s.port++ <--> DelayChannel { delay = %s; } <--> %s.port++;\n", names[i], inUs(m.oneWay(i, j)), names[j])
	})
	fmt.Fprint(out, "}\n")
	return out.Flush()
}

// inUs returns a time in us, as NED has it.
func inUs(d time.Duration) string { return fmt.Sprintf("%dus", d.Microseconds()) }

// identifiers returns a name in NED for every place, no two alike: its ID with what no name may have replaced by an
// underscore.
func identifiers(places []Place) []string {
	names := make([]string, len(places))
	used := make(map[string]bool)
	for i, p := range places {
		name := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, p.ID)
		if name[0] >= '0' && name[0] <= '9' {
			name = "_" + name
		}
		for base, n := name, 2; used[name]; n++ {
			name = fmt.Sprintf("%s_%d", base, n)
		}
		used[name] = true
		names[i] = name
	}
	return names
}
