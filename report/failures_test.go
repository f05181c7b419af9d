package report_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

func TestFailuresOfSitesAreSaid(t *testing.T) {
	c := fixtureNamed("typical")
	screen := func() string {
		var b bytes.Buffer
		require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
		return b.String()
	}
	require.NotContains(t, screen(), "Failures")
	c.Sites = []edgewise.Place{{ID: "pop-lax", Name: "Los Angeles", Kind: "pop"}}
	c.Failures = []edgewise.SiteFailure{
		{Site: "pop-lax", At: 15 * time.Minute, For: 10 * time.Minute, Detection: 30*time.Second + 1234567*time.Nanosecond, Redirection: 2 * time.Second, Back: 21 * time.Second, Timeout: 3 * time.Second},
		{Site: "us-west-2", At: 30 * time.Minute, For: 20 * time.Second, Detection: 30 * time.Second, Timeout: time.Second, Sooner: []edgewise.GivenUp{{Workload: "api", After: 500 * time.Millisecond}}},
	}
	require.Contains(t, screen(), "Failures\n"+
		"- Los Angeles (pop-lax) is down for 10m, from 2026-03-02T18:15:00Z (UTC), 15m after the run begins, warm-up included; "+
		"its users are sent elsewhere 32 s later (detection 30 s, redirection 2 s) and are back 21 s after it is up; requests that meet it are given up after 3 s\n"+
		"- us-west-2 is down for 20 s, from 2026-03-02T18:30:00Z (UTC), 30m after the run begins, warm-up included; "+
		"it is up again before its users could be sent elsewhere (detection 30 s, redirection 0s); requests that meet it are given up after 1 s, of api after 500 ms\n")

	// Of a window of the study, in which a slowdown begins with the runs, instants are told by the clock of the study.
	window := *c
	window.Start, window.Elapsed = c.Start.Add(17*time.Hour), 17*time.Hour
	window.Changes = []edgewise.Change{{Kind: edgewise.SiteOpens, Site: "pop-lax", At: time.Nanosecond}}
	c = &window
	require.Contains(t, screen(), "from 2026-03-03T11:15:00Z (UTC), 17h15m after the study begins, warm-up included")
	require.Contains(t, screen(), " at 2026-03-03T11:00:00Z (UTC), 17h after the study begins, warm-up included: ")

	outputs := report.Outputs()
	page := outputs[slices.IndexFunc(outputs, func(o edgewise.Output) bool { return o.Name == "comparison.md" })]
	var markdown bytes.Buffer
	require.NoError(t, page.Write(&markdown, c))
	require.Contains(t, markdown.String(), "Los Angeles (pop-lax) is down for 10m")

	var text bytes.Buffer
	require.NoError(t, report.WriteJSON(&text, c))
	read, err := report.ReadJSON(&text)
	require.NoError(t, err)
	require.Equal(t, c.Failures, read.Failures)
}
